"""A guarded function is to its callers the function that it was."""

from __future__ import annotations

import functools
import inspect
import pickle

import pytest

from failsoft import CircuitBreaker, Policy, with_retry

GUARDS = {
    "retry": with_retry(),
    "breaker": CircuitBreaker("wrapping"),
    "policy": Policy(retry={}, circuit_breaker={}),
    "deadline": Policy(retry={"deadline": 60}),
}


@pytest.fixture(params=GUARDS)
def guard(request):
    return GUARDS[request.param]


@with_retry
def picklable(number):
    """Double a number."""
    return number * 2


def test_signature_docstring_and_names_are_kept(guard):
    def fetch(url: str, /, retries: int = 3, *rest: int, region: str = "eu", **more: str) -> str:
        """Fetch a page."""
        return f"{url}{retries}{rest}{region}{more}"

    guarded = guard(fetch)
    assert inspect.signature(guarded) == inspect.signature(fetch)
    assert guarded.__doc__ == "Fetch a page."
    assert (guarded.__name__, guarded.__qualname__) == (fetch.__name__, fetch.__qualname__)
    assert (guarded.__module__, guarded.__annotations__) == (fetch.__module__, fetch.__annotations__)
    assert guarded.__wrapped__ is fetch


def test_attributes_of_the_function_are_kept(guard):
    def fetch():
        return None

    fetch.route = "/prices"
    assert guard(fetch).route == "/prices"


def test_every_kind_of_parameter_arrives(guard):
    @guard
    def fetch(a, b=2, /, c=3, *rest, d, e=5, **more):
        return (a, b, c, rest, d, e, more)

    assert fetch(1, d=4) == (1, 2, 3, (), 4, 5, {})
    assert fetch(1, 9, 8, 7, 6, d=4, e=0, a=11, z=12) == (1, 9, 8, (7, 6), 4, 0, {"a": 11, "z": 12})
    assert fetch(1, c=30, d=4) == (1, 2, 30, (), 4, 5, {})


def test_every_kind_of_parameter_arrives_again_on_a_retry(time):
    seen = []

    @with_retry(clock=time.clock)
    def fetch(a, b=2, /, c=3, *rest, d, e=5, **more):
        seen.append((a, b, c, rest, d, e, more))
        if len(seen) < 3:
            raise ConnectionError
        return seen

    assert fetch(1, 9, 8, 7, d=4, z=12) == [(1, 9, 8, (7,), 4, 5, {"z": 12})] * 3


def test_parameters_may_have_the_names_that_we_use_ourselves(guard):
    @guard
    def fetch(function, self, run, core, args, kwargs, error, *, make, type, BaseException, **lane):  # noqa: A002, N803, PLR0917
        return (function, self, run, core, args, kwargs, error, make, type, BaseException, lane)

    answer = fetch(1, 2, 3, 4, 5, 6, 7, make=8, type=9, BaseException=10, clock=11)
    assert answer == (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, {"clock": 11})


def test_parameters_may_even_have_the_names_inside_of_the_wrapper(time):
    seen = []

    @with_retry(clock=time.clock)
    def fetch(_failsoft_function, _failsoft_lane, *, _failsoft_error=3):
        seen.append((_failsoft_function, _failsoft_lane, _failsoft_error))
        if len(seen) == 1:
            raise ConnectionError
        return seen

    assert fetch(1, 2) == [(1, 2, 3), (1, 2, 3)]


def test_parameters_may_be_in_any_script(guard):
    @guard
    def fetch(größe, *, キー="x"):  # noqa: N803, PLC2401
        return (größe, キー)

    assert fetch(1, キー="y") == (1, "y")


def test_a_mutable_default_stays_the_very_object(guard):
    @guard
    def collect(item, into=[]):  # noqa: B006
        into.append(item)
        return into

    assert collect(1) is collect(2)
    assert collect(3) == [1, 2, 3]


def test_wrong_arguments_fail_as_they_did():
    def fetch(url, *, region="eu"):
        return url, region

    guarded = with_retry(fetch)
    for args, kwargs in [((), {}), ((1, 2), {}), ((1,), {"zone": 1}), ((1,), {"url": 2})]:
        with pytest.raises(TypeError) as bare:
            fetch(*args, **kwargs)
        with pytest.raises(TypeError) as caught:
            guarded(*args, **kwargs)
        assert str(caught.value) == str(bare.value)


def test_wrong_arguments_count_as_nothing():
    breaker = CircuitBreaker(failure_threshold=1)
    guarded = breaker(lambda url: url)
    with pytest.raises(TypeError):
        guarded()
    assert (breaker.failure_count, breaker.is_open) == (0, False)


def test_methods_class_methods_and_static_methods_can_be_guarded(guard):
    class Client:
        base = "https://example.org"

        @guard
        def get(self, path):
            return self.base + path

        @classmethod
        @guard
        def inside_class_method(cls, path):
            return cls.base + path

        @guard
        @classmethod
        def outside_class_method(cls, path):
            return cls.base + path

        @staticmethod
        @guard
        def inside_static_method(path):
            return path

        @guard
        @staticmethod
        def outside_static_method(path):
            return path

    for owner in (Client, Client()):
        assert owner.inside_class_method("/a") == "https://example.org/a"
        assert owner.outside_class_method("/a") == "https://example.org/a"
        assert owner.inside_static_method("/a") == owner.outside_static_method("/a") == "/a"
    assert Client().get("/a") == guard(Client().get)("/a") == "https://example.org/a"


def test_the_bare_form_takes_class_methods_and_static_methods():
    class Client:
        @with_retry
        @classmethod
        def make(cls):
            return cls

        @with_retry
        @staticmethod
        def parse(text):
            return text

    assert (Client.make(), Client.parse("x")) == (Client, "x")


def test_a_partial_a_builtin_a_class_and_a_callable_object_can_be_guarded(guard):
    class Adder:
        def __call__(self, one, other):
            return one + other

    assert guard(functools.partial(max, 3))(2) == 3
    assert guard(len)("four") == 4
    assert guard(int)("5") == 5
    assert guard(Adder())(1, other=2) == 3
    assert guard(lambda one: one + 1)(1) == 2


def test_what_can_not_be_called_is_refused(guard):
    with pytest.raises(TypeError, match="is not callable, so it cannot be guarded"):
        guard(42)


def test_a_guarded_function_can_be_pickled():
    assert pickle.loads(pickle.dumps(picklable)) is picklable  # noqa: S301


class Picklable:
    """Has guarded methods, to be found by their qualified names."""

    @with_retry
    def get(self, path):
        return path

    @classmethod
    @with_retry
    def made(cls, path):
        return path

    @with_retry
    @staticmethod
    def still(path):
        return path


@pytest.mark.parametrize(
    "method",
    [Picklable.get, Picklable().get, Picklable.made, Picklable.still],
    ids=["get", "bound", "made", "still"],
)
def test_guarded_methods_can_be_pickled(method):
    copy = pickle.loads(pickle.dumps(method))  # noqa: S301
    assert getattr(copy, "__func__", copy) is getattr(method, "__func__", method)


def test_a_partial_method_can_be_guarded_and_be_made_of_a_guarded_one(guard):
    class Client:
        def get(self, path, region):
            return path + region

        inside = functools.partialmethod(guard(get), region="eu")
        outside = guard(functools.partialmethod(get, region="us"))

    assert (Client().inside("/a"), Client().outside("/a")) == ("/aeu", "/aus")


def test_a_class_that_constructs_can_be_guarded(time):
    attempts = []

    class Connection:
        def __init__(self, host, *, port=80):
            attempts.append(host)
            if len(attempts) < 3:
                raise ConnectionError
            self.address = (host, port)

    connect = with_retry(clock=time.clock)(Connection)
    assert connect("db", port=5432).address == ("db", 5432)
    assert (attempts, inspect.signature(connect)) == (["db"] * 3, inspect.signature(Connection))


def test_a_builtin_that_says_nothing_of_its_signature_can_be_guarded(guard):
    assert guard(max)(3, 4) == 4
    assert guard(dict.get)({"a": 1}, "a") == 1
    assert guard("-".join)(["a", "b"]) == "a-b"


def test_a_slot_of_an_instance_and_a_property_can_hold_guarded_functions(guard):
    class Client:
        def __init__(self):
            self.get = guard(self.raw)

        def raw(self, path):
            return path

        @property
        @guard
        def size(self):
            return 3

        @functools.cached_property
        @guard
        def once(self):
            return 4

    assert (Client().get("/a"), Client().size, Client().once) == ("/a", 3, 4)


def test_guards_can_be_stacked(time, script):
    fetch = script(ConnectionError(), "fresh")
    breaker = CircuitBreaker(failure_threshold=5, clock=time.clock)
    assert with_retry(clock=time.clock)(breaker(fetch))() == "fresh"
    assert (fetch.calls, breaker.failure_count) == (2, 0)
