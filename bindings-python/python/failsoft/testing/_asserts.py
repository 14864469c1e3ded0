"""Assertions whose messages say what happened instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from failsoft._figures import figure
from failsoft._report import Report, report
from failsoft.testing._block import here
from failsoft.testing._calls import RecordedCalls, name_of

if TYPE_CHECKING:
    from failsoft.testing._time import FakeClock, SkippedWaits


def assert_called_with_attempts(what: Any, attempts: int) -> None:
    """Assert how many attempts a call took.

    Args:
        what: A :class:`failsoft.Report`; an exception or a result that a guarded call has just raised or returned;
            what :func:`fail_with` or :func:`record_calls` gave, or, inside of their blocks, the function, policy or
            breaker that they are about: then it is about its last call.
        attempts: How often the function was called. Attempts that were made to fail count.

    Raises:
        AssertionError: It took another number, or nothing is known of it; the message says what happened.
    """
    __tracebackhide__ = True
    told = _reported(what)
    if told.attempt_count == attempts:
        return
    raise AssertionError(f"expected {_counted(attempts, 'attempt')}, found {_story(told)}")


def assert_waited(what: SkippedWaits | FakeClock, *seconds: float, within: float = 1e-9) -> None:
    """Assert what was waited.

    Args:
        what: What :func:`no_wait` or :func:`fake_clock` gave.
        *seconds: The waits in their order.
        within: So many seconds more or less count as equal; with jitter it may be as much as that.

    Raises:
        AssertionError: Something else was waited; the message says what.
    """
    __tracebackhide__ = True
    same = len(what.waits) == len(seconds) and all(
        abs(waited - expected) <= within for waited, expected in zip(what.waits, seconds, strict=True)
    )
    if not same:
        raise AssertionError(f"expected waits of {_listed(seconds)}, found {_listed(what.waits)}")


def _reported(what: Any) -> Report:
    """The report that it is about."""
    if isinstance(what, Report):
        return what
    if isinstance(what, RecordedCalls):
        return _last(what)
    for calls in reversed(here.get().recorded):
        if calls.is_of(what):
            return _last(calls)
    if callable(what) and not isinstance(what, BaseException):
        raise AssertionError(  # noqa: TRY004  to a test it is an assertion that can't be made
            f"nothing is known of the calls of {name_of(what)}: make them inside of "
            "`with record_calls(...)` or `with fail_with(...)`, and ask there"
        )
    told = report(what)
    if told is None:
        raise AssertionError(
            f"nothing is known of {what!r}: it is no exception of a guarded call, and no result of the last one that "
            "took more than one attempt"
        )
    return told


def _last(calls: RecordedCalls) -> Report:
    if not calls.reports:
        raise AssertionError(f"{calls.name} was not called")
    return calls.reports[-1]


def _story(told: Report) -> str:
    """A call in a line for each attempt."""
    ended = f"{_counted(told.attempt_count, 'attempt')}, which ended with {told.stop_reason or 'nothing yet'}"
    lines = [
        f"  attempt {attempt.number} after {figure(attempt.waited)} s: "
        f"{'answered' if attempt.verdict is None else attempt.verdict.category}"
        for attempt in told.attempts
    ]
    return "\n".join([ended + (":" if lines else ""), *lines])


def _listed(seconds: Any) -> str:
    return ", ".join(f"{each:.6g} s" for each in seconds) or "nothing"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
