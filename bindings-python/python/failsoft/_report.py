"""What became of a call, for those who ask afterwards."""

from __future__ import annotations

import json
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from failsoft import _native
from failsoft._errors import CircuitBreakerOpenError
from failsoft._verdict import Verdict


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
class PassedStep:
    """A step of a fallback chain that did not answer.

    Attributes:
        name: The step's name.
        why: ``benched`` (its breaker or limits would refuse it, or did), ``failed``, ``ignored`` (a rule ignores its
            error) or ``abandoned`` (the caller gave up).
        verdict: What was wrong with it; None if it was not tried.
        started: Seconds after the chain's beginning.
        took: Seconds that it took; None if it was not tried.
    """

    name: str
    why: str
    verdict: Verdict | None
    started: float
    took: float | None


@dataclass(frozen=True)
class AppliedRemedy:
    """A remedy that was tried by :func:`failsoft.heal`.

    Attributes:
        diagnosis: The name of the problem.
        remedy: The remedy's name.
        outcome: ``succeeded`` or ``failed``.
    """

    diagnosis: str
    remedy: str
    outcome: str


@dataclass(frozen=True)
class Report:
    """The record of one call. It holds no exception, and so no frame of the caller's.

    Attributes:
        attempt_count: How often the function was called.
        attempts: The attempts, oldest first; of very many, the last hundred failures.
        stop_reason: ``success``, ``permanent``, ``exhausted``, ``deadline``, ``budget``, ``circuit_open``,
            ``throttled``, ``rate_limited``, ``bulkhead_full``, ``concurrency_limited``, ``retry_after_over_cap``,
            ``not_idempotent`` or ``cancelled``. Of a chain it is that of the step whose answer or error came out, or
            ``all_benched``.
        elapsed: Seconds from the beginning of the call to its end.
        served_by: Who answered: ``function``, ``fallback``, the name of a chain's step, or None if nobody did.
        quality: How good the answer of a chain's step is, from 0 to 1; None if no step answered.
        cost: What the answer of a chain's step cost; None if no step answered.
        passed: The steps of a chain that did not answer, in the order of events.
        retry_after: Seconds until a step of a chain that could not be tried may be; None if there is none.
        remedies: What :func:`failsoft.heal` tried, in order.
    """

    attempt_count: int
    attempts: tuple[AttemptReport, ...]
    stop_reason: str | None
    elapsed: float
    served_by: str | None = None
    quality: float | None = None
    cost: float | None = None
    passed: tuple[PassedStep, ...] = ()
    retry_after: float | None = None
    remedies: tuple[AppliedRemedy, ...] = ()


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
    kept = _kept(outcome)
    return kept.read() if isinstance(kept, Record) else kept


def attempts_of(error: BaseException) -> int | None:
    """How often the function was called in the call that raised this; None if nothing is known of it."""
    known = report(error)
    return None if known is None else known.attempt_count


class Record:
    """The core's own record of a call, read when somebody asks. It holds no exception.

    It is pickled as the report: an exception must not become unpicklable by passing through here.
    """

    __slots__ = ("_after", "_chain", "_native", "_served_by")

    def __init__(
        self,
        native: _native.Guarded | None,
        served_by: str | None,
        chain: str | None = None,
        *,
        after: bool = False,
    ) -> None:
        """``native`` is None for a chain alone; ``after``: the chain began when the call had failed."""
        self._native = native
        self._served_by = served_by
        self._chain = chain
        self._after = after

    def with_chain(self, chain: str) -> Record:
        """The record of a chain's step, as that of a call through the chain."""
        return Record(self._native if self._chain is None else None, None, chain)

    def read(self) -> Report:
        """Give the report."""
        call: dict[str, Any] | None = None if self._native is None else json.loads(self._native.report())
        chain: dict[str, Any] | None = None if self._chain is None else json.loads(self._chain)
        first = None if call is None else _of_call(call, self._served_by)
        if chain is None:
            return first or _NOTHING
        served = chain["served"] or {}
        before = call["elapsed"] if call is not None and self._after else 0.0
        ended = "success" if served else chain["ending"]
        return Report(
            first.attempt_count if first else int(ended != "all_benched"),
            first.attempts if first else (),
            first.stop_reason if first else ended,
            before + chain["elapsed"],
            served.get("name", self._served_by),
            served.get("quality"),
            served.get("cost"),
            tuple(PassedStep(**{**step, "verdict": _verdict(step["verdict"])}) for step in chain["passed"]),
            chain["retry_after"],
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _same, (self.read(),)


def _of_call(record: dict[str, Any], served_by: str | None) -> Report:
    attempts = tuple(
        AttemptReport(attempt["number"], attempt["started"], attempt["waited"], _verdict(attempt["verdict"]))
        for attempt in record["attempts"]
    )
    return Report(record["attempt_count"], attempts, record["stop_reason"], record["elapsed"], served_by)


def verdict_of(native: _native.Guarded, number: int) -> Verdict | None:
    """What was wrong with the attempt of this number."""
    attempts = json.loads(native.report())["attempts"]
    return next((_verdict(made["verdict"]) for made in attempts if made["number"] == number), None)


def _verdict(told: dict[str, Any] | None) -> Verdict | None:
    return None if told is None else Verdict(**told)


def _kept(outcome: object) -> Record | Report | None:
    if isinstance(outcome, BaseException):
        kept = getattr(outcome, _ATTRIBUTE, None)
        if kept is None and isinstance(outcome, CircuitBreakerOpenError):
            # An outage raises these by the thousand, and of a call that was never made there is nothing to keep.
            return _REFUSED
    else:
        result, kept = _last.get()
        if result is not outcome:
            return None
        if type(kept) is _native.Guarded:
            return Record(kept, "function")
    return kept if isinstance(kept, (Record, Report)) else None


def remember_chain(outcome: Any, chain: str) -> None:
    """Keep the core's report of a call through a chain, beside what became of the step that gave the outcome."""
    step = _kept(outcome)
    remember(outcome, step.with_chain(chain) if isinstance(step, Record) else Record(None, None, chain))


def remember_healing(outcome: Any, told: str) -> None:
    """Keep the core's report of a healed call, beside what became of its last attempt."""
    healed = json.loads(told)
    if not healed["remedies"] and not isinstance(outcome, BaseException):
        return
    last = report(outcome)
    if last is None:
        reason = "exhausted" if isinstance(outcome, BaseException) else "success"
        served_by = None if isinstance(outcome, BaseException) else "function"
        last = Report(healed["attempts"], (), reason, 0.0, served_by)
    remember(outcome, replace(last, remedies=tuple(AppliedRemedy(**remedy) for remedy in healed["remedies"])))


def remember(outcome: Any, record: Record | Report) -> None:
    """Keep a record where :func:`report` finds it, without changing the outcome's type."""
    if not isinstance(outcome, BaseException):
        # Where many calls return the same object, it can't tell which of them is asked about.
        _last.set((_NOBODY if _native.is_shared(outcome) else outcome, record))
        return
    # An error that forbids attributes goes without: to keep it here would keep its frames alive.
    with suppress(Exception):
        setattr(outcome, _ATTRIBUTE, record)


def _same(report: Report) -> Report:
    return report


_REFUSED = Report(0, (), "circuit_open", 0.0)
"""That of every call that a breaker turns away before its first attempt."""
_NOTHING = Report(0, (), None, 0.0)
_ATTRIBUTE = "__failsoft_report__"
_NOBODY = object()
EMPTY: tuple[object, None] = (_NOBODY, None)
"""What is kept in place of a result that many calls share."""
_last: ContextVar[tuple[object, Record | Report | _native.Guarded | None]] = ContextVar(
    "failsoft_last_report", default=EMPTY
)

keep, kept = _last.set, _last.get
"""For the engine: keeps a result with its record in place of the one before, and gives it."""
