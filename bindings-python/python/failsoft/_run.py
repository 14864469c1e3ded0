"""One guarded call on its way, whoever drives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from failsoft import _events, _native
from failsoft._errors import (
    AttemptTimeoutError,
    BulkheadFullError,
    CircuitBreakerOpenError,
    DeadlineExceededError,
    FailsoftError,
    RateLimitedError,
)
from failsoft._figures import figure
from failsoft._follow import Following
from failsoft._report import Record, remember
from failsoft._wrap import takes_arguments

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Self

    from failsoft._driver import Core
    from failsoft._links import Links

ATTEMPT, WAIT, STOP, REJECT = range(4)
"""What the core says to do; see ``Action`` in its façade."""


def refusal(name: str, reason: str | None, retry_after: float | None) -> FailsoftError:
    """The error for a call that was not made."""
    if reason == "circuit_open":
        return CircuitBreakerOpenError(name, retry_after)
    of = f" of {name}" if name else ""
    when = "" if retry_after is None else f": retry in {figure(retry_after)} s"
    if reason in ("bulkhead_full", "concurrency_limited"):
        return BulkheadFullError(f"too many calls{of} are under way")
    if reason == "throttled":
        return RateLimitedError(f"calls{of} are held back, as most of them were refused of late", None)
    return RateLimitedError(f"rate limit{of} reached{when}", retry_after)


class Run:
    """One guarded call on its way, for either loop and for ``attempts()``.

    It belongs to the thread or task that makes the call. As a context manager it gives the call up if
    the block (a wait) is left by an exception.
    """

    __slots__ = (
        "asked",
        "attempt",
        "core",
        "error",
        "fallback",
        "following",
        "function",
        "late",
        "native",
        "over",
        "refusal",
        "started",
        "steps",
        "timeout",
        "under_way",
        "wait",
    )

    def __init__(self, core: Core, native: _native.Guarded, *, stands_in: bool = True) -> None:
        self.core: Core = core
        self.native: _native.Guarded = native
        self.fallback: Callable[..., Any] | None = core.fallback if stands_in else None
        self.steps: Links | None = core.steps if stands_in else None
        self.following: Following | None = None
        """The call through the steps, once it is over."""
        self.started: float | None = None
        """When it began, if somebody wants to hear of every call."""
        self.function: Any = None
        """What it calls, for the same."""
        self.asked: _native._Said | None = None
        """What the core has answered already to the question for the next attempt."""
        self.attempt: int = 1
        self.wait: float = 0.0
        self.timeout: float | None = None
        self.late: type[AttemptTimeoutError] = AttemptTimeoutError
        self.over: bool = False
        self.under_way: bool = False
        self.error: BaseException | None = None
        self.refusal: BaseException | None = None

    @classmethod
    def again(cls, core: Core, native: _native.Guarded) -> Run:
        """A call whose second attempt is under way, as :class:`_native.Ramp` begins it."""
        run = cls(core, native)
        run.attempt, run.under_way = 2, True
        return run

    def begins(self, function: Any) -> None:
        """Tell those who hear every call that this one begins, or goes on as a coroutine."""
        if self.started is not None:
            _events.attempting(self, function, "call_resumed")
        elif _events.hears_all():
            self.started, self.function = self.core.clock.now(), function
            _events.started(self, function)

    def leaves(self, function: Any) -> None:
        """Tell them that it goes on where the coroutine is awaited that the function has answered with."""
        if self.started is not None:
            _events.attempting(self, function, "call_left")

    def elapsed(self) -> float:
        """Seconds since it began."""
        return 0.0 if self.started is None else self.core.clock.now() - self.started

    def admit(self, function: Any) -> bool:
        """Ask for the next attempt; False if the call is over."""
        while True:
            answer, self.asked = self.asked or self.native.admit(self.core.clock.now()), None
            action, attempt, seconds, reason, change = answer
            if change is not None:
                _events.changed(self.core, change)
            self.wait = 0.0
            if action == ATTEMPT:
                self.attempt, self.timeout, self.under_way = attempt, seconds, True
                self.late = DeadlineExceededError if reason == "deadline" else AttemptTimeoutError
                self.error = None
                if self.started is not None:
                    _events.attempting(self, function)
                return True
            if action == WAIT:
                # For an open breaker, if the policy says so, or for a place under a limit.
                self.wait = seconds or 0.0
                if self.wait:
                    return True
                continue
            self.over = True
            if self.error is None:
                self.attempt = 0
            if action == REJECT:
                error: BaseException = refusal(self.core.breaker_name or "", reason, seconds)
                error.__cause__ = self.error
            else:
                error = self.error or CircuitBreakerOpenError(self.core.breaker_name or "", seconds)
            self._end(error, function, reason or "")
            return False

    def failed(self, error: BaseException, function: Any) -> bool:
        """Record a failed attempt; False if the error is to be let out, True if the call goes on."""
        self.under_way = False
        if not isinstance(error, Exception):
            self.abandon(function, error)
            return False
        return self.goes_on(self.settle(error), error, function)

    def settle(self, error: Exception) -> _native._Said:
        """Hand a failed attempt in; the answer is what follows."""
        judged = self.core.engine.judge(error)
        return self.native.fail_judged(judged, self.core.clock.now())

    def goes_on(self, answer: _native._Said, error: BaseException, function: Any) -> bool:
        """Do as the core has answered to a failed attempt; False if the error is to be let out."""
        action, _, seconds, reason, change = answer
        if change is not None:
            _events.changed(self.core, change)
        elif self.core.happened is not None:
            self.core.happened()
        if action == WAIT:
            self.wait = seconds or 0.0
            self.error = error
            _events.retrying(self, error, function)
            return True
        self.over = True
        if reason == "cancelled":
            self._told(function, error, None, reason)
            return False
        _events.gave_up(self, error, function, reason or "")
        if self._stands_in(error):
            self.error = error
            return True
        self._attach(error, None)
        self._told(function, error, None, reason)
        return False

    def succeeded(self, result: Any, function: Any) -> None:
        """Record an attempt that answered."""
        self.ends_well(self.native.succeed(self.core.clock.now()), result, function)

    def ends_well(self, change: _native._Change | None, result: Any, function: Any) -> None:
        """Tell of an attempt that answered, and of what that has changed."""
        self.under_way, self.over = False, True
        if change is not None:
            _events.changed(self.core, change)
        if self.attempt > 1:
            _events.recovered(self, function)
            self._attach(result, "function")
        self._told(function, None, "function", "success")

    def abandon(self, function: Any = None, error: BaseException | None = None) -> None:
        """Give the call up: nothing is counted, and a place among the probes comes free."""
        self.over = True
        self.error = None
        # Even if the clock is what fails; before this the core takes any time for none that has passed.
        now = 0.0
        try:
            now = self.core.clock.now()
        finally:
            change = self.native.abandon(now)
        self._told(function, error, None, "cancelled")
        if change is not None:
            _events.changed(self.core, change)

    def follow(self, steps: Links) -> Following:
        """Begin to go through the steps of the document's own chain."""
        self.following = Following(steps, self.error)
        return self.following

    def fall_back(self, args: Any, kwargs: Any) -> Any:
        """Call the fallback: with the function's arguments, or without any if it takes none."""
        fallback: Any = self.fallback
        return fallback(*args, **kwargs) if takes_arguments(fallback) else fallback()

    def answered_by_fallback(self, result: Any, function: Any) -> None:
        """Record who answered."""
        error, self.error = self.error, None
        step = self.following.served_by if self.steps is not None and self.following is not None else None
        name = step or str(getattr(self.fallback, "__qualname__", "fallback"))
        _events.fell_back(self.core, _events.label_of(self.core, function), self, name, error)
        self._attach(result, step or "fallback")
        self._told(function, None, step or "fallback", "success")

    def fallback_failed(self, error: BaseException, function: Any) -> bool:
        """Record that nobody answered; True if there is one more to ask."""
        first, self.error = self.error, None
        steps, self.steps = self.steps, None
        if steps is not None and self.fallback is not None and isinstance(error, Exception):
            self.error = error
            return True
        if error.__context__ is None and error is not first:
            # What it was called for.
            error.__context__ = first
        if isinstance(error, Exception):
            following = self.following if steps is not None else None
            name = (
                getattr(self.fallback, "__qualname__", "fallback") if following is None else following.tried
            )
            label = _events.label_of(self.core, function)
            _events.fallback_failed(self.core, label, self, name, error)
            self._attach(error, None)
        self._told(function, error, None, "fallback_failed")
        return False

    def take_refusal(self) -> BaseException:
        """The error to raise; the run forgets it, so that no frame stays alive through it."""
        refusal, self.refusal = self.refusal, None
        return refusal or CircuitBreakerOpenError(self.core.breaker_name or "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Whatever the host itself fails with, its clock or an interrupt: what the call holds comes free.
        if kind is not None and not self.over:
            self.abandon(None, error)

    def _end(self, error: BaseException, function: Any, reason: str) -> None:
        stands_in = self._stands_in(error)
        self.error = error if stands_in else None
        _events.refused(self, error, function, reason)
        if not stands_in:
            self.refusal = error
            self._attach(error, None)
            self._told(function, error, None, reason)

    def _stands_in(self, error: BaseException) -> bool:
        """Whether somebody may answer in the place of the function."""
        if self.steps is not None and not self.steps.follows(error):
            self.steps = None
        return self.steps is not None or self.fallback is not None

    def _attach(self, outcome: Any, served_by: str | None) -> None:
        chain = None if self.following is None else self.following.native.report()
        remember(outcome, Record(self.native, served_by, chain, after=chain is not None))

    def _told(
        self, function: Any, error: BaseException | None, served_by: str | None, reason: str | None
    ) -> None:
        """Tell those who have heard of its beginning that it is over."""
        if self.started is not None:
            _events.ended(self, function or self.function, error, served_by, reason)
            self.started = self.function = None


kind: Callable[[type[Run], Core], type[Run]] | None = None
"""Tells of which class a call is made; :mod:`failsoft.testing` has others than these."""
