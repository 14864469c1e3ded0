"""Policies: where they come from, how they guard, and what they tell afterwards."""

from __future__ import annotations

import json

import pytest

import failsoft
from failsoft import CircuitBreakerOpenError, Policy
from support import FakeTime

DOCUMENT = {
    "name": "llm",
    "retry": {"max_attempts": 3, "initial_delay": "500ms", "jitter": "none", "deadline": "2m"},
    "circuit_breaker": {"failure_threshold": 4, "recovery_timeout": 30},
    "classify": {"rules": [{"match": {"type": "KeyError"}, "then": "transient"}]},
}


class TestOrigins:
    def test_a_mapping_a_text_a_file_and_keywords_mean_the_same(self, script, tmp_path):
        path = tmp_path / "policy.json"
        path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
        for make in (
            lambda clock: Policy.from_dict(DOCUMENT, clock=clock),
            lambda clock: Policy.from_json(json.dumps(DOCUMENT), clock=clock),
            lambda clock: Policy.from_file(path, clock=clock),
            lambda clock: Policy.from_file(str(path), clock=clock),
            lambda clock: Policy(**DOCUMENT, clock=clock),
        ):
            time = FakeTime()
            policy = make(time.clock)
            fetch = script(KeyError())
            with pytest.raises(KeyError):
                policy(fetch)()
            assert (policy.name, fetch.calls, time.slept) == ("llm", 3, [0.5, 1.0])

    def test_options_go_with_every_origin(self, time, down):
        for make, source in ((Policy.from_dict, DOCUMENT), (Policy.from_json, json.dumps(DOCUMENT))):
            policy = make(source, fallback=lambda: "cached", clock=time.clock, seed=1)
            assert policy.call(down) == "cached"

    def test_a_missing_file_is_the_systems_error(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            Policy.from_file(tmp_path / "none.json")

    def test_a_file_that_is_no_text_is_a_config_error(self, tmp_path):
        path = tmp_path / "policy.json"
        path.write_bytes(b"\xff\xfe{")
        with pytest.raises(failsoft.ConfigError) as caught:
            Policy.from_file(path)
        assert [(problem.code, problem.path) for problem in caught.value.problems] == [("syntax", "")]

    def test_an_empty_document_only_calls(self, time, script):
        fetch = script(ConnectionError())
        with pytest.raises(ConnectionError):
            Policy.from_dict({}, clock=time.clock)(fetch)()
        assert (fetch.calls, Policy().name, Policy().circuit_breaker) == (1, None, None)

    def test_the_blocks_of_the_workstream_document_load_unchanged(self, time, script):
        policy = Policy.from_dict(
            {
                "circuit_breaker": {
                    "max_attempts": 5,
                    "max_error_repeats": 3,
                    "cooldown_seconds": 30,
                    "error_patterns": ["TimeoutError", "ConnectionError", "rate limit exceeded"],
                    "escalation_strategy": "open_circuit",
                },
                "retry": {
                    "enabled": True,
                    "strategy": "exponential",
                    "initial_delay": 1,
                    "max_delay": 60,
                    "jitter": True,
                },
            },
            clock=time.clock,
        )
        fetch = script(ConnectionError("refused"))
        with pytest.raises(ConnectionError) as caught:
            policy(fetch)()
        breaker = policy.circuit_breaker
        assert (fetch.calls, breaker.is_open, breaker.retry_after) == (3, True, 30.0)
        assert failsoft.report(caught.value).stop_reason == "circuit_open"


class TestCalling:
    def test_a_function_with_its_arguments(self):
        assert Policy(retry={}).call(max, 1, 3, key=abs) == 3

    @pytest.mark.asyncio
    async def test_a_coroutine_function_with_its_arguments(self, time):
        calls = []

        async def fetch(url, *, region):
            calls.append((url, region))
            if len(calls) < 3:
                raise ConnectionError
            return "fresh"

        policy = Policy(retry={"jitter": False}, clock=time.clock)
        assert await policy.call(fetch, "/", region="eu") == "fresh"
        assert (calls, time.slept) == ([("/", "eu")] * 3, [1.0, 2.0])

    def test_functions_of_one_policy_share_its_breaker(self, time, down):
        policy = Policy(circuit_breaker={"failure_threshold": 2}, clock=time.clock)
        get, put = policy(down), policy(lambda: "put")
        for _ in range(2):
            with pytest.raises(ConnectionError):
                get()
        with pytest.raises(CircuitBreakerOpenError):
            put()
        assert policy.circuit_breaker.is_open
        policy.circuit_breaker.reset()
        assert put() == "put"

    # mode: retry hammers an open breaker and hides the cause
    def test_the_breaker_opening_ends_the_call_with_its_own_error(self, time, script):
        policy = Policy(retry={}, circuit_breaker={"failure_threshold": 2}, clock=time.clock)
        errors = [ConnectionError("first"), ConnectionError("second")]
        fetch = script(*errors)
        with pytest.raises(ConnectionError) as caught:
            policy(fetch)()
        assert (caught.value is errors[1], fetch.calls, len(time.slept)) == (True, 2, 1)
        assert failsoft.report(caught.value).stop_reason == "circuit_open"

    # mode: retry hammers an open breaker and hides the cause
    def test_a_breaker_that_opened_during_the_wait_refuses_and_names_the_cause(self, time, script):
        policy = Policy(retry={}, circuit_breaker={}, clock=time.clock)
        error = ConnectionError("first")
        breaker = policy.circuit_breaker
        waiting = failsoft.Clock(now=time.clock.now, sleep=lambda _: breaker.force_open())
        guarded = Policy(retry={}, circuit_breaker=breaker, clock=waiting)(script(error))
        with pytest.raises(CircuitBreakerOpenError) as caught:
            guarded()
        assert caught.value.__cause__ is error
        assert failsoft.report(caught.value).stop_reason == "circuit_open"

    def test_a_rejected_call_is_answered_by_the_fallback(self, time, script):
        policy = Policy(circuit_breaker={}, fallback=lambda: "cached", clock=time.clock)
        policy.circuit_breaker.force_open()
        fetch = script("fresh")
        assert (policy(fetch)(), fetch.calls) == ("cached", 0)

    def test_an_open_circuit_may_be_waited_for(self, time, script):
        policy = Policy(
            retry={"max_attempts": 3, "retry_open_circuit": True, "jitter": False},
            circuit_breaker={"failure_threshold": 1, "recovery_timeout": 30},
            clock=time.clock,
        )
        assert policy(script(ConnectionError(), "fresh"))() == "fresh"
        assert (sum(time.slept), policy.circuit_breaker.state.value) == (30.0, "closed")


class TestAttempts:
    def test_of_a_block_are_made_until_it_succeeds(self, time):
        policy = Policy(retry={"jitter": False}, clock=time.clock)
        numbers = []
        for attempt in policy.attempts():
            with attempt as entered:
                assert entered is attempt
                numbers.append(attempt.number)
                if attempt.number < 3:
                    raise ConnectionError
        assert (numbers, time.slept) == ([1, 2, 3], [1.0, 2.0])

    def test_end_with_the_blocks_own_error(self, time):
        policy = Policy(retry={"max_attempts": 2}, clock=time.clock)
        errors = []
        with pytest.raises(ConnectionError) as caught:
            for attempt in policy.attempts():
                with attempt:
                    errors.append(ConnectionError(attempt.number))
                    raise errors[-1]
        assert (len(errors), caught.value is errors[-1], caught.value.__context__) == (2, True, None)
        assert failsoft.report(caught.value).attempt_count == 2

    @pytest.mark.asyncio
    async def test_of_an_asynchronous_block_are_made_until_it_succeeds(self, time):
        policy = Policy(retry={"jitter": False}, clock=time.clock)
        numbers = []
        async for attempt in policy.attempts():
            with attempt:
                numbers.append(attempt.number)
                if attempt.number < 3:
                    raise ConnectionError
        assert (numbers, time.slept) == ([1, 2, 3], [1.0, 2.0])

    @pytest.mark.asyncio
    async def test_of_an_asynchronous_block_end_with_its_own_error(self, time):
        policy = Policy(retry={"max_attempts": 2}, clock=time.clock)
        error = ConnectionError()
        with pytest.raises(ConnectionError) as caught:
            async for attempt in policy.attempts():
                with attempt:
                    raise error
        assert caught.value is error

    def test_may_be_left_by_a_break_or_a_return(self, time, down):
        policy = Policy(retry={}, circuit_breaker={"failure_threshold": 9}, clock=time.clock)

        def leaves():
            for attempt in policy.attempts():
                with attempt:
                    return attempt.number
            return None

        for attempt in policy.attempts():
            with attempt:
                if attempt.number == 2:
                    break
                down()
        assert (leaves(), policy.circuit_breaker.failure_count) == (1, 0)

    def test_may_be_nested(self, time):
        outer, inner = (Policy(retry={"max_attempts": 2}, clock=time.clock) for _ in range(2))
        seen = []
        with pytest.raises(ConnectionError):
            for one in outer.attempts():
                with one:
                    for other in inner.attempts():
                        with other:
                            seen.append((one.number, other.number))
                            raise ConnectionError
        assert seen == [(1, 1), (1, 2), (2, 1), (2, 2)]

    def test_must_be_entered(self, time):
        policy = Policy(retry={}, circuit_breaker={}, clock=time.clock)
        with pytest.raises(RuntimeError, match="write `with attempt:` inside of the loop"):
            for _ in policy.attempts():
                pass

    def test_that_are_not_entered_give_a_probe_back(self, time, down):
        policy = Policy(circuit_breaker={"failure_threshold": 1, "recovery_timeout": 1}, clock=time.clock)
        with pytest.raises(ConnectionError):
            policy.call(down)
        time.passes(1)
        for _ in policy.attempts():
            assert not policy.circuit_breaker.is_available()
            break
        assert policy.circuit_breaker.is_available()

    def test_are_refused_by_an_open_breaker(self, time):
        policy = Policy(circuit_breaker={}, clock=time.clock)
        policy.circuit_breaker.force_open()
        with pytest.raises(CircuitBreakerOpenError):
            for _ in policy.attempts():
                pytest.fail("an open breaker let the block in")

    def test_tell_what_time_is_left(self, time):
        policy = Policy(
            retry={"deadline": 25, "jitter": False},
            timeout={"attempt": 10, "growth": 2},
            clock=time.clock,
        )
        limits = []
        with pytest.raises(TimeoutError):
            for attempt in policy.attempts():
                with attempt:
                    limits.append(attempt.timeout)
                    time.passes(attempt.timeout)
                    raise TimeoutError
        assert limits == [10.0, 14.0]

    def test_have_no_limit_where_the_policy_has_none(self):
        assert [attempt.timeout for attempt in _entered(Policy().attempts())] == [None]


def _entered(attempts):
    for attempt in attempts:
        with attempt:
            yield attempt


class TestReports:
    def test_of_an_error_tell_every_attempt(self, time, script):
        class Busy(Exception):
            status_code = 429
            headers = {"retry-after": "7"}  # noqa: RUF012

        policy = Policy(retry={"max_attempts": 2, "jitter": False}, clock=time.clock)
        with pytest.raises(Busy) as caught:
            policy.call(script(Busy()))
        report = failsoft.report(caught.value)
        assert (report.attempt_count, report.stop_reason, report.elapsed, report.served_by) == (
            2,
            "exhausted",
            7.0,
            None,
        )
        assert [
            (
                attempt.number,
                attempt.started,
                attempt.waited,
                attempt.verdict.category,
                attempt.verdict.retry_after,
            )
            for attempt in report.attempts
        ] == [(1, 0.0, 0.0, "rate_limit", 7.0), (2, 7.0, 7.0, "rate_limit", 7.0)]

    def test_of_a_result_tell_how_it_came_about(self, time, script):
        policy = Policy(retry={"jitter": False}, clock=time.clock)
        answer = policy.call(script(ConnectionError(), fresh := object()))
        report = failsoft.report(answer)
        assert (answer is fresh, report.stop_reason, report.served_by) == (True, "success", "function")
        assert [(attempt.number, attempt.verdict is None) for attempt in report.attempts] == [
            (1, False),
            (2, True),
        ]

    def test_of_something_else_there_is_none(self):
        assert failsoft.report(object()) is failsoft.report(ValueError()) is None

    @pytest.mark.parametrize(
        ("settings", "error", "reason"),
        [
            ({}, ValueError(), "permanent"),
            ({"max_attempts": 2}, ConnectionError(), "exhausted"),
            ({"deadline": 1, "initial_delay": 9, "jitter": False}, ConnectionError(), "deadline"),
            ({"idempotent": False}, ConnectionResetError(104, "reset"), "not_idempotent"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_give_the_reason_for_stopping(self, time, script, settings, error, reason):
        with pytest.raises(type(error)) as caught:
            Policy(retry=settings, clock=time.clock).call(script(error))
        assert failsoft.report(caught.value).stop_reason == reason
