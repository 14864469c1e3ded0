"""Under `failsoft.testing` calls fail when a test says so, are recorded, or are not guarded at all."""

from __future__ import annotations

import asyncio
import threading

import pytest

import failsoft
from failsoft import CircuitBreakerOpenError, Policy, RetryConfig, System, with_retry
from failsoft.testing import (
    assert_called_with_attempts,
    capture_events,
    fail_with,
    fake_clock,
    inactive,
    no_wait,
    record_calls,
)
from support import Script, seen

AT_ONCE = {"max_attempts": 4, "initial_delay": 0}


@with_retry(**AT_ONCE)
def fetch(url):
    """Fetch a page."""
    return f"page of {url}"


@with_retry(**AT_ONCE)
async def fetch_async(url):
    return f"page of {url}"


class Client:
    @with_retry(**AT_ONCE)
    def fetch(self, url):
        return f"page of {url}"

    @classmethod
    @with_retry(**AT_ONCE)
    def of(cls, url):
        return f"{cls.__name__} of {url}"

    @staticmethod
    @with_retry(**AT_ONCE)
    def plain(url):
        return url


class TestFailing:
    def test_so_many_attempts_fail_and_then_the_function_is_called(self):
        with fail_with(fetch, ConnectionError("no"), times=2) as failing:
            assert fetch("x") == "page of x"
        assert failing.failed == 2
        assert [report.attempt_count for report in failing.reports] == [3]
        assert failing.reports[0].served_by == "function"

    def test_every_attempt_fails_unless_it_is_said_how_many(self):
        error = ConnectionError("no")
        with fail_with(fetch, error) as failing, pytest.raises(ConnectionError) as caught:
            fetch("x")
        assert caught.value is error
        assert failing.failed == 4
        assert failsoft.report(error).stop_reason == "exhausted"

    def test_errors_come_one_after_the_other_and_the_last_repeats(self):
        with fail_with(fetch, TimeoutError, ConnectionError, times=3) as failing:
            fetch("x")
        assert [attempt.verdict and attempt.verdict.category for attempt in failing.reports[0].attempts] == [
            "timeout",
            "connection",
            "connection",
            None,
        ]

    def test_an_error_that_is_not_to_be_retried_is_not(self):
        with fail_with(fetch, ValueError("wrong")) as failing, pytest.raises(ValueError, match="wrong"):
            fetch("x")
        assert failing.failed == 1

    def test_waits_and_events_are_those_of_a_real_failure(self):
        slow = with_retry(max_attempts=3, initial_delay=10, jitter="none")(Script("answer"))
        with no_wait() as skipped, capture_events() as events, fail_with(slow, TimeoutError("late"), times=2):
            assert slow() == "answer"
        assert skipped.waits == [10, 20]
        assert events.kinds == ["retry", "retry", "recovered"]

    def test_coroutines_fail_too(self):
        with fail_with(fetch_async, ConnectionError, times=1) as failing:
            assert asyncio.run(fetch_async("x")) == "page of x"
        assert failing.reports[0].attempt_count == 2

    def test_methods_fail_for_every_instance(self):
        with fail_with(Client.fetch, TimeoutError, times=2) as failing:
            assert (Client().fetch("x"), Client().fetch("y")) == ("page of x", "page of y")
        assert [report.attempt_count for report in failing.reports] == [3, 1]

    @pytest.mark.parametrize("method", [Client.of, Client.plain, Client().fetch])
    def test_so_do_class_and_static_methods_and_bound_ones(self, method):
        with fail_with(method, TimeoutError, times=1) as failing:
            method("x")
            assert_called_with_attempts(method, 2)
        assert failing.failed == 1

    def test_of_a_policy_all_functions_fail(self):
        policy = Policy(retry=AT_ONCE)
        other = Policy(retry=AT_ONCE)
        one, two = policy(Script(1)), policy(Script(2))
        with fail_with(policy, ConnectionError, times=3) as failing:
            assert (one(), two(), policy.call(lambda: 3), other.call(lambda: 4)) == (1, 2, 3, 4)
        assert [report.attempt_count for report in failing.reports] == [4, 1, 1]

    def test_of_a_function_its_policys_others_do_not(self):
        policy = Policy(retry=AT_ONCE)
        one, two = policy(Script(1)), policy(Script(2))
        with fail_with(one, ConnectionError, times=1) as failing:
            assert (two(), one()) == (2, 1)
        assert [report.attempt_count for report in failing.reports] == [2]

    def test_a_breaker_counts_what_fails_and_opens(self, breaker):
        with fail_with(breaker, ConnectionError("no")) as failing:
            for _ in range(3):
                with pytest.raises(ConnectionError):
                    breaker.call(lambda: "answer")
            with pytest.raises(CircuitBreakerOpenError):
                breaker.call(lambda: "answer")
        assert seen(breaker) == ("open", 3, 60, False)
        assert failing.failed == 3

    def test_of_a_breaker_calls_by_every_policy_that_shares_it_fail(self, breaker):
        policy = Policy(retry=AT_ONCE, circuit_breaker=breaker)
        guarded = policy(Script("answer"))
        with fail_with(breaker, ConnectionError, times=2):
            assert guarded() == "answer"
        with fail_with(policy.circuit_breaker, ConnectionError, times=1) as failing:
            assert guarded() == "answer"
        assert failing.reports[0].attempt_count == 2

    def test_of_a_systems_breaker_its_parts_calls_fail(self):
        system = System({})
        breaker = system.get_circuit_breaker("api", failure_threshold=5)
        with fail_with(breaker, ConnectionError), pytest.raises(ConnectionError):
            system.execute_with_resilience(
                lambda: "answer", circuit_breaker_name="api", retry_config=RetryConfig(**AT_ONCE)
            )
        assert breaker.failure_count == 4

    def test_the_block_of_a_breaker_is_not_entered(self, breaker):
        with fail_with(breaker, ConnectionError, times=1):
            with pytest.raises(ConnectionError), breaker:
                raise AssertionError("entered")
            with breaker:
                pass
        assert breaker.failure_count == 0

    def test_the_block_of_an_attempt_is_not_entered(self):
        policy, entered = Policy(retry=AT_ONCE), []
        with fail_with(policy, ConnectionError, times=2):
            for attempt in policy.attempts():
                with attempt:
                    entered.append(attempt.number)
        assert entered == [3]

    def test_when_all_attempts_fail_the_fallback_answers(self):
        policy = Policy(retry=AT_ONCE, fallback=lambda: "cached")
        with fail_with(policy, ConnectionError("no")) as failing, capture_events() as events:
            assert policy.call(lambda: "live") == "cached"
        assert events.kinds == ["retry", "retry", "retry", "gave_up", "fell_back"]
        assert (failing.reports[0].served_by, failing.reports[0].attempt_count) == ("fallback", 4)

    def test_the_innermost_block_comes_first(self):
        with fail_with(fetch, ValueError("outer")), fail_with(fetch, ConnectionError, times=1):
            with pytest.raises(ValueError, match="outer"):
                fetch("x")
            assert_called_with_attempts(fetch, 2)

    def test_other_threads_are_spared(self):
        answers = []
        with fail_with(fetch, ConnectionError):
            thread = threading.Thread(target=lambda: answers.append(fetch("x")))
            thread.start()
            thread.join()
        assert answers == ["page of x"]

    def test_after_the_block_nothing_fails(self):
        with fail_with(fetch, ConnectionError):
            pass
        assert fetch("x") == "page of x"

    def test_it_may_be_a_whole_function(self):
        @fail_with(fetch, ConnectionError, times=1)
        def test():
            fetch("x")
            assert_called_with_attempts(fetch, 2)

        test()
        test()

    @pytest.mark.parametrize("target", [print, 5, None])
    def test_what_is_not_guarded_cannot_be_made_to_fail(self, target):
        with pytest.raises(TypeError, match=r"is not guarded by failsoft \(expected a guarded function"):
            fail_with(target, ConnectionError)

    @pytest.mark.parametrize(
        ("errors", "times", "problem"),
        [
            ((), None, "no error is given"),
            (("down",), None, "expected an exception or its class, found 'down'"),
            ((int,), None, "expected an exception or its class, found <class 'int'>"),
            ((ConnectionError,), -1, "times: -1 is out of range"),
        ],
    )
    def test_wrong_settings_are_named(self, errors, times, problem):
        with pytest.raises((TypeError, ValueError), match=problem):
            fail_with(fetch, *errors, times=times)


class TestInactive:
    def test_a_call_is_one_attempt_whose_error_comes_out(self):
        script = Script(ConnectionError("no"), "answer")
        guarded = Policy(retry=AT_ONCE, fallback=lambda: "cached")(script)
        with inactive(), capture_events() as events, pytest.raises(ConnectionError) as caught:
            guarded()
        assert (script.calls, events.kinds, failsoft.report(caught.value)) == (1, [], None)
        assert guarded() == "answer"

    def test_a_breaker_neither_rejects_nor_counts(self, breaker):
        breaker.force_open()
        with inactive():
            assert breaker.call(lambda: "answer") == "answer"
            with breaker:
                pass
        breaker.reset()
        with inactive():
            for _ in range(5):
                with pytest.raises(ConnectionError):
                    breaker.call(Script(ConnectionError()))
        assert seen(breaker) == ("closed", 0, 0, True)

    def test_a_place_under_a_limit_is_not_needed(self):
        policy = Policy(bulkhead={"max_concurrent": 1}, retry={"max_attempts": 1})

        def inner():
            return policy.call(lambda: "answer")

        with inactive():
            assert policy.call(inner) == "answer"

    @pytest.mark.asyncio
    async def test_attempts_are_not_cut_off(self):
        policy = Policy(timeout={"attempt": 0.001}, retry=AT_ONCE)

        @policy
        async def slow():
            await asyncio.sleep(0.02)
            return "answer"

        async with inactive():
            assert await slow() == "answer"

    def test_a_block_is_entered_once(self):
        numbers = []
        with inactive(), pytest.raises(ConnectionError):
            for attempt in Policy(retry=AT_ONCE).attempts():
                with attempt:
                    numbers.append(attempt.number)
                    raise ConnectionError
        assert numbers == [1]

    def test_it_comes_before_failing(self):
        with inactive(), fail_with(fetch, ConnectionError):
            assert fetch("x") == "page of x"

    def test_afterwards_calls_are_guarded_again(self):
        with inactive():
            pass
        script = Script(ConnectionError(), "answer")
        assert Policy(retry=AT_ONCE).call(script) == "answer"


class TestAssertingAttempts:
    def test_of_a_function_it_is_its_last_call(self):
        with record_calls(fetch) as calls:
            fetch("x")
            assert_called_with_attempts(fetch, 1)
            assert_called_with_attempts(calls, 1)
        assert_called_with_attempts(calls, 1)

    def test_of_an_exception_it_is_the_call_that_raised_it(self):
        with pytest.raises(ConnectionError) as caught:
            Policy(retry=AT_ONCE).call(Script(ConnectionError()))
        assert_called_with_attempts(caught.value, 4)
        assert_called_with_attempts(failsoft.report(caught.value), 4)

    def test_of_a_result_it_is_the_call_that_gave_it(self):
        answer = Policy(retry=AT_ONCE).call(Script(ConnectionError(), {"page": 1}))
        assert_called_with_attempts(answer, 2)

    def test_the_message_tells_the_calls_story(self):
        slow = with_retry(max_attempts=3, initial_delay=10, jitter="none")(Script("answer"))
        with fake_clock(), fail_with(slow, TimeoutError, ConnectionError, times=2) as failing:
            slow()
        with pytest.raises(AssertionError) as caught:
            assert_called_with_attempts(failing, 1)
        assert str(caught.value) == (
            "expected 1 attempt, found 3 attempts, which ended with success:\n"
            "  attempt 1 after 0 s: timeout\n"
            "  attempt 2 after 10 s: connection\n"
            "  attempt 3 after 20 s: answered"
        )

    def test_a_refused_call_took_no_attempt(self, breaker):
        breaker.force_open()
        with record_calls(breaker), pytest.raises(CircuitBreakerOpenError):
            breaker.call(lambda: "answer")
        with record_calls(breaker) as calls:
            with pytest.raises(CircuitBreakerOpenError):
                breaker.call(lambda: "answer")
            assert_called_with_attempts(breaker, 0)
        assert [report.stop_reason for report in calls.reports] == ["circuit_open"]

    def test_a_function_that_was_not_called_is_said_to_be_so(self):
        with record_calls(fetch), pytest.raises(AssertionError, match=r"^fetch was not called$"):
            assert_called_with_attempts(fetch, 1)

    def test_a_function_that_nobody_watched_is_told_how_to(self):
        with pytest.raises(AssertionError, match=r"nothing is known of the calls of fetch: .*record_calls"):
            assert_called_with_attempts(fetch, 1)

    def test_a_stranger_is_said_to_be_one(self):
        with pytest.raises(AssertionError, match=r"nothing is known of ValueError\('mine'\)"):
            assert_called_with_attempts(ValueError("mine"), 1)
