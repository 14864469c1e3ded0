"""Limits of attempts and of whole calls are kept or refused, and never ignored."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

import failsoft
from failsoft import AttemptTimeoutError, DeadlineExceededError, Policy


class TestOfFunctionsThatBlock:
    def test_are_refused_with_advice(self):
        policy = Policy(timeout={"attempt": 1})

        def fetch():
            return None

        for guard in (policy, policy.call):
            with pytest.raises(failsoft.ConfigError) as caught:
                guard(fetch)
            (problem,) = caught.value.problems
            assert (problem.code, problem.path) == ("contradiction", "timeout.sync")
            for advice in ('"thread"', "coroutine", "policy.attempts()"):
                assert advice in problem.message

    def test_are_kept_by_threads_if_asked_for(self):
        released, finished = threading.Event(), threading.Event()
        calls = []

        def fetch(answer):
            calls.append(answer)
            if len(calls) == 1:
                released.wait()
                finished.set()
                return "late"
            return answer

        timeout = {"attempt": "20ms", "growth": 1000, "max": 60, "sync": "thread"}
        policy = Policy(retry={"initial_delay": 0}, timeout=timeout)
        assert policy(fetch)("fresh") == "fresh"
        released.set()
        assert finished.wait(10)
        assert calls == ["fresh", "fresh"]

    def test_end_in_an_error_that_says_so(self):
        released = threading.Event()
        policy = Policy(timeout={"attempt": "20ms", "sync": "thread"})
        with pytest.raises(AttemptTimeoutError) as caught:
            policy.call(released.wait)
        released.set()
        assert (str(caught.value), caught.value.limit) == ("attempt timed out after 0.02 s", 0.02)
        assert failsoft.classify(caught.value).category == "timeout"

    # mode: late result of a call from before the trip
    def test_a_late_attempt_counts_once(self):
        released = threading.Event()
        policy = Policy(
            timeout={"attempt": "20ms", "sync": "thread"}, circuit_breaker={"failure_threshold": 5}
        )

        def late():
            released.wait()
            raise ConnectionError("late")

        with pytest.raises(AttemptTimeoutError):
            policy.call(late)
        released.set()
        assert policy.circuit_breaker.failure_count == 1

    def test_an_error_in_the_thread_is_the_callers_own(self, time):
        error = ValueError("nonsense")

        def wrong():
            raise error

        policy = Policy(timeout={"attempt": 60, "sync": "thread"}, clock=time.clock)
        with pytest.raises(ValueError) as caught:
            policy.call(wrong)
        assert caught.value is error

    def test_context_variables_reach_the_thread(self):
        user = contextvars.ContextVar("user")
        user.set("ada")
        policy = Policy(timeout={"attempt": 60, "sync": "thread"})
        assert policy.call(user.get) == "ada"


class TestOfCoroutines:
    @pytest.mark.asyncio
    async def test_cancel_a_late_attempt_and_try_again(self):
        ends = []

        async def fetch():
            if not ends:
                try:
                    await asyncio.Event().wait()
                finally:
                    ends.append("cancelled")
            return "fresh"

        policy = Policy(retry={"initial_delay": 0}, timeout={"attempt": "20ms"})
        assert await policy(fetch)() == "fresh"
        assert ends == ["cancelled"]

    @pytest.mark.asyncio
    async def test_end_in_an_error_that_says_so(self):
        async def fetch():
            await asyncio.Event().wait()

        policy = Policy(timeout={"attempt": "20ms"})
        with pytest.raises(AttemptTimeoutError) as caught:
            await policy(fetch)()
        assert type(caught.value) is AttemptTimeoutError
        assert failsoft.classify(caught.value).category == "timeout"

    @pytest.mark.asyncio
    async def test_leave_an_attempts_own_timeout_alone(self):
        error = TimeoutError("the server's")

        async def fetch():
            raise error

        with pytest.raises(TimeoutError) as caught:
            await Policy(timeout={"attempt": 60})(fetch)()
        assert caught.value is error

    @pytest.mark.asyncio
    async def test_keep_an_answer_that_came_while_the_attempt_was_cancelled(self):
        async def fetch():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return "just in time"

        assert await Policy(timeout={"attempt": "20ms"})(fetch)() == "just in time"

    @pytest.mark.asyncio
    async def test_grow_from_attempt_to_attempt(self, time):
        policy = Policy(
            retry={"jitter": False}, timeout={"attempt": 1, "growth": 2, "max": 3}, clock=time.clock
        )
        limits = []
        with pytest.raises(ConnectionError):
            async for attempt in policy.attempts():
                with attempt:
                    limits.append(attempt.timeout)
                    raise ConnectionError
        assert limits == [1.0, 2.0, 3.0, 3.0]


class TestOfWholeCalls:
    # mode: deadline overshot
    def test_no_wait_is_begun_that_would_end_too_late(self, time, script):
        error = ConnectionError()
        policy = Policy(retry={"deadline": 5, "max_attempts": 9, "jitter": False}, clock=time.clock)
        fetch = script(error)
        with pytest.raises(ConnectionError) as caught:
            policy(fetch)()
        assert (caught.value is error, fetch.calls, time.slept) == (True, 3, [1.0, 2.0])
        assert failsoft.report(error).stop_reason == "deadline"

    def test_a_slow_attempt_uses_them_up(self, time):
        calls = []

        @Policy(retry={"deadline": 5}, clock=time.clock)
        def fetch():
            calls.append(1)
            time.passes(6)
            raise ConnectionError

        with pytest.raises(ConnectionError):
            fetch()
        assert (len(calls), time.slept) == (1, [])

    # mode: deadline overshot
    def test_a_wait_that_took_too_long_ends_the_call_with_its_own_error(self, time, script):
        oversleeping = failsoft.Clock(now=time.clock.now, sleep=lambda _: time.passes(60))
        error = ConnectionError()
        fetch = script(error, "too late")
        with pytest.raises(ConnectionError) as caught:
            Policy(retry={"deadline": 5}, clock=oversleeping)(fetch)()
        assert (caught.value is error, fetch.calls) == (True, 1)
        assert failsoft.report(error).stop_reason == "deadline"

    @pytest.mark.asyncio
    async def test_cut_off_a_coroutine(self):
        async def fetch():
            await asyncio.Event().wait()

        policy = Policy(retry={"deadline": "20ms"})
        with pytest.raises(DeadlineExceededError) as caught:
            await policy(fetch)()
        assert failsoft.report(caught.value).stop_reason == "deadline"

    @pytest.mark.asyncio
    async def test_count_before_the_attempts_own_limit_if_less_is_left(self):
        async def fetch():
            await asyncio.Event().wait()

        with pytest.raises(DeadlineExceededError):
            await Policy(retry={"deadline": "20ms"}, timeout={"attempt": 60})(fetch)()
