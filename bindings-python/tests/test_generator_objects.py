"""A guarded generator is to its caller the generator that it was, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import sys
import weakref

import pytest

import failsoft
from failsoft import CircuitBreaker, Policy, with_retry
from streams import breaks_after, guard, has_a_place, pages, seen


class Local:
    """Something of the caller's that must not be kept alive."""


@pytest.fixture
def calls():
    return []


@pytest.fixture
def policy(time):
    return guard(time)


class TestAsAGenerator:
    def test_it_takes_what_is_sent_and_thrown_and_returns_what_it_returned(self, policy):
        @policy
        def echo(first):
            answer = first
            while answer != "enough":
                try:
                    answer = yield answer
                except LookupError as error:
                    answer = f"caught {error}"
            return "bye"

        stream = echo("hello")
        assert (next(stream), stream.send("again"), stream.throw(LookupError("me"))) == (
            "hello", "again", "caught me",
        )  # fmt: skip
        with pytest.raises(StopIteration) as end:
            stream.send("enough")
        assert end.value.value == "bye"
        assert [*echo("enough")] == []

    def test_another_may_delegate_to_it(self, policy):
        def outer():
            return (yield from policy(pages([], ConnectionError(), 1))())

        stream = outer()
        assert [next(stream), next(stream), next(stream)] == [1, 2, 3]
        with pytest.raises(StopIteration) as end:
            next(stream)
        assert end.value.value == "end"

    def test_one_without_items_returns_its_value(self, policy):
        @policy
        def empty():
            return "nothing here"
            yield

        with pytest.raises(StopIteration) as end:
            next(empty())
        assert (end.value.value, seen(policy), has_a_place(policy)) == ("nothing here", ("closed", 0), True)

    def test_an_error_that_it_turns_into_another_has_the_first_as_context(self, policy):
        @policy
        def live():
            try:
                yield 1
            except LookupError:
                raise ConnectionError from None

        stream = live()
        next(stream)
        thrown = LookupError()
        with pytest.raises(ConnectionError) as caught:
            stream.throw(thrown)
        assert (caught.value.__context__, seen(policy)) == (thrown, ("closed", 1))

    def test_its_signature_and_kind_are_kept(self, policy):
        def live(url: str, /, *rest: int, region: str = "eu", **more: str) -> str:
            """Live prices."""
            yield (url, rest, region, more)

        guarded = policy(live)
        assert inspect.signature(guarded) == inspect.signature(live)
        assert inspect.isgeneratorfunction(guarded)
        assert (guarded.__doc__, guarded.__wrapped__) == ("Live prices.", live)
        assert next(guarded("/a", 1, region="us", x="y")) == ("/a", (1,), "us", {"x": "y"})
        assert inspect.isgenerator(guarded("/a"))

    def test_every_kind_of_callable_can_be_one(self, policy):
        class Client:
            def get(self, path):
                yield path

            def __call__(self, path):
                yield path

            @policy
            def guarded(self, path):
                yield path

            @classmethod
            @policy
            def made(cls, path):
                yield path

            @policy
            @staticmethod
            def still(path):
                yield path

        client = Client()
        for function in (client.get, client, functools.partial(client.get)):
            assert inspect.isgeneratorfunction(policy(function)), function
            assert list(policy(function)("/a")) == ["/a"]
            assert list(policy.call(function, "/a")) == ["/a"]
        assert [*client.guarded("/a"), *Client.made("/a"), *client.still("/a")] == ["/a"] * 3

    def test_a_breaker_alone_guards_one(self, time):
        breaker = CircuitBreaker(failure_threshold=1, clock=time.clock)
        stream = breaker.call(breaks_after(1, ConnectionError()))
        assert next(stream) == 1
        with pytest.raises(ConnectionError):
            next(stream)
        assert breaker.is_open


class TestFrames:
    @pytest.fixture(autouse=True)
    def no_collector(self):
        gc.collect()
        gc.disable()
        yield
        gc.enable()

    @pytest.mark.parametrize("end", ["before", "after", "closed", "thrown", "caught", "fallback"])
    def test_of_failed_generators_are_not_kept_alive(self, time, end):
        kept = []

        def live():
            local = Local()
            kept.append(weakref.ref(local))
            if end in {"before", "fallback"}:
                raise ConnectionError
            try:
                yield 1
            except LookupError:
                if end == "thrown":
                    raise
                yield 2
            raise ConnectionError

        fallback = (lambda: [1]) if end == "fallback" else None
        guarded = with_retry(max_attempts=2, fallback=fallback, clock=time.clock)(live)

        def use():
            stream = guarded()
            with contextlib.suppress(ConnectionError, LookupError):
                next(stream)
                if end == "closed":
                    stream.close()
                elif end in {"thrown", "caught"}:
                    stream.throw(LookupError())
                list(stream)

        use()
        assert kept
        assert [reference for reference in kept if reference() is not None] == []

    @pytest.mark.parametrize("answered_by", ["retry", "fallback", "step"])
    def test_items_are_not_kept_alive(self, time, answered_by):
        kept = []

        def answers():
            item = Local()
            kept.append(weakref.ref(item))
            yield item

        failures = [ConnectionError(), ConnectionError()]

        def live():
            if answered_by != "retry" or failures:
                raise failures.pop()
            yield from answers()

        policy = with_retry(max_attempts=3, clock=time.clock)
        if answered_by == "fallback":
            policy = with_retry(max_attempts=2, fallback=answers, clock=time.clock)
        if answered_by == "step":
            step = {"name": "stored", "policy": {"retry": {"initial_delay": 0}}}
            document = {"fallback": [step]}
            policy = Policy.from_dict(document, fallbacks={"stored": answers}, clock=time.clock)
        assert len(list(policy(live)())) == 1
        assert [reference for reference in kept if reference() is not None] == []


def test_a_loop_that_is_gone_leaves_no_place_taken(policy, monkeypatch):
    class Forever:
        def __await__(self):
            yield

    @policy
    async def live():
        try:
            yield 1
        finally:
            await Forever()

    stream = live()
    with pytest.raises(StopIteration):
        stream.asend(None).send(None)
    with pytest.raises(failsoft.BulkheadFullError):
        policy.call(str)
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    del stream
    assert [str(each.exc_value) for each in told] == ["async generator ignored GeneratorExit"]
    told.clear()
    assert has_a_place(policy)
