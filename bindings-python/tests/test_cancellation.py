"""Who wants to stop is let go: at once, with the same object, without a trace in any count."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import warnings

import pytest

import failsoft
from failsoft import CircuitBreaker, Policy, with_retry

STOPS = [asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit]
stops = pytest.mark.parametrize("kind", STOPS, ids=lambda kind: kind.__name__)


@pytest.fixture
def policy(time):
    return Policy(
        retry={"jitter": False},
        circuit_breaker={"failure_threshold": 1, "recovery_timeout": 0.5, "success_threshold": 2},
        fallback=lambda *_args: pytest.fail("nobody asked for a fallback"),
        clock=time.clock,
    )


def half_open(policy, time, down):
    with pytest.raises(ConnectionError):
        Policy(circuit_breaker=policy.circuit_breaker, clock=time.clock).call(down)
    time.passes(1)
    assert policy.circuit_breaker.state.value == "half_open"


def untouched(policy, state="closed"):
    breaker = policy.circuit_breaker
    return (breaker.state.value, breaker.failure_count, breaker.is_available()) == (state, 0, True) or (
        breaker.state.value == state == "half_open" and breaker.is_available()
    )


class TestWhileTheFunctionRuns:
    # mode: cancellation counted or retried
    @stops
    def test_it_passes_straight_through(self, policy, time, script, kind):
        stop = kind()
        fetch = script(stop)
        for call in (policy(fetch), lambda: policy.call(fetch)):
            with pytest.raises(kind) as caught:
                call()
            assert caught.value is stop
        assert (fetch.calls, time.slept, untouched(policy)) == (2, [], True)

    # mode: cancellation counted or retried
    @pytest.mark.parametrize("kind", [asyncio.CancelledError, GeneratorExit])
    @pytest.mark.asyncio
    async def test_it_passes_straight_through_a_coroutine(self, policy, time, kind):
        stop = kind()
        calls = []

        async def fetch():
            calls.append(1)
            raise stop

        for call in (policy(fetch), lambda: policy.call(fetch)):
            with pytest.raises(kind) as caught:
                await call()
            assert caught.value is stop
        assert (len(calls), time.slept, untouched(policy)) == (2, [], True)

    @stops
    def test_a_coroutine_driven_by_hand_lets_it_out(self, policy, kind):
        stop = kind()

        async def fetch():
            raise stop

        with pytest.raises(kind) as caught:
            policy(fetch)().send(None)
        assert (caught.value is stop, untouched(policy)) == (True, True)

    @stops
    def test_it_passes_out_of_a_block(self, policy, time, kind):
        stop = kind()
        with pytest.raises(kind) as caught:
            for attempt in policy.attempts():
                with attempt:
                    raise stop
        assert (caught.value is stop, time.slept, untouched(policy)) == (True, [], True)

    @stops
    def test_it_passes_out_of_a_breakers_block(self, policy, kind):
        stop = kind()
        with pytest.raises(kind) as caught, policy.circuit_breaker:
            raise stop
        assert (caught.value is stop, untouched(policy)) == (True, True)

    # mode: half-open permit lost when the probe is cancelled
    @stops
    def test_a_probe_gives_its_place_back(self, policy, time, down, script, kind):
        half_open(policy, time, down)
        for call in (policy(script(kind())), lambda: policy.call(script(kind()))):
            with pytest.raises(kind):
                call()
            assert untouched(policy, "half_open")
        assert policy.call(len, "") == 0

    @stops
    def test_it_passes_out_of_a_thread(self, time, script, kind):
        policy = Policy(retry={}, timeout={"attempt": 60, "sync": "thread"}, clock=time.clock)
        stop = kind()
        fetch = script(stop)
        with pytest.raises(kind) as caught:
            policy.call(fetch)
        assert (caught.value is stop, fetch.calls, time.slept) == (True, 1, [])

    @pytest.mark.parametrize("kind", [concurrent.futures.CancelledError, asyncio.CancelledError])
    def test_neither_spelling_of_cancelled_is_retried(self, policy, script, kind):
        fetch = script(kind())
        with pytest.raises(kind):
            policy(fetch)()
        assert (fetch.calls, untouched(policy)) == (1, True)


class TestWhileWaiting:
    # mode: cancellation counted or retried
    @stops
    def test_it_ends_the_call(self, script, time, kind):
        stop = kind()
        clock = failsoft.Clock(now=time.clock.now, sleep=script(stop))
        policy = Policy(retry={}, circuit_breaker={}, clock=clock)
        fetch = script(ConnectionError())
        with pytest.raises(kind) as caught:
            policy(fetch)()
        assert (caught.value is stop, fetch.calls, policy.circuit_breaker.failure_count) == (True, 1, 1)

    @stops
    def test_it_ends_a_block(self, script, time, kind):
        stop = kind()
        clock = failsoft.Clock(now=time.clock.now, sleep=script(stop))
        numbers = []
        with pytest.raises(kind) as caught:
            for attempt in Policy(retry={}, clock=clock).attempts():
                with attempt:
                    numbers.append(attempt.number)
                    raise ConnectionError
        assert (caught.value is stop, numbers) == (True, [1])

    # mode: wait that cannot be interrupted
    @pytest.mark.asyncio
    async def test_a_cancelled_task_ends_at_once(self, time):
        calls, asleep = [], asyncio.Event()

        async def sleeps(_seconds):
            asleep.set()
            await asyncio.Event().wait()

        @with_retry(clock=failsoft.Clock(now=time.clock.now, sleep_async=sleeps))
        async def fetch():
            calls.append(1)
            raise ConnectionError

        task = asyncio.ensure_future(fetch())
        await asleep.wait()
        task.cancel("shutting down")
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (calls, task.cancelled()) == ([1], True)

    # mode: wait that cannot be interrupted
    @pytest.mark.asyncio
    async def test_real_sleep_is_cancelled_as_well(self):
        called = asyncio.Event()

        @with_retry(initial_delay=3600, max_delay=3600)
        async def fetch():
            called.set()
            raise ConnectionError

        task = asyncio.ensure_future(fetch())
        await called.wait()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)


class TestOfTasks:
    # mode: half-open permit lost when the probe is cancelled
    @pytest.mark.asyncio
    async def test_a_cancelled_probe_gives_its_place_back(self, policy, time, down):
        half_open(policy, time, down)
        inside = asyncio.Event()

        @policy
        async def fetch():
            inside.set()
            await asyncio.Event().wait()

        task = asyncio.ensure_future(fetch())
        await inside.wait()
        assert not policy.circuit_breaker.is_available()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert untouched(policy, "half_open")

    @pytest.mark.asyncio
    async def test_a_cancelled_block_gives_its_place_back(self, policy, time, down):
        half_open(policy, time, down)
        inside = asyncio.Event()

        async def block():
            async for attempt in policy.attempts():
                with attempt:
                    inside.set()
                    await asyncio.Event().wait()

        async def breaker_block():
            async with policy.circuit_breaker:
                inside.set()
                await asyncio.Event().wait()

        for work in (block, breaker_block):
            inside.clear()
            task = asyncio.ensure_future(work())
            await inside.wait()
            assert not policy.circuit_breaker.is_available()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert untouched(policy, "half_open"), work

    @pytest.mark.asyncio
    async def test_a_timeout_around_the_call_is_the_callers(self, policy):
        @policy
        async def fetch():
            await asyncio.Event().wait()

        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(fetch(), 0.01)
        assert untouched(policy)
        if hasattr(asyncio, "timeout"):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await fetch()
            assert untouched(policy)

    @pytest.mark.asyncio
    async def test_a_cancellation_during_a_limited_attempt_is_no_timeout(self, time):
        policy = Policy(retry={}, timeout={"attempt": 60}, circuit_breaker={}, clock=time.clock)
        inside = asyncio.Event()
        calls = []

        @policy
        async def fetch():
            calls.append(1)
            inside.set()
            await asyncio.Event().wait()

        task = asyncio.ensure_future(fetch())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (calls, policy.circuit_breaker.failure_count) == ([1], 0)

    @pytest.mark.skipif(not hasattr(asyncio, "TaskGroup"), reason="this Python has no task groups")
    @pytest.mark.asyncio
    async def test_a_task_group_that_fails_cancels_the_call(self, policy):
        called = asyncio.Event()

        @policy
        async def fetch():
            called.set()
            await asyncio.Event().wait()

        async def fails():
            await called.wait()
            raise LookupError

        with pytest.raises(BaseException) as caught:
            async with asyncio.TaskGroup() as group:
                group.create_task(fetch())
                group.create_task(fails())
        assert [type(error) for error in caught.value.exceptions] == [LookupError]
        assert untouched(policy)


class TestCoroutinesThatNobodyFinishes:
    def test_closing_one_gives_its_place_back(self, policy, time, down):
        half_open(policy, time, down)

        class Forever:
            def __await__(self):
                yield

        @policy
        async def fetch():
            await Forever()

        waiting = fetch()
        waiting.send(None)
        assert not policy.circuit_breaker.is_available()
        waiting.close()
        assert untouched(policy, "half_open")

    def test_dropping_one_gives_its_place_back(self, policy, time, down):
        half_open(policy, time, down)

        class Forever:
            def __await__(self):
                yield

        @policy
        async def fetch():
            await Forever()

        waiting = fetch()
        waiting.send(None)
        del waiting
        gc.collect()
        assert untouched(policy, "half_open")

    def test_one_that_is_never_awaited_takes_no_place(self, policy, time, down):
        half_open(policy, time, down)

        async def fetch():
            return "fresh"

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            policy(fetch)()
            policy.call(fetch)
            gc.collect()
        assert untouched(policy, "half_open")

    @pytest.mark.asyncio
    async def test_a_block_that_is_left_without_its_attempt_gives_its_place_back(self, policy, time, down):
        half_open(policy, time, down)
        async for _ in policy.attempts():
            break
        gc.collect()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert untouched(policy, "half_open")


def test_a_breaker_alone_does_not_count_them_either(time, script):
    breaker = CircuitBreaker(failure_threshold=1, expected_exception=BaseException, clock=time.clock)
    for kind in STOPS:
        with pytest.raises(kind):
            breaker.call(script(kind()))
    assert (breaker.failure_count, breaker.is_open) == (0, False)
