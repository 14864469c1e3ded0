"""Under `failsoft.testing` nobody waits: waits are skipped and told, or time is in the test's hands."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time as real
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

import failsoft
from failsoft import CircuitBreaker, FallbackChain, Policy, System, run_batch, with_retry
from failsoft.testing import FakeClock, assert_waited, capture_events, fake_clock, no_wait, real_time
from support import Script

DOUBLING = {"max_attempts": 4, "initial_delay": 10, "max_delay": 60, "jitter": "none"}

retried = with_retry(**DOUBLING)


def down():
    raise ConnectionError("connection refused")


@pytest.fixture
def flaky():
    """A guarded function that fails twice and then answers; made before any block is entered."""
    return retried(Script(ConnectionError("no"), TimeoutError("late"), "answer"))


class TestWithoutWaiting:
    def test_waits_return_at_once_and_are_told(self, flaky):
        before = real.monotonic()
        with no_wait() as skipped:
            assert flaky() == "answer"
        assert (skipped.waits, skipped.total) == ([10, 20], 30)
        assert real.monotonic() - before < 5

    @pytest.mark.asyncio
    async def test_coroutines_do_not_wait_either(self):
        flaky = Script(ConnectionError("no"), "answer")

        @retried
        async def fetch():
            return flaky()

        async with no_wait() as skipped:
            assert await fetch() == "answer"
        assert skipped.waits == [10]

    def test_the_attempts_of_a_block_do_not_wait(self):
        with no_wait() as skipped:
            for attempt in Policy(retry=DOUBLING).attempts():
                with attempt:
                    if attempt.number < 3:
                        down()
        assert skipped.waits == [10, 20]

    def test_a_function_may_be_such_a_block(self, flaky):
        @no_wait
        def bare():
            return flaky()

        @no_wait()
        def called(script):
            """Play a script."""
            return retried(script)()

        assert (bare(), called(Script(TimeoutError(), 1))) == ("answer", 1)
        assert (called.__name__, called.__doc__) == ("called", "Play a script.")

    def test_a_coroutine_function_may_be_such_a_block(self):
        @no_wait()
        async def fetch():
            return await Policy(retry=DOUBLING).call(failing_once)

        script = Script(TimeoutError(), "answer")

        async def failing_once():
            return script()

        assert asyncio.run(fetch()) == "answer"

    def test_each_call_of_a_decorated_function_is_a_block_of_its_own(self):
        @no_wait()
        def nested(depth):
            return depth if depth == 0 else nested(depth - 1)

        assert nested(3) == 0

    @pytest.mark.parametrize("wrong", [type("Tests", (), {}), 5, lambda: (yield)])
    def test_what_is_no_function_is_no_such_block(self, wrong):
        with pytest.raises(TypeError, match="no function or coroutine function: write `with`"):
            no_wait()(wrong)

    def test_a_block_is_entered_once(self):
        block = no_wait()
        with block, pytest.raises(RuntimeError, match="entered already"), block:
            pass

    def test_a_deadline_ends_a_call_as_if_the_waits_had_lasted(self):
        policy = Policy(retry={**DOUBLING, "deadline": 35})
        with no_wait() as skipped, pytest.raises(ConnectionError) as caught:
            policy.call(down)
        assert skipped.waits == [10, 20]
        assert failsoft.report(caught.value).stop_reason == "deadline"

    def test_a_call_that_waits_for_an_open_breaker_comes_through(self):
        breaker = CircuitBreaker("b", failure_threshold=1, recovery_timeout=60)
        policy = Policy(
            retry={"max_attempts": 3, "initial_delay": 0, "retry_open_circuit": True}, circuit_breaker=breaker
        )
        with no_wait() as skipped:
            assert policy.call(Script(ConnectionError(), "back")) == "back"
        assert 59 < skipped.total <= 60

    def test_a_policy_with_a_clock_of_its_own_keeps_it(self, time):
        with no_wait() as skipped, pytest.raises(ConnectionError):
            Policy(retry=DOUBLING, clock=time.clock).call(down)
        assert (skipped.waits, time.slept) == ([], [10, 20, 40])

    def test_after_the_block_waits_last_again(self):
        waits = Script(ConnectionError(), "answer")
        with no_wait():
            pass
        before = real.monotonic()
        assert with_retry(max_attempts=2, initial_delay=0.05, jitter="none")(waits)() == "answer"
        assert real.monotonic() - before >= 0.05

    def test_inside_of_it_real_time_can_be_had_back(self):
        once = with_retry(max_attempts=2, initial_delay=0.05, jitter="none")
        with no_wait() as skipped, real_time():
            before = real.monotonic()
            assert once(Script(ConnectionError(), "answer"))() == "answer"
        assert real.monotonic() - before >= 0.05
        assert skipped.waits == []

    def test_the_innermost_block_holds_and_the_one_around_it_after_that(self, flaky):
        with fake_clock() as clock:
            with no_wait() as skipped:
                flaky()
            flaky()
            retried(Script(TimeoutError(), "answer"))()
        assert (skipped.waits, clock.waits) == ([10, 20], [10])


class TestOthers:
    def test_threads_that_run_meanwhile_wait_as_ever(self):
        once = with_retry(max_attempts=2, initial_delay=0.05, jitter="none")
        began, took = threading.Event(), []

        def elsewhere():
            began.wait()
            before = real.monotonic()
            once(Script(ConnectionError(), "answer"))()
            took.append(real.monotonic() - before)

        thread = threading.Thread(target=elsewhere)
        thread.start()
        with no_wait() as skipped:
            began.set()
            thread.join()
        assert took[0] >= 0.05
        assert skipped.waits == []

    @pytest.mark.asyncio
    async def test_of_two_tasks_each_has_its_own(self):
        both = asyncio.Barrier(2) if hasattr(asyncio, "Barrier") else None

        async def task(delay):
            async with no_wait() as skipped:
                if both is not None:
                    await both.wait()
                script = Script(ConnectionError(), "answer")
                await with_retry(max_attempts=2, initial_delay=delay, jitter="none")(awaited(script))()
                return skipped.waits

        assert await asyncio.gather(task(10), task(20)) == [[10], [20]]

    def test_a_batch_that_is_started_inside_does_not_wait_in_its_threads(self):
        scripts = [Script(ConnectionError(), number) for number in range(4)]
        with no_wait() as skipped:
            outcome = run_batch(lambda script: script(), scripts, concurrency=4, policy={"retry": DOUBLING})
        assert [success.value for success in outcome.successes] == [0, 1, 2, 3]
        assert skipped.waits == [10, 10, 10, 10]

    def test_a_thread_of_the_tests_own_is_told_by_its_context(self, flaky):
        with no_wait() as skipped, ThreadPoolExecutor(1) as pool:
            assert pool.submit(copy_context().run, flaky).result() == "answer"
        assert skipped.waits == [10, 20]


class TestFakeTime:
    def test_drives_waits_and_says_how_long_they_were(self, flaky):
        with fake_clock() as clock:
            assert flaky() == "answer"
        assert (clock.waits, clock.now, clock.total) == ([10, 20], 30, 30)

    def test_drives_a_breaker_that_was_there_before(self):
        breaker = CircuitBreaker("b", failure_threshold=1, recovery_timeout=60)
        with fake_clock() as clock:
            with pytest.raises(ConnectionError):
                breaker.call(down)
            clock.advance(59)
            assert (breaker.state.value, breaker.retry_after) == ("open", 1)
            clock.advance(1)
            assert breaker.state.value == "half_open"
            assert breaker.call(lambda: "back") == "back"
        assert breaker.state.value == "closed"

    def test_of_a_later_block_is_later_for_a_breaker_that_saw_the_first(self):
        breaker = CircuitBreaker("b", failure_threshold=1, recovery_timeout=60)
        with fake_clock() as first:
            first.advance(86_400)
            with pytest.raises(ConnectionError):
                breaker.call(down)
        with fake_clock() as second:
            assert breaker.state.value == "open"
            second.advance(60)
            assert breaker.state.value == "half_open"

    def test_of_a_policys_own_needs_no_block(self):
        clock = FakeClock()
        with pytest.raises(ConnectionError):
            Policy(retry=DOUBLING, clock=clock.clock).call(down)
        assert (clock.now, clock.waits) == (70, [10, 20, 40])

    def test_may_be_shared_by_a_block_and_a_policy(self, flaky):
        clock = FakeClock()
        with fake_clock(clock) as same:
            flaky()
        assert same is clock
        assert clock.now == 30

    def test_drives_systems_and_chains(self):
        system = System({})
        breaker = system.get_circuit_breaker("api", failure_threshold=1, recovery_timeout=60)
        chain = FallbackChain("c")
        chain.add_fallback(Script(ConnectionError(), "answer"), name="one", policy={"retry": DOUBLING})
        with fake_clock() as clock:
            with pytest.raises(ConnectionError):
                breaker.call(down)
            assert chain.execute() == "answer"
            clock.advance(60)
            assert breaker.state.value == "half_open"
        assert clock.waits == [10]

    @pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf")])
    def test_does_not_go_back(self, wrong):
        with pytest.raises(ValueError, match=r"advance: .* is out of range \(expected seconds, 0 or more\)"):
            FakeClock().advance(wrong)

    def test_may_hold_a_wait_until_it_is_advanced(self):
        clock = FakeClock(hold=True)
        policy = Policy(retry=DOUBLING, clock=clock.clock)
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(policy.call, Script(ConnectionError(), "answer"))
            while not clock.waiting:
                real.sleep(0.001)
            clock.advance(9)
            assert not call.done()
            clock.advance(1)
            assert call.result(10) == "answer"
        assert (clock.waiting, clock.waits) == (0, [10])

    @pytest.mark.asyncio
    async def test_may_hold_a_coroutines_wait_which_can_be_cancelled(self):
        async with fake_clock(FakeClock(hold=True)) as clock:
            call = asyncio.ensure_future(retried(awaited(Script(ConnectionError(), "answer")))())
            other = asyncio.ensure_future(retried(awaited(down))())
            while clock.waiting < 2:  # noqa: ASYNC110  a clock is no loop's own
                await asyncio.sleep(0)
            other.cancel()
            with pytest.raises(asyncio.CancelledError):
                await other
            clock.advance(10)
            assert await call == "answer"
        assert clock.waiting == 0


class TestAsserting:
    def test_the_waits_are_compared_in_their_order(self, flaky):
        with no_wait() as skipped:
            flaky()
        assert_waited(skipped, 10, 20)
        assert_waited(skipped, 10.5, 19.5, within=0.5)

    @pytest.mark.parametrize("wrong", [(), (10,), (20, 10), (10, 20, 40)])
    def test_the_message_says_what_was_waited(self, flaky, wrong):
        with fake_clock() as clock:
            flaky()
        with pytest.raises(AssertionError, match=r"^expected waits of .*, found 10 s, 20 s$"):
            assert_waited(clock, *wrong)

    def test_events_are_those_of_this_context_alone(self, flaky):
        with ThreadPoolExecutor(1) as pool, no_wait(), capture_events() as events:
            flaky()
            with pytest.raises(ConnectionError):
                pool.submit(Policy(retry={"max_attempts": 1}).call, down).result()
        assert events.kinds == ["retry", "retry", "recovered"]
        assert [event.wait for event in events.of("retry")] == [10, 20]
        assert events.messages[-1] == "Script: succeeded on attempt 3"


def test_every_call_is_an_event_for_those_alone_that_ask_for_it():
    # In a process of its own: calls are heard of for the rest of it.
    program = """
from failsoft import CircuitBreaker
from failsoft.testing import capture_events

breaker = CircuitBreaker("b")
with capture_events() as some, capture_events(every_call=True) as all_of_them:
    breaker.call(int)
assert (some, all_of_them.kinds) == ([], ["call_started", "call_ended"])
"""
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603


def test_nothing_of_it_is_loaded_by_programs():
    program = """
import sys, failsoft
assert not any(name.startswith("failsoft.testing") for name in sys.modules)
from failsoft import _clock, _run
assert _run.begun is _run.Run
assert _clock.SYSTEM == failsoft.Clock()
"""
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603


def awaited(function):
    async def call():
        return function()

    return call
