"""What became of a call, for those who ask afterwards."""

from __future__ import annotations

import json
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from failsoft._verdict import Verdict

if TYPE_CHECKING:
    from failsoft import _native


@dataclass(frozen=True)
class AttemptReport:
    """One attempt of a call.

    Attributes:
        number: From 1.
        started: Seconds after the beginning of the call.
        waited: Seconds waited before it.
        verdict: What was wrong with it; None if it succeeded or was abandoned.
    """

    number: int
    started: float
    waited: float
    verdict: Verdict | None


@dataclass(frozen=True)
class Report:
    """The record of one call. It holds no exception, and so no frame of the caller's.

    Attributes:
        attempt_count: How often the function was called.
        attempts: The attempts, oldest first; of very many, the last hundred failures.
        stop_reason: ``success``, ``permanent``, ``exhausted``, ``deadline``, ``circuit_open``,
            ``retry_after_over_cap``, ``not_idempotent`` or ``cancelled``.
        elapsed: Seconds from the beginning of the call to its end.
        served_by: Who answered: ``function``, ``fallback``, or None if nobody did.
    """

    attempt_count: int
    attempts: tuple[AttemptReport, ...]
    stop_reason: str | None
    elapsed: float
    served_by: str | None = None


def report(outcome: object) -> Report | None:
    """Tell what became of the call that returned or raised ``outcome``.

    Args:
        outcome: The very object that a guarded call returned or raised.

    Returns:
        The call's report. For a result it is that of the last call in this thread or task that took
        more than one attempt or was answered by its fallback; a call that simply succeeded leaves no
        report, and the answer is None. So it is for results that all calls share, such as None, True
        and small numbers. That last result is kept alive until the next such call.
    """
    if isinstance(outcome, BaseException):
        kept = getattr(outcome, _ATTRIBUTE, None)
    else:
        result, kept = _last.get()
        if result is not outcome:
            return None
    if isinstance(kept, Record):
        return kept.read()
    return kept if isinstance(kept, Report) else None


class Record:
    """The core's own record of a call, read when somebody asks. It holds no exception.

    It is pickled as the report: an exception must not become unpicklable by passing through here.
    """

    __slots__ = ("_native", "_served_by")

    def __init__(self, native: _native.Guarded, served_by: str | None) -> None:
        self._native = native
        self._served_by = served_by

    def read(self) -> Report:
        """Give the report."""
        record = json.loads(self._native.report())
        attempts = tuple(
            AttemptReport(
                attempt["number"],
                attempt["started"],
                attempt["waited"],
                None if attempt["verdict"] is None else Verdict(**attempt["verdict"]),
            )
            for attempt in record["attempts"]
        )
        return Report(
            record["attempt_count"], attempts, record["stop_reason"], record["elapsed"], self._served_by
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _same, (self.read(),)


def remember(outcome: Any, record: Record) -> None:
    """Keep a record where :func:`report` finds it, without changing the outcome's type."""
    if not isinstance(outcome, BaseException):
        # Where many calls return the same object, it can't tell which of them is asked about.
        _last.set((_NOBODY if _is_shared(outcome) else outcome, record))
        return
    # An error that forbids attributes goes without: to keep it here would keep its frames alive.
    with suppress(Exception):
        setattr(outcome, _ATTRIBUTE, record)


def _is_shared(value: Any) -> bool:
    if type(value) is int:
        return -6 < value < 257  # noqa: PLR2004  CPython has one object for each of these
    if type(value) in {str, bytes, tuple, frozenset}:
        return len(value) < 2  # noqa: PLR2004  and for these
    return value is None or value is ... or isinstance(value, (bool, type))


def _same(report: Report) -> Report:
    return report


_ATTRIBUTE = "__failsoft_report__"
_NOBODY = object()
_last: ContextVar[tuple[object, Record | None]] = ContextVar("failsoft_last_report", default=(_NOBODY, None))
