"""A guarded asynchronous generator function behaves as a generator function does, in any loop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import weakref

import pytest

import failsoft
from failsoft import Policy, with_retry
from streams import guard, has_a_place, seen

pytestmark = pytest.mark.asyncio


class Local:
    """Something of the caller's that must not be kept alive."""


@pytest.fixture
def calls():
    return []


@pytest.fixture
def policy(time):
    return guard(time)


def tokens(calls, *script):
    """Begins with each line of the script in turn, and goes on with 2 and 3."""

    async def tokens(*args):
        calls.append(args)
        await asyncio.sleep(0)
        line = script[min(len(calls), len(script)) - 1]
        if isinstance(line, BaseException):
            raise line
        yield line
        yield 2
        yield 3

    return tokens


def broken_after(item, error):
    async def tokens():
        yield item
        raise error

    return tokens


async def all_of(stream):
    return [item async for item in stream]


class TestBeforeTheFirstItem:
    async def test_it_is_retried(self, policy, calls, time):
        guarded = policy(tokens(calls, ConnectionError(), ConnectionError(), 1))
        assert await all_of(guarded("/a")) == [1, 2, 3]
        assert (calls, time.slept, seen(policy)) == ([("/a",)] * 3, [1.0, 2.0], ("closed", 0))

    async def test_no_call_is_made(self, policy, calls):
        guarded = policy(tokens(calls, 1))
        await guarded().aclose()
        with pytest.raises(LookupError):
            await guarded().athrow(LookupError())
        assert calls == []

    async def test_its_last_error_comes_out(self, time, calls):
        error = ConnectionError("down")
        guarded = with_retry(max_attempts=2, clock=time.clock)(tokens(calls, error))
        with pytest.raises(ConnectionError) as caught:
            await anext(guarded())
        assert (caught.value is error, len(calls)) == (True, 2)
        assert failsoft.report(error).stop_reason == "exhausted"

    @pytest.mark.parametrize("kind", ["generator", "list", "coroutine function", "plain generator"])
    async def test_the_fallback_answers(self, time, calls, kind):
        async def generator():
            yield "cached"

        async def coroutine_function():
            return ["cached"]

        def plain_generator():
            yield "cached"

        fallback = {
            "generator": generator,
            "list": lambda: ["cached"],
            "coroutine function": coroutine_function,
            "plain generator": plain_generator,
        }[kind]
        guarded = with_retry(max_attempts=1, fallback=fallback, clock=time.clock)(
            tokens(calls, ConnectionError())
        )
        assert await all_of(guarded()) == ["cached"]

    async def test_the_steps_of_a_document_answer_in_order(self, time, calls):
        async def second():
            raise ConnectionError
            yield

        document = {"fallback": [{"name": "second"}, {"name": "third"}]}
        fallbacks = {"second": second, "third": lambda: "xy"}
        policy = Policy.from_dict(document, fallbacks=fallbacks, clock=time.clock)
        assert await all_of(policy(tokens(calls, ConnectionError()))()) == ["x", "y"]

    async def test_a_late_one_is_cut_off_and_made_again(self):
        ends = []

        async def live():
            try:
                if not ends:
                    await asyncio.Event().wait()
                yield "fresh"
            finally:
                ends.append("over")

        guarded = Policy(retry={"initial_delay": 0}, timeout={"attempt": "20ms"})(live)
        assert await all_of(guarded()) == ["fresh"]
        assert ends == ["over", "over"]

    async def test_cancellation_counts_as_nothing(self, policy):
        inside = asyncio.Event()

        @policy
        async def live():
            inside.set()
            await asyncio.Event().wait()
            yield

        task = asyncio.ensure_future(all_of(live()))
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (seen(policy), has_a_place(policy)) == (("closed", 0), True)


class TestAfterTheFirstItem:
    # mode: consumed body or generator retried
    async def test_an_error_comes_out_as_it_is_and_counts(self, policy, time):
        error = ConnectionError("cut off")
        stream = policy(broken_after(1, error))()
        assert await anext(stream) == 1
        with pytest.raises(ConnectionError) as caught:
            await anext(stream)
        assert (caught.value is error, time.slept, seen(policy)) == (True, [], ("closed", 1))
        told = failsoft.report(error)
        assert (told.attempt_count, told.stop_reason) == (1, "not_idempotent")
        assert has_a_place(policy)

    async def test_it_holds_its_place_until_it_ends(self, policy):
        stream = policy(tokens([], 1))()
        await anext(stream)
        with pytest.raises(failsoft.BulkheadFullError):
            policy.call(str)
        assert await all_of(stream) == [2, 3]
        assert has_a_place(policy)

    async def test_no_limit_cuts_it_off(self):
        @Policy(timeout={"attempt": "20ms"}, retry={"deadline": "20ms"})
        async def live():
            yield 1
            await asyncio.sleep(0.05)
            yield 2

        assert await all_of(live()) == [1, 2]

    async def test_cancellation_counts_as_nothing(self, policy):
        inside = asyncio.Event()

        @policy
        async def live():
            yield 1
            inside.set()
            await asyncio.Event().wait()

        task = asyncio.ensure_future(all_of(live()))
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (seen(policy), has_a_place(policy)) == (("closed", 0), True)


class TestAbandonedHalfWay:
    @pytest.mark.parametrize("how", ["closed", "dropped"])
    async def test_it_has_served_and_frees_its_place(self, policy, time, how):
        for _ in range(3):
            with pytest.raises(ConnectionError):
                await all_of(policy(broken_after(1, ConnectionError()))())
        time.passes(60)
        cleaned = asyncio.Event()

        @policy
        async def live():
            try:
                yield 1
                yield 2
            finally:
                await asyncio.sleep(0)
                cleaned.set()

        stream = live()
        async for item in stream:
            assert (item, seen(policy)[0]) == (1, "half_open")
            break
        if how == "closed":
            await stream.aclose()
        del stream
        gc.collect()
        await cleaned.wait()
        await asyncio.sleep(0)
        assert (seen(policy), has_a_place(policy)) == (("closed", 0), True)

    async def test_an_error_of_the_callers_own_is_nobodys_failure(self, policy):
        @contextlib.asynccontextmanager
        @policy
        async def connection():
            yield "open"

        with pytest.raises(ConnectionError):
            async with connection():
                raise ConnectionError("of another server")
        assert (seen(policy), has_a_place(policy)) == (("closed", 0), True)


class TestAsAGenerator:
    async def test_it_takes_what_is_sent_and_thrown(self, policy):
        @policy
        async def echo(first):
            answer = first
            while answer != "enough":
                try:
                    answer = yield answer
                except LookupError as error:
                    answer = f"caught {error}"

        stream = echo("hello")
        assert [await anext(stream), await stream.asend("again"), await stream.athrow(LookupError("me"))] == [
            "hello", "again", "caught me",
        ]  # fmt: skip
        with pytest.raises(StopAsyncIteration):
            await stream.asend("enough")
        assert await all_of(echo("enough")) == []

    async def test_its_signature_and_kind_are_kept(self, policy):
        async def live(url: str, /, *, region: str = "eu") -> str:
            """Live prices."""
            yield (url, region)

        guarded = policy(live)
        assert inspect.signature(guarded) == inspect.signature(live)
        assert inspect.isasyncgenfunction(guarded)
        assert (guarded.__doc__, guarded.__wrapped__) == ("Live prices.", live)
        assert inspect.isasyncgen(guarded("/a"))
        assert await all_of(guarded("/a", region="us")) == [("/a", "us")]
        assert await all_of(policy.call(live, "/b")) == [("/b", "eu")]

    async def test_methods_and_objects_can_be_one(self, policy):
        class Client:
            async def __call__(self, path):
                yield path

            @policy
            async def guarded(self, path):
                yield path

        assert await all_of(Client().guarded("/a")) == ["/a"]
        assert inspect.isasyncgenfunction(policy(Client()))
        assert await all_of(policy(Client())("/a")) == ["/a"]


@pytest.mark.parametrize("end", ["before", "after", "closed", "thrown", "fallback"])
async def test_frames_of_failed_generators_are_not_kept_alive(time, end):
    gc.collect()
    gc.disable()
    kept = []

    async def live():
        local = Local()
        kept.append(weakref.ref(local))
        if end in {"before", "fallback"}:
            raise ConnectionError
        try:
            yield 1
        except LookupError:
            yield 2
        raise ConnectionError

    fallback = (lambda: [1]) if end == "fallback" else None
    guarded = with_retry(max_attempts=2, fallback=fallback, clock=time.clock)(live)

    async def use():
        stream = guarded()
        with contextlib.suppress(ConnectionError):
            await anext(stream)
            if end == "closed":
                await stream.aclose()
            if end == "thrown":
                await stream.athrow(LookupError())
            await all_of(stream)

    try:
        await use()
        assert kept
        assert [reference for reference in kept if reference() is not None] == []
    finally:
        gc.enable()


async def test_a_chain_answers_with_the_first_step_that_gives_an_item(time):
    chain = failsoft.FallbackChain(clock=time.clock)

    @chain.add_fallback
    async def live(city):
        raise ConnectionError(city)
        yield

    @chain.add_fallback
    async def stored(city):
        try:
            yield city
        except LookupError:
            yield "caught"

    stream = chain.execute("oslo")
    assert (await anext(stream), await stream.athrow(LookupError())) == ("oslo", "caught")
    assert await all_of(stream) == []
    assert chain.get_statistics()["last_successful_fallback"] == "stored"
