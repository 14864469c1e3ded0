"""Types of the testing help, as its users see them; checked by mypy and pyright, never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import assert_type

from failsoft import Clock, Event, Policy, Report, with_retry
from failsoft.testing import (
    CapturedEvents,
    Failing,
    FakeClock,
    RecordedCalls,
    SkippedWaits,
    assert_called_with_attempts,
    assert_waited,
    capture_events,
    fail_with,
    fake_clock,
    inactive,
    no_wait,
    real_time,
    record_calls,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


@with_retry
def fetch(url: str) -> bytes:
    return url.encode()


@no_wait
def bare(number: int) -> str:
    return str(number)


@no_wait()
async def called(number: int) -> str:
    return str(number)


@fake_clock()
def clocked() -> None: ...


@fail_with(fetch, ConnectionError, times=2)
def failing() -> None: ...


assert_type(bare(1), str)
_bare: Callable[[int], str] = bare
_called: Callable[[int], Coroutine[Any, Any, str]] = called

with (
    no_wait() as skipped,
    fake_clock() as clock,
    capture_events(every_call=True) as events,
    fail_with(fetch, TimeoutError("late"), ConnectionError, times=1) as failed,
    record_calls(Policy()) as calls,
    inactive(),
    real_time(),
):
    assert_type(skipped, SkippedWaits)
    assert_type(skipped.waits, list[float])
    assert_type(clock, FakeClock)
    assert_type(clock.now, float)
    assert_type(clock.clock, Clock)
    assert_type(events, CapturedEvents)
    assert_type(events[0], Event)
    assert_type(events.kinds, list[str])
    assert_type(failed, Failing)
    assert_type(failed.failed, int)
    assert_type(calls, RecordedCalls)
    assert_type(calls.reports, list[Report])
    assert_called_with_attempts(fetch, 2)
    assert_waited(clock, 1, 2.5, within=0.1)


async def asynchronous() -> None:
    async with no_wait() as skipped, fake_clock(FakeClock(hold=True)) as clock:
        assert_type(skipped, SkippedWaits)
        assert_type(clock, FakeClock)


no_wait(5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
fail_with(fetch, 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
