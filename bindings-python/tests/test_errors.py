"""The caller's own error comes out, as if nobody had been in between."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

import failsoft
from failsoft import with_retry


def test_the_traceback_leads_to_the_line_that_raised(time):
    def inner():
        raise ConnectionError("down")

    @with_retry(max_attempts=2, clock=time.clock)
    def fetch():
        inner()

    with pytest.raises(ConnectionError) as caught:
        fetch()
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-2:] == ["fetch", "inner"]


def test_an_error_is_not_the_context_of_the_next(time, script):
    errors = [ConnectionError(word) for word in ("first", "second", "third")]
    with pytest.raises(ConnectionError) as caught:
        with_retry(max_attempts=3, clock=time.clock)(script(*errors))()
    assert (caught.value is errors[-1], caught.value.__context__, caught.value.__cause__) == (
        True,
        None,
        None,
    )


@pytest.mark.asyncio
async def test_an_error_of_a_coroutine_is_not_the_context_of_the_next(time, script):
    errors = [ConnectionError(word) for word in ("first", "second", "third")]
    play = script(*errors)

    @with_retry(max_attempts=3, clock=time.clock)
    async def fetch():
        return play()

    with pytest.raises(ConnectionError) as caught:
        await fetch()
    assert (caught.value is errors[-1], caught.value.__context__) == (True, None)


def test_causes_that_the_caller_has_set_stay(time):
    class AppError(Exception):
        pass

    @with_retry(max_attempts=2, clock=time.clock)
    def fetch():
        try:
            raise ConnectionError("down")
        except ConnectionError as error:
            raise AppError("no prices") from error

    with pytest.raises(AppError) as caught:
        fetch()
    assert str(caught.value.__cause__) == "down"


def test_a_cause_is_what_an_error_is_judged_by(time):
    class AppError(Exception):
        pass

    calls = []

    @with_retry(max_attempts=3, clock=time.clock)
    def fetch():
        calls.append(1)
        raise AppError("no prices") from ConnectionError("down")

    with pytest.raises(AppError):
        fetch()
    assert len(calls) == 3


def test_the_type_of_a_raised_error_is_unchanged_by_its_report(time, script):
    error = ConnectionError("down")
    with pytest.raises(ConnectionError) as caught:
        with_retry(max_attempts=2, clock=time.clock)(script(error))()
    assert type(caught.value) is ConnectionError
    assert (str(error), error.args) == ("down", ("down",))
    assert failsoft.report(error).stop_reason == "exhausted"


def test_an_error_without_room_for_a_report_comes_out_as_well(time, script):
    class Sealed(ConnectionError):
        def __setattr__(self, name, value):
            raise RuntimeError("sealed")

    error = Sealed("down")
    with pytest.raises(Sealed) as caught:
        with_retry(max_attempts=2, clock=time.clock)(script(error))()
    assert caught.value is error
    assert failsoft.report(error) is None


def test_a_raised_error_can_be_pickled_with_its_report(time, script):
    with pytest.raises(ConnectionError) as caught:
        with_retry(max_attempts=2, clock=time.clock)(script(ConnectionError("down")))()
    other = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert failsoft.report(other) == failsoft.report(caught.value)
    assert failsoft.report(other).attempt_count == 2


@pytest.mark.parametrize(
    "error",
    [
        failsoft.TransientError("slow", "timeout"),
        failsoft.PermanentError("bad key", "auth"),
        failsoft.CircuitBreakerOpenError("prices", 2.5),
        failsoft.RateLimitedError("slow down", 3.0),
        failsoft.BulkheadFullError("ten are under way"),
        failsoft.AttemptTimeoutError(1.5),
        failsoft.DeadlineExceededError(1.5),
        failsoft.ConfigError([failsoft.Problem("missing", "retry", "nothing there")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_our_own_errors_survive_a_copy_and_a_journey(error):
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert (type(other), str(other), vars(other)) == (type(error), str(error), vars(error))


def test_our_own_errors_have_one_base_and_the_bases_that_people_catch():
    kinds = {name: getattr(failsoft, name) for name in failsoft.__all__ if name.endswith("Error")}
    assert all(issubclass(kind, failsoft.FailsoftError) for kind in kinds.values())
    assert issubclass(failsoft.CircuitBreakerOpenError, (failsoft.PermanentError))
    assert issubclass(failsoft.CircuitBreakerOpenError, RuntimeError)
    assert issubclass(failsoft.AttemptTimeoutError, TimeoutError)
    assert issubclass(failsoft.ConfigError, ValueError)


def test_code_can_say_what_is_worth_another_try(time, script):
    fetch = script(failsoft.TransientError("busy"), "fresh")
    assert with_retry(clock=time.clock)(fetch)() == "fresh"
    fetch = script(failsoft.PermanentError("connection refused for good"), "fresh")
    with pytest.raises(failsoft.PermanentError):
        with_retry(clock=time.clock)(fetch)()
