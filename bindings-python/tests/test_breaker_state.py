"""A breaker's state: by hand, in a snapshot, in its config."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

import failsoft
from failsoft import CircuitBreaker, CircuitBreakerConfig, CircuitBreakerOpenError
from support import FakeTime, seen


class TestByHand:
    def test_forced_open_rejects_until_reset(self, breaker, time):
        breaker.force_open()
        time.passes(1e6)
        assert seen(breaker) == ("forced_open", 0, None, False)
        with pytest.raises(CircuitBreakerOpenError) as caught:
            breaker.call(len, "")
        assert (caught.value.retry_after, str(caught.value)) == (
            None,
            "Circuit Breaker open of prices: held open by hand",
        )
        assert breaker.is_open
        breaker.reset()
        assert breaker.call(len, "") == 0

    def test_forced_closed_counts_nothing(self, breaker, fails):
        breaker.force_close()
        fails(breaker, 9)
        assert seen(breaker) == ("forced_closed", 0, 0.0, True)
        breaker.reset()
        assert seen(breaker) == ("closed", 0, 0.0, True)

    def test_reset_closes_and_forgets(self, breaker, fails):
        fails(breaker, 2)
        breaker.reset()
        assert seen(breaker) == ("closed", 0, 0.0, True)
        fails(breaker, 3)
        breaker.reset()
        assert seen(breaker) == ("closed", 0, 0.0, True)


class TestSnapshots:
    # mode: monotonic time in a store that others read
    @pytest.mark.parametrize(
        "settings",
        [
            {"failure_threshold": 3},
            {"failure_threshold": 3, "time_window": 100},
            {"failure_threshold": 3, "count_window": 10},
            {"identical_failures": 3},
        ],
        ids="-".join,
    )
    def test_travel_through_json_to_a_process_with_another_clock(self, settings, fails):
        here, there = FakeTime(), FakeTime()
        there.passes(12345.5)
        old = CircuitBreaker(recovery_timeout=60, clock=here.clock, **settings)
        for prepare in (lambda: None, lambda: fails(old, 2), lambda: fails(old), lambda: here.passes(20)):
            prepare()
            new = CircuitBreaker(recovery_timeout=60, clock=there.clock, **settings)
            new.restore(json.loads(json.dumps(old.snapshot())))
            assert (new.state, new.retry_after) == (old.state, old.retry_after)
            assert new.snapshot() == old.snapshot()

    def test_of_a_failing_breaker_goes_on_counting(self, breaker, fails, time):
        fails(breaker, 2)
        new = CircuitBreaker(failure_threshold=3, clock=time.clock)
        guarded = new(len)
        new.restore(breaker.snapshot())
        fails(new)
        assert new.is_open
        with pytest.raises(CircuitBreakerOpenError):
            guarded("")

    def test_of_a_forced_breaker_keep_it_forced(self, breaker, time):
        for force, state in ((breaker.force_open, "forced_open"), (breaker.force_close, "forced_closed")):
            force()
            new = CircuitBreaker(clock=time.clock)
            new.restore(breaker.snapshot())
            assert new.state.value == state

    @pytest.mark.parametrize(
        "nonsense",
        [
            {},
            [],
            None,
            "closed",
            {"version": 2},
            {"version": 1, "state": {"name": "ajar"}},
            {1: 2},
            {"version": {1}},
        ],
        ids=repr,
    )
    def test_that_make_no_sense_leave_everything_as_it_was(self, breaker, fails, nonsense):
        fails(breaker, 2)
        before = breaker.snapshot()
        with pytest.raises(failsoft.ConfigError):
            breaker.restore(nonsense)
        assert breaker.snapshot() == before


class TestConfig:
    def test_is_given_as_an_object_as_keywords_or_as_a_mapping(self, time, fails):
        for breaker in (
            CircuitBreaker("b", CircuitBreakerConfig(failure_threshold=2), clock=time.clock),
            CircuitBreaker(failure_threshold=2, clock=time.clock),
            CircuitBreaker(config={"failure_threshold": 2}, clock=time.clock),
            CircuitBreaker(fail_max=2, reset_timeout=3, clock=time.clock),
        ):
            fails(breaker, 2)
            assert breaker.is_open

    def test_is_not_given_twice(self):
        with pytest.raises(TypeError, match="either config or settings, not both"):
            CircuitBreaker(config=CircuitBreakerConfig(), failure_threshold=2)

    def test_is_a_frozen_value(self):
        config = CircuitBreakerConfig(failure_threshold=2, recovery_timeout="30s", expected_exception=OSError)
        for other in (copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):  # noqa: S301
            assert (other, hash(other), repr(other)) == (config, hash(config), repr(config))
        assert config != CircuitBreakerConfig(failure_threshold=3)
        assert config.failure_threshold == 2
        with pytest.raises(AttributeError, match="frozen"):
            config.failure_threshold = 3
        with pytest.raises(AttributeError):
            del config.failure_threshold

    def test_names_everything_that_is_wrong(self):
        with pytest.raises(failsoft.ConfigError) as caught:
            CircuitBreakerConfig(failure_threshold=0, recovery_timeout=-1, treshold=3)
        assert [(problem.code, problem.path) for problem in caught.value.problems] == [
            ("out_of_range", "circuit_breaker.failure_threshold"),
            ("out_of_range", "circuit_breaker.recovery_timeout"),
            ("unknown_key", "circuit_breaker.treshold"),
        ]
