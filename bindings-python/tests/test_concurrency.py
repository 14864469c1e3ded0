"""Threads, tasks, loops and processes on one breaker or policy."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import sys
import threading

import pytest

import failsoft
from failsoft import CircuitBreaker, CircuitBreakerOpenError, Policy, with_retry

THREADS = 8


def together(work, threads=THREADS):
    """Several threads do the same at once; the first error that one of them met comes out."""
    barrier, errors = threading.Barrier(threads), []

    def begin(number):
        try:
            barrier.wait()
            work(number)
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=begin, args=(number,)) for number in range(threads)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in running:
            thread.start()
        for thread in running:
            thread.join(60)
            assert not thread.is_alive(), "a thread hangs"
    finally:
        sys.setswitchinterval(before)
    if errors:
        raise errors[0]


class Crowd:
    """Counts how many are inside at a time, and the most there ever were."""

    def __init__(self):
        self.lock, self.inside, self.most, self.entered = threading.Lock(), 0, 0, 0

    def enter(self):
        with self.lock:
            self.inside += 1
            self.entered += 1
            self.most = max(self.most, self.inside)

    def leave(self):
        with self.lock:
            self.inside -= 1


def half_open(time, down, **settings):
    breaker = CircuitBreaker(failure_threshold=1, recovery_timeout=1, clock=time.clock, **settings)
    with pytest.raises(ConnectionError):
        breaker.call(down)
    time.passes(1)
    return breaker


class TestAtTheHalfOpenBoundary:
    # mode: half-open stampede
    @pytest.mark.parametrize("places", [1, 3])
    def test_threads_never_exceed_the_places(self, time, down, places):
        breaker = half_open(time, down, half_open_max_calls=places, success_threshold=1_000_000)
        crowd, rejected = Crowd(), []

        @breaker
        def probe():
            crowd.enter()
            for _ in range(50):
                pass
            crowd.leave()

        def work(_number):
            for _ in range(500):
                try:
                    probe()
                except CircuitBreakerOpenError:
                    rejected.append(1)

        together(work)
        assert (crowd.entered + len(rejected), crowd.inside) == (THREADS * 500, 0)
        assert 1 <= crowd.most <= places
        assert breaker.is_available()

    # mode: half-open stampede
    @pytest.mark.parametrize("places", [1, 3])
    @pytest.mark.asyncio
    async def test_tasks_fill_the_places_exactly(self, time, down, places):
        breaker = half_open(time, down, half_open_max_calls=places, success_threshold=1_000_000)
        crowd, done = Crowd(), asyncio.Event()

        @breaker
        async def probe():
            crowd.enter()
            await done.wait()
            crowd.leave()

        tasks = [asyncio.ensure_future(probe()) for _ in range(1_000)]
        await asyncio.sleep(0)
        done.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        rejected = [answer for answer in answers if isinstance(answer, CircuitBreakerOpenError)]
        assert (crowd.most, crowd.entered, len(rejected)) == (places, places, 1_000 - places)
        assert breaker.is_available()

    # mode: transition repeated under a race
    def test_threads_that_fail_together_trip_it_once(self, time, down, lines):
        breaker = CircuitBreaker("shared", failure_threshold=THREADS, clock=time.clock)
        barrier = threading.Barrier(THREADS)

        @breaker
        def fetch():
            barrier.wait()
            down()

        def work(_number):
            with pytest.raises(ConnectionError):
                fetch()

        together(work)
        opened = [text for _, text in lines() if "circuit breaker open" in text]
        assert (breaker.is_open, len(opened)) == (True, 1)
        assert breaker.snapshot()["tally"]["trips"] == 1


class TestCounts:
    def test_no_failure_of_a_thread_is_lost(self, time, down):
        breaker = CircuitBreaker(failure_threshold=1_000_000, clock=time.clock)
        fetch = breaker(down)

        def work(_number):
            for _ in range(1_000):
                with pytest.raises(ConnectionError):
                    fetch()

        together(work)
        assert breaker.failure_count == THREADS * 1_000

    # mode: window miscounts
    def test_no_failure_of_a_window_is_lost_among_successes(self, time):
        breaker = CircuitBreaker(failure_threshold=1_000_000, count_window=1_000_000, clock=time.clock)
        error = ConnectionError("down")

        @breaker
        def fetch(fails):
            if fails:
                raise error
            return "fresh"

        def work(number):
            for call in range(1_000):
                with contextlib.suppress(ConnectionError):
                    fetch((number + call) % 4 == 0)

        together(work)
        calls = breaker.snapshot()["evidence"]["calls"]
        assert (breaker.failure_count, calls.count(True)) == (THREADS * 250, THREADS * 250)

    @pytest.mark.asyncio
    async def test_no_failure_of_a_task_is_lost(self, time):
        breaker = CircuitBreaker(failure_threshold=1_000_000, clock=time.clock)

        @breaker
        async def fetch():
            await asyncio.sleep(0)
            raise ConnectionError

        answers = await asyncio.gather(*(fetch() for _ in range(1_000)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {ConnectionError}
        assert breaker.failure_count == 1_000

    def test_retries_of_threads_do_not_mix(self, time):
        clock = failsoft.Clock(now=time.clock.now, sleep=lambda _: None)
        mine = threading.local()

        @with_retry(max_attempts=4, budget=False, clock=clock)
        def fetch():
            mine.calls += 1
            raise ConnectionError

        def work(_number):
            for _ in range(200):
                mine.calls = 0
                with pytest.raises(ConnectionError) as caught:
                    fetch()
                assert (mine.calls, failsoft.report(caught.value).attempt_count) == (4, 4)

        together(work)


class TestLoops:
    # mode: bound to one event loop
    def test_one_policy_serves_loops_one_after_the_other(self, time):
        policy = Policy(retry={}, circuit_breaker={"failure_threshold": 100}, clock=time.clock)
        calls = []

        @policy
        async def fetch():
            calls.append(1)
            await asyncio.sleep(0)
            if len(calls) % 2:
                raise ConnectionError
            return len(calls)

        assert [asyncio.run(fetch()) for _ in range(3)] == [2, 4, 6]

    # mode: bound to one event loop
    def test_one_policy_serves_loops_of_several_threads(self, time):
        clock = failsoft.Clock(now=time.clock.now, sleep_async=lambda _: asyncio.sleep(0))
        policy = Policy(retry={"budget": False}, circuit_breaker={"failure_threshold": 100_000}, clock=clock)

        @policy
        async def fetch(failures):
            await asyncio.sleep(0)
            if failures:
                raise ConnectionError(failures.pop())
            return "fresh"

        async def many():
            return await asyncio.gather(*(fetch([1, 2]) for _ in range(100)))

        def work(_number):
            assert asyncio.run(many()) == ["fresh"] * 100

        together(work, threads=2)


class TestReentry:
    def test_a_guarded_function_may_call_another_of_the_same_breaker(self, time):
        breaker = CircuitBreaker(failure_threshold=2, clock=time.clock)
        inner = breaker(lambda: "inner")
        outer = breaker(lambda: inner() + inner())
        assert outer() == "innerinner"

    def test_an_inner_failure_counts_for_each_call_that_it_fails(self, time, down):
        breaker = CircuitBreaker(failure_threshold=9, clock=time.clock)
        inner = breaker(down)
        outer = breaker(lambda: [inner()])
        with pytest.raises(ConnectionError):
            outer()
        assert breaker.failure_count == 2

    def test_a_guarded_function_may_force_and_read_its_own_breaker(self, time):
        breaker = CircuitBreaker(clock=time.clock)

        @breaker
        def fetch():
            breaker.force_open()
            breaker.snapshot()
            breaker.reset()
            return breaker.state.value

        assert fetch() == "closed"

    # mode: listener that re-enters
    def test_a_log_handler_may_use_the_breaker_that_it_hears_of(self, time, down):
        breaker = CircuitBreaker("shared", failure_threshold=1, clock=time.clock)
        seen = []

        class Handler(logging.Handler):
            def emit(self, record):
                seen.append((record.levelname, breaker.state.value))
                breaker.snapshot()

        logger, handler = logging.getLogger("failsoft"), Handler()
        logger.addHandler(handler)
        try:
            with pytest.raises(ConnectionError):
                breaker.call(down)
        finally:
            logger.removeHandler(handler)
        assert seen == [("WARNING", "open")]

    # mode: interpreter lock against a lock of ours
    def test_threads_may_collect_garbage_inside_of_guarded_functions(self):
        policy = Policy(retry={"initial_delay": 0}, circuit_breaker={"failure_threshold": 10**6})

        class Finalized:
            def __del__(self):
                policy.call(len, "")

        @policy
        def fetch(failures):
            waste = [Finalized()]
            waste.append(waste)
            del waste
            # The youngest generation alone: all that pytest holds takes long to walk.
            gc.collect(0)
            if failures:
                raise ConnectionError(failures.pop())
            return "fresh"

        def work(_number):
            for _ in range(20):
                assert fetch([1]) == "fresh"

        together(work)
