"""When a breaker trips, whom it rejects, and how it recovers."""

from __future__ import annotations

import pytest

import failsoft
from failsoft import CircuitBreaker, CircuitBreakerOpenError, CircuitBreakerState
from support import seen


def test_a_new_breaker_is_closed(breaker):
    assert seen(breaker) == ("closed", 0, 0.0, True)
    assert (breaker.name, breaker.is_open, repr(breaker)) == (
        "prices",
        False,
        "<CircuitBreaker prices closed>",
    )


def test_an_answer_passes_through(breaker):
    assert breaker.call(max, 1, 2, key=abs) == breaker.execute(max, 1, 2, key=abs) == 2
    assert seen(breaker) == ("closed", 0, 0.0, True)


def test_so_many_failures_in_a_row_open_it(breaker, fails):
    fails(breaker, 2)
    assert seen(breaker) == ("closed", 2, 0.0, True)
    fails(breaker)
    assert (breaker.state, breaker.is_open, breaker.retry_after) == (CircuitBreakerState.OPEN, True, 60.0)
    assert repr(breaker) == "<CircuitBreaker prices open>"


def test_a_success_ends_the_run(breaker, fails):
    fails(breaker, 2)
    breaker.call(len, "")
    fails(breaker, 2)
    assert seen(breaker) == ("closed", 2, 0.0, True)


def test_an_open_breaker_rejects_without_calling(breaker, fails, time, script):
    fails(breaker, 3)
    time.passes(20)
    fetch = script("fresh")
    with pytest.raises(CircuitBreakerOpenError) as caught:
        breaker.call(fetch)
    error = caught.value
    assert (fetch.calls, error.name, error.retry_after) == (0, "prices", 40.0)
    assert str(error) == "Circuit Breaker open of prices: retry in 40 s"
    assert failsoft.classify(error) == failsoft.Verdict(
        "open_circuit", "permanent", retryable=False, retry_after=40.0, rule="open_circuit"
    )


# mode: success threshold behaves as one
def test_after_the_wait_it_is_half_open_and_probes_close_it(breaker, fails, time):
    fails(breaker, 3)
    time.passes(59.999)
    assert breaker.state is CircuitBreakerState.OPEN
    time.passes(0.001)
    assert seen(breaker)[0] == "half_open"
    breaker.call(len, "")
    assert breaker.state is CircuitBreakerState.HALF_OPEN
    breaker.call(len, "")
    assert seen(breaker) == ("closed", 0, 0.0, True)


# mode: failed probe does not reopen
def test_a_failed_probe_opens_it_again_for_the_whole_wait(breaker, fails, time):
    fails(breaker, 3)
    time.passes(60)
    fails(breaker)
    assert (breaker.state, breaker.retry_after) == (CircuitBreakerState.OPEN, 60.0)


def test_a_second_probe_waits_for_the_first(breaker, fails, time):
    fails(breaker, 3)
    time.passes(60)

    def probe():
        with pytest.raises(CircuitBreakerOpenError):
            breaker.call(len, "")
        return "fresh"

    assert breaker.call(probe) == "fresh"
    assert breaker.is_available()


def test_so_many_probes_at_a_time_are_admitted(fails, time):
    breaker = CircuitBreaker(
        failure_threshold=1, recovery_timeout=1, half_open_max_calls=3, success_threshold=9, clock=time.clock
    )
    fails(breaker)
    time.passes(1)
    with breaker, breaker, breaker:
        with pytest.raises(CircuitBreakerOpenError) as caught:
            breaker.call(len, "")
        assert caught.value.retry_after == 60.0
    assert breaker.is_available()


# mode: probe that never settles
def test_a_probe_that_hangs_loses_its_place(fails, time):
    breaker = CircuitBreaker(failure_threshold=1, recovery_timeout=1, probe_timeout=30, clock=time.clock)
    fails(breaker)
    time.passes(1)
    with breaker:
        assert not breaker.is_available()
        time.passes(30)
        assert breaker.call(len, "") == 0
        assert breaker.state is CircuitBreakerState.CLOSED
    assert breaker.state is CircuitBreakerState.CLOSED


# mode: late result of a call from before the trip
def test_a_late_failure_from_before_the_trip_changes_nothing(breaker, fails, time, down):
    guarded = breaker(down)

    def slow():
        fails(breaker, 3)
        time.passes(60)
        breaker.call(len, "")
        breaker.call(len, "")
        assert breaker.state is CircuitBreakerState.CLOSED
        raise ConnectionError("late")

    with pytest.raises(ConnectionError, match="late"):
        breaker.call(slow)
    assert seen(breaker) == ("closed", 0, 0.0, True)
    with pytest.raises(ConnectionError):
        guarded()
    assert breaker.failure_count == 1


# mode: late result of a call from before the trip
# mode: success of an old call closes an open breaker
def test_a_late_success_from_before_the_trip_does_not_close_it(breaker, fails):
    guarded = breaker(lambda: fails(breaker, 3))
    guarded()
    assert breaker.state is CircuitBreakerState.OPEN


def test_a_success_resets_failures_that_came_while_it_was_under_way(breaker, fails):
    guarded = breaker(lambda: fails(breaker, 2))
    guarded()
    assert seen(breaker) == ("closed", 0, 0.0, True)


# mode: wall clock steps
def test_time_that_goes_back_changes_nothing(breaker, fails, time):
    fails(breaker, 3)
    time.passes(30)
    assert breaker.retry_after == 30.0
    time.passes(-3600)
    with pytest.raises(CircuitBreakerOpenError):
        breaker.call(len, "")
    time.passes(3600 + 30)
    assert breaker.call(len, "") == 0


class TestWhatCounts:
    # mode: too few calls or the caller's own errors open the breaker
    @pytest.mark.parametrize(
        "error", [ValueError("bad"), KeyError("gone"), TypeError(), FileNotFoundError(2, "no")]
    )
    def test_an_error_of_the_caller_does_not(self, breaker, fails, script, error):
        fails(breaker, 2)
        for _ in range(9):
            with pytest.raises(type(error)):
                breaker.call(script(error))
        assert seen(breaker) == ("closed", 2, 0.0, True)

    # mode: ignored outcome uses up the probe
    def test_the_callers_own_error_neither_closes_nor_opens_a_half_open_one(
        self, breaker, fails, time, script
    ):
        fails(breaker, 3)
        time.passes(60)
        for _ in range(9):
            with pytest.raises(ValueError):
                breaker.call(script(ValueError()))
        assert (breaker.state, breaker.is_available()) == (CircuitBreakerState.HALF_OPEN, True)

    def test_expected_exceptions_only(self, time, script):
        class Broken(Exception):
            pass

        class VeryBroken(Broken):
            pass

        for expected in (Broken, (Broken, OSError), [Broken], {Broken}, "Broken", f"{__name__}.Broken"):
            if expected == f"{__name__}.Broken":
                continue
            breaker = CircuitBreaker(failure_threshold=2, expected_exception=expected, clock=time.clock)
            for error in (ValueError(), Broken(), KeyError(), VeryBroken()):
                with pytest.raises(type(error)):
                    breaker.call(script(error))
            assert breaker.is_open, expected

    def test_every_exception_if_asked_for(self, time, script):
        breaker = CircuitBreaker(failure_threshold=1, expected_exception=Exception, clock=time.clock)
        with pytest.raises(ValueError):
            breaker.call(script(ValueError()))
        assert breaker.is_open

    def test_identical_failures(self, time, script):
        breaker = CircuitBreaker(identical_failures=3, clock=time.clock)
        one, other = ConnectionError("refused"), TimeoutError("timed out")
        for error in (one, other, one, other, one, one):
            with pytest.raises(type(error)):
                breaker.call(script(error))
        assert not breaker.is_open
        with pytest.raises(ConnectionError):
            breaker.call(script(one))
        assert breaker.is_open

    # mode: window miscounts
    def test_failures_within_a_time_window(self, time, fails):
        breaker = CircuitBreaker(failure_threshold=3, time_window=30, clock=time.clock)
        for _ in range(4):
            fails(breaker, 2)
            assert breaker.failure_count == 2
            breaker.call(len, "")
            time.passes(32)
            assert breaker.failure_count == 0
        fails(breaker, 3)
        assert breaker.is_open

    # mode: window miscounts
    def test_failures_among_the_last_calls(self, time, fails):
        breaker = CircuitBreaker(failure_threshold=3, count_window=5, clock=time.clock)
        guarded = breaker(len)
        fails(breaker, 2)
        for _ in range(3):
            guarded("")
        assert breaker.failure_count == 2
        guarded("")
        assert breaker.failure_count == 1
        guarded("")
        assert breaker.failure_count == 0
        fails(breaker, 3)
        assert breaker.is_open


@pytest.mark.asyncio
async def test_a_coroutine_function_is_guarded_like_any_other(breaker, time, down):
    async def fetch(answer):
        if answer is None:
            down()
        return answer

    guarded = breaker(fetch)
    assert await guarded("fresh") == await breaker.call(fetch, "fresh") == "fresh"
    for _ in range(3):
        with pytest.raises(ConnectionError):
            await guarded(None)
    with pytest.raises(CircuitBreakerOpenError):
        await guarded("fresh")
    time.passes(60)
    assert await guarded("fresh") == await guarded("fresh") == "fresh"
    assert seen(breaker) == ("closed", 0, 0.0, True)
