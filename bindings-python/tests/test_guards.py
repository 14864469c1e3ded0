"""What stands between calls and their dependency besides a breaker: a retry budget and limits."""

from __future__ import annotations

import threading

import pytest

import failsoft
from failsoft import BulkheadFullError, CircuitBreaker, ConfigError, Policy, RateLimitedError


def reason(fetch):
    """Why a call that fails ends."""
    with pytest.raises(ConnectionError) as caught:
        fetch()
    return failsoft.report(caught.value).stop_reason


class TestBudget:
    # mode: budget inert by default
    def test_an_outage_is_met_with_a_hundred_retries_and_no_more(self, time):
        policy = Policy(retry={"max_attempts": 4}, clock=time.clock)
        calls = []

        @policy
        def fetch():
            calls.append(1)
            raise ConnectionError("down")

        reasons = [reason(fetch) for _ in range(1_000)]
        assert (len(calls), reasons[0], reasons[-1]) == (1_100, "exhausted", "budget")

    def test_successes_on_the_fast_path_earn_retries_back(self, time):
        budget = {"capacity": 5, "retry_cost": 5, "success_refund": 1}
        policy = Policy(retry={"max_attempts": 2, "budget": budget}, clock=time.clock)
        down = [True]

        @policy
        def fetch():
            if down[0]:
                raise ConnectionError("down")
            return "fresh"

        assert [reason(fetch), reason(fetch)] == ["exhausted", "budget"]
        down[0] = False
        assert [fetch() for _ in range(5)] == ["fresh"] * 5
        down[0] = True
        assert [reason(fetch), reason(fetch)] == ["exhausted", "budget"]

    def test_a_budget_beside_a_shared_breaker_hears_of_successes_too(self, time):
        breaker = CircuitBreaker(failure_threshold=100, clock=time.clock)
        budget = {"capacity": 1, "retry_cost": 1}
        policy = Policy(retry={"max_attempts": 2, "budget": budget}, circuit_breaker=breaker)
        down = [True]

        @policy
        def fetch():
            if down[0]:
                raise ConnectionError("down")
            return "fresh"

        @breaker
        def other():
            return "fresh"

        assert [reason(fetch), reason(fetch)] == ["exhausted", "budget"]
        other()
        assert reason(fetch) == "budget"
        down[0] = False
        assert fetch() == "fresh"
        down[0] = True
        assert reason(fetch) == "exhausted"


class TestLimits:
    def test_a_rate_limit_delays_calls_and_refuses_what_would_wait_too_long(self, time):
        limit = {"rate": 1, "per": "1s", "burst": 1, "max_wait": "1s"}
        policy = Policy(name="maps", rate_limit=limit, clock=time.clock)
        assert [policy.call(str, 1), policy.call(str, 2)] == ["1", "2"]
        assert time.slept == [1.0]

    def test_a_rate_limit_says_when_to_come_back(self, time):
        policy = Policy(name="maps", rate_limit={"rate": 1, "per": "4s"}, clock=time.clock)
        policy.call(str, 1)
        with pytest.raises(RateLimitedError, match="rate limit of maps reached: retry in 4 s") as caught:
            policy.call(str, 2)
        assert (caught.value.retry_after, failsoft.report(caught.value).stop_reason) == (4.0, "rate_limited")

    def test_a_bulkhead_refuses_what_is_too_much(self, time):
        policy = Policy(bulkhead={"max_concurrent": 1}, clock=time.clock)

        @policy
        def fetch(depth):
            return fetch(depth - 1) if depth else "fresh"

        assert fetch(0) == "fresh"
        with pytest.raises(BulkheadFullError, match="too many calls are under way"):
            fetch(1)
        assert fetch(0) == "fresh"

    def test_threads_wait_in_line_for_a_bulkhead(self):
        policy = Policy(bulkhead={"max_concurrent": 2, "max_queue": 8, "max_wait": "1m"})
        inside, most, lock = [0], [0], threading.Lock()
        gate = threading.Barrier(8)

        @policy
        def fetch():
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with lock:
                inside[0] -= 1
            return "fresh"

        answers = []

        def work():
            gate.wait()
            answers.extend(fetch() for _ in range(20))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (answers.count("fresh"), most[0] <= 2) == (160, True)

    def test_what_this_host_cannot_do_is_refused(self):
        with pytest.raises(ConfigError) as caught:
            Policy.from_dict({"hedge": {"delay": "50ms"}, "retry": {"budget": {"name": "llm"}}})
        assert str(caught.value) == (
            "hedge: not carried out by this host (expected none here)\n"
            "retry.budget.name: not carried out by this host (expected none here)"
        )
