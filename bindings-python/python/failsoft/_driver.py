"""The driver: calls, sleeps, raises and logs as the core says.

One loop for functions and one for coroutines, which differ in ``await`` only; everything else is in
:class:`Run`. No lock is held while anything of the caller's runs: the native engine decides, lets go, and
answers with plain numbers.
"""

from __future__ import annotations

import inspect
import json
import os
import random
from types import CellType, CoroutineType, TracebackType
from typing import TYPE_CHECKING, Any

from failsoft import _log, _native, _timeouts
from failsoft._clock import SYSTEM, Clock
from failsoft._documents import read
from failsoft._errors import (
    AttemptTimeoutError,
    BulkheadFullError,
    CircuitBreakerOpenError,
    ConfigError,
    DeadlineExceededError,
    FailsoftError,
    RateLimitedError,
)
from failsoft._faults import fault_text
from failsoft._report import Record, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from typing_extensions import Self

ATTEMPT, WAIT, STOP, REJECT = range(4)
"""What the core says to do; see ``Action`` in its façade."""


class Core:
    """What a policy is to its wrappers: the native engine, a clock, and who answers when all else fails.

    Immutable after construction, but for the engine's own state; safe to share between threads and tasks.
    """

    def __init__(
        self,
        document: Mapping[str, Any] | str,
        *,
        breaker: Core | None = None,
        fallback: Callable[..., Any] | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
    ) -> None:
        other = None if breaker is None else breaker.engine
        self.engine: _native.Engine = read(document, lambda text: _native.Engine(text, other))
        self.lane: CellType = self.engine.lane
        self.counted: CellType = self.engine.counts
        self.fallback: Callable[..., Any] | None = fallback
        self.clock: Clock = clock or (SYSTEM if breaker is None else breaker.clock)
        self._seeds = None if seed is None else random.Random(seed)  # noqa: S311  reproducible on purpose
        facts = json.loads(self.engine.describe())
        self.name: str | None = facts["name"]
        shared_name = None if breaker is None else breaker.breaker_name
        self.breaker_name: str | None = shared_name or self.name
        self.max_attempts: int = facts["max_attempts"]
        self.timed: bool = facts["timed"]
        self.counts: bool = facts["counts"]
        self.has_breaker: bool = facts["breaker"] or breaker is not None
        self.error_handling: Mapping[str, Any] = facts["error_handling"]
        self._timeout: bool = facts["timeout"]
        self._threads: bool = facts["sync_timeout"] == "thread"

    def check_timeout(self, function: Any, *, asynchronous: bool) -> None:
        """Refuse to guard a function whose attempts can't be cut off, if that is what the policy asks for."""
        if self._timeout and not asynchronous and not self._threads:
            name = getattr(function, "__qualname__", repr(function))
            message = (
                f"{name} is no coroutine function, so its attempts can't be cut off; set timeout.sync to "
                '"thread" to run them in threads that are abandoned when late, make it a coroutine '
                "function, or use policy.attempts() and pass attempt.timeout on"
            )
            raise ConfigError._one("contradiction", "timeout.sync", message)

    def seed(self) -> int:
        """Another one for each call: the system's, so that forked children differ, or of a given stream."""
        if self._seeds is not None:
            return self._seeds.getrandbits(53)
        return int.from_bytes(os.urandom(6), "little")

    def begin(self) -> Run:
        """Begin a call."""
        return Run(self, self.engine.begin(self.seed(), self.clock.now()), self.fallback)

    def failed_on_lane(self, error: BaseException, ticket: int, function: Any) -> Run | None:
        """Take over a call whose first attempt, admitted on the lane, has failed; None lets the error out."""
        if not isinstance(error, Exception):
            return None
        now = self.clock.now()
        run = Run(self, self.engine.resume(self.seed(), now, ticket), self.fallback)
        return run if run.failed(error, function) else None

    def succeeded_on_lane(self, ticket: int) -> None:
        """Record a success whose lane has changed meanwhile, or counts successes."""
        change = self.engine.succeed(ticket, self.clock.now)
        if change is not None:
            _log.changed(self, change)

    def adopt(self, first: Coroutine[Any, Any, Any], function: Any, args: Any, kwargs: Any) -> Any:
        """Guard the coroutine that a plain function has returned, as if that were a coroutine function."""
        return self.run_async(self.begin(), function, args, kwargs, first)

    def run_sync(self, run: Run, function: Any, args: Any, kwargs: Any) -> Any:
        """Make the call, from where ``run`` stands to its end."""
        while not run.over:
            if run.wait:
                with run:
                    self.clock.sleep(run.wait)
            if not run.admit(function):
                break
            if run.wait:
                continue
            try:
                if self._timeout and run.timeout is not None:
                    result = _timeouts.in_thread(run.late, run.timeout, function, args, kwargs)
                else:
                    result = function(*args, **kwargs)
            except BaseException as error:
                if not run.failed(error, function):
                    raise
            else:
                if type(result) is CoroutineType:
                    return self.run_async(run, function, args, kwargs, result)
                run.succeeded(result, function)
                return result
        return self._stand_in(run, function, args, kwargs)

    def _stand_in(self, run: Run, function: Any, args: Any, kwargs: Any) -> Any:
        """End a call that its function has not answered: the fallback does, or nobody."""
        if run.refusal is not None:
            raise run.take_refusal()
        try:
            result = run.fall_back(args, kwargs)
        except BaseException as error:
            run.fallback_failed(error, function)
            raise
        run.answered_by_fallback(result, function)
        return result

    async def run_async(
        self,
        run: Run,
        function: Any,
        args: Any,
        kwargs: Any,
        first: Coroutine[Any, Any, Any] | None = None,
    ) -> Any:
        """Make the call as a coroutine; ``first`` is an attempt that has been begun already."""
        while not run.over:
            if run.wait:
                with run:
                    await self.clock.sleep_async(run.wait)
            if not run.under_way and not run.admit(function):
                if first is not None:
                    first.close()
                break
            if run.wait:
                continue
            try:
                attempt = function(*args, **kwargs) if first is None else first
                first = None
                if run.timeout is not None:
                    result = await _timeouts.awaited(run.late, run.timeout, attempt)
                else:
                    result = await attempt
            except BaseException as error:
                if not run.failed(error, function):
                    raise
            else:
                run.succeeded(result, function)
                return result
        return await self._stand_in_async(run, function, args, kwargs)

    async def _stand_in_async(self, run: Run, function: Any, args: Any, kwargs: Any) -> Any:
        if run.refusal is not None:
            raise run.take_refusal()
        try:
            result = run.fall_back(args, kwargs)
            if hasattr(result, "__await__"):
                result = await result
        except BaseException as error:
            run.fallback_failed(error, function)
            raise
        run.answered_by_fallback(result, function)
        return result


def refusal(name: str, reason: str | None, retry_after: float | None) -> FailsoftError:
    """The error for a call that was not made."""
    if reason == "circuit_open":
        return CircuitBreakerOpenError(name, retry_after)
    of = f" of {name}" if name else ""
    when = "" if retry_after is None else f": retry in {retry_after:.3g} s"
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
        "attempt",
        "core",
        "error",
        "fallback",
        "late",
        "native",
        "over",
        "refusal",
        "timeout",
        "under_way",
        "wait",
    )

    def __init__(self, core: Core, native: _native.Guarded, fallback: Callable[..., Any] | None) -> None:
        self.core: Core = core
        self.native: _native.Guarded = native
        self.fallback: Callable[..., Any] | None = fallback
        self.attempt: int = 1
        self.wait: float = 0.0
        self.timeout: float | None = None
        self.late: type[AttemptTimeoutError] = AttemptTimeoutError
        self.over: bool = False
        self.under_way: bool = False
        self.error: BaseException | None = None
        self.refusal: BaseException | None = None

    def admit(self, function: Any) -> bool:
        """Ask for the next attempt; False if the call is over."""
        while True:
            action, attempt, seconds, reason, change = self.native.admit(self.core.clock.now())
            if change is not None:
                _log.changed(self.core, change)
            self.wait = 0.0
            if action == ATTEMPT:
                self.attempt, self.timeout, self.under_way = attempt, seconds, True
                self.late = DeadlineExceededError if reason == "deadline" else AttemptTimeoutError
                self.error = None
                return True
            if action == WAIT:
                # For an open breaker, if the policy says so, or for a place under a limit.
                self.wait = seconds or 0.0
                if self.wait:
                    return True
                continue
            self.over = True
            if action == REJECT:
                error: BaseException = refusal(self.core.breaker_name or "", reason, seconds)
                error.__cause__ = self.error
            else:
                error = self.error or CircuitBreakerOpenError(self.core.breaker_name or "", seconds)
            self._end(error, function)
            return False

    def failed(self, error: BaseException, function: Any) -> bool:
        """Record a failed attempt; False if the error is to be let out, True if the call goes on."""
        self.under_way = False
        if not isinstance(error, Exception):
            self.abandon()
            return False
        now = self.core.clock.now()
        action, _, seconds, reason, change = self.native.fail(fault_text(error), now)
        if change is not None:
            _log.changed(self.core, change)
        if action == WAIT:
            self.wait = seconds or 0.0
            self.error = error
            _log.retrying(self, error, function)
            return True
        self.over = True
        if reason == "cancelled":
            return False
        _log.gave_up(self, error, function, reason or "")
        if self.fallback is not None:
            self.error = error
            return True
        self._attach(error, None)
        return False

    def succeeded(self, result: Any, function: Any) -> None:
        """Record an attempt that answered."""
        self.under_way, self.over = False, True
        change = self.native.succeed(self.core.clock.now())
        if change is not None:
            _log.changed(self.core, change)
        if self.attempt > 1:
            _log.recovered(self, function)
            self._attach(result, "function")

    def abandon(self) -> None:
        """Give the call up: nothing is counted, and a place among the probes comes free."""
        self.over = True
        self.error = None
        change = self.native.abandon(self.core.clock.now())
        if change is not None:
            _log.changed(self.core, change)

    def fall_back(self, args: Any, kwargs: Any) -> Any:
        """Call the fallback: with the function's arguments, or without any if it takes none."""
        fallback: Any = self.fallback
        return fallback(*args, **kwargs) if _takes_arguments(fallback) else fallback()

    def answered_by_fallback(self, result: Any, function: Any) -> None:
        """Record who answered."""
        self.error = None
        _log.fell_back(self, function)
        self._attach(result, "fallback")

    def fallback_failed(self, error: BaseException, function: Any) -> None:
        """Record that nobody answered; the error's context says what the fallback was called for."""
        first, self.error = self.error, None
        if error.__context__ is None and error is not first:
            error.__context__ = first
        if isinstance(error, Exception):
            _log.fallback_failed(self, error, function)
            self._attach(error, None)

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
        if kind is not None:
            self.abandon()

    def _end(self, error: BaseException, function: Any) -> None:
        self.error = error if self.fallback else None
        _log.refused(self, error, function)
        if self.fallback is None:
            self.refusal = error
            self._attach(error, None)

    def _attach(self, outcome: Any, served_by: str | None) -> None:
        remember(outcome, Record(self.native, served_by))


def _takes_arguments(function: Any) -> bool:
    try:
        return bool(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return True
