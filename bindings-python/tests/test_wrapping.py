"""A guarded function is to its callers the function that it was."""

from __future__ import annotations

import asyncio
import functools
import inspect
import pickle
from unittest.mock import AsyncMock, MagicMock

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


def test_guards_can_be_stacked(time, script):
    fetch = script(ConnectionError(), "fresh")
    breaker = CircuitBreaker(failure_threshold=5, clock=time.clock)
    assert with_retry(clock=time.clock)(breaker(fetch))() == "fresh"
    assert (fetch.calls, breaker.failure_count) == (2, 0)


class TestCoroutines:
    def test_functions_are_known_as_what_they_are(self, guard):
        async def fetch():
            return None

        assert inspect.iscoroutinefunction(guard(fetch))
        assert not inspect.iscoroutinefunction(guard(lambda: None))

    @pytest.mark.asyncio
    async def test_every_kind_of_callable_can_be_one(self, guard):
        class Client:
            async def get(self, path):
                return path

            async def __call__(self, path):
                return path

            @guard
            async def guarded(self, path):
                return path

            @classmethod
            @guard
            async def made(cls, path):
                return path

        async def fetch(path):
            return path

        client = Client()
        for function in (client.get, client, functools.partial(fetch), fetch):
            assert inspect.iscoroutinefunction(guard(function)), function
            assert await guard(function)("/a") == "/a"
        assert await client.guarded("/a") == await Client.made("/a") == "/a"

    @pytest.mark.asyncio
    async def test_a_plain_function_that_returns_one_is_guarded(self, time):
        calls = []

        async def fetch(path):
            calls.append(path)
            if len(calls) < 3:
                raise ConnectionError
            return calls

        guarded = with_retry(clock=time.clock)(lambda path: fetch(path + "?page"))
        assert await guarded("/a") == ["/a?page"] * 3

    @pytest.mark.asyncio
    async def test_a_plain_function_may_raise_before_it_returns_one(self, time):
        calls = []

        async def late():
            if len(calls) < 3:
                calls.append("late")
                raise ConnectionError
            return "fresh"

        def fetch():
            if not calls:
                calls.append("early")
                raise ConnectionError
            return late()

        answer = with_retry(clock=time.clock)(fetch)()
        assert (await answer, calls) == ("fresh", ["early", "late", "late"])

    @pytest.mark.asyncio
    async def test_nothing_happens_before_it_is_awaited(self, guard):
        calls = []

        @guard
        async def fetch():
            calls.append(1)

        waiting = fetch()
        assert calls == []
        await waiting
        assert calls == [1]

    def test_one_guard_serves_several_loops(self, time):
        calls = []

        @with_retry(clock=time.clock)
        async def fetch():
            calls.append(1)
            if len(calls) % 2:
                raise ConnectionError
            return len(calls)

        assert [asyncio.run(fetch()) for _ in range(3)] == [2, 4, 6]


class TestMocks:
    def test_a_mock_is_a_plain_function(self, guard):
        fetch = MagicMock(return_value="fresh")
        assert guard(fetch)("/a", retries=1) == "fresh"
        fetch.assert_called_once_with("/a", retries=1)

    @pytest.mark.asyncio
    async def test_an_asynchronous_mock_is_a_coroutine_function(self, time):
        fetch = AsyncMock(side_effect=[ConnectionError, "fresh"])
        assert await with_retry(clock=time.clock)(fetch)("/a") == "fresh"
        assert fetch.await_count == 2
