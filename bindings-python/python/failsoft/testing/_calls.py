"""Calls that fail when a test says so, that are recorded, or that nothing guards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from failsoft import _run
from failsoft._breaker import CircuitBreaker
from failsoft._policy import Policy
from failsoft._report import Record, Report
from failsoft._run import Run
from failsoft.testing._block import Block, here

if TYPE_CHECKING:
    from failsoft import _native
    from failsoft._driver import Core

Target = Callable[..., Any] | Policy | CircuitBreaker
Errors = tuple[BaseException | type[BaseException], ...]


class RecordedCalls:
    """What :func:`record_calls` gives: the calls that were made. Safe to share between threads and tasks."""

    def __init__(self, target: Target) -> None:
        self.name = name_of(target)
        self._target = target
        self._core, self._function = _guard_of(target)
        # What succeeds at once would pass unseen. The engine does this for good, so only where it is asked for.
        self._core.engine.hear_all()
        self._calls: list[Rehearsed] = []

    @property
    def reports(self) -> list[Report]:
        """What became of the calls so far, in the order in which they were begun."""
        return [call.record().read() for call in self._calls]

    def is_of(self, target: object) -> bool:
        """Whether it is about this function, policy or breaker."""
        # Of a method there is another object each time that it is looked up.
        return self._target is target or (self._function is not None and _original(target) is self._function)

    def covers(self, core: Core, function: Any = None) -> bool:
        """Whether it is about a call of this core; if the function is known, about one of that."""
        if isinstance(self._target, CircuitBreaker):
            # Policies that share a breaker share its lane.
            return core.lane is self._core.lane
        return core is self._core and (function is None or self._function in (None, function))

    def begun(self, call: Rehearsed) -> None:
        """Take note of a call."""
        self._calls.append(call)

    def next_error(self) -> BaseException | None:
        """With what the next attempt is to fail; None if it is to be made."""
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {len(self._calls)} calls>"


class Failing(RecordedCalls):
    """What :func:`fail_with` gives: the calls that were made, and how many attempts were made to fail.

    Attributes:
        failed: So many.
    """

    def __init__(self, target: Target, errors: Errors, times: int | None) -> None:
        super().__init__(target)
        self.failed: int = 0
        self._errors = errors
        self._times = times
        self._lock = threading.Lock()

    def next_error(self) -> BaseException | None:
        with self._lock:
            place = self.failed
            if self._times is not None and place >= self._times:
                return None
            self.failed += 1
        error = self._errors[min(place, len(self._errors) - 1)]
        return error() if isinstance(error, type) else error.with_traceback(None)


class Rehearsed(Run):
    """A call that is recorded, and whose attempts may be made to fail before the function is called."""

    __slots__ = ("_recorded", "_served_by", "_watching")

    def __init__(
        self, core: Core, native: _native.Guarded, watching: list[RecordedCalls], *, stands_in: bool
    ) -> None:
        super().__init__(core, native, stands_in=stands_in)
        self._watching = watching
        self._recorded = False
        self._served_by: str | None = None

    def record(self) -> Record:
        """What became of it."""
        chain = None if self.following is None else self.following.native.report()
        return Record(self.native, self._served_by, chain, after=chain is not None)

    def admit(self, function: Any) -> bool:
        """Ask for the next attempt as ever; one that is to fail is made here and now."""
        watching = [calls for calls in self._watching if calls.covers(self.core, function)]
        if not self._recorded:
            self._recorded = True
            for calls in watching:
                calls.begun(self)
        while super().admit(function):
            error = None if self.wait else _first_error(watching)
            if error is None:
                return True
            try:
                raise error  # noqa: TRY301  with a traceback, as if the function had
            except BaseException as raised:
                if not self.failed(raised, function):
                    raise
            finally:
                error = None
            if self.wait:
                return True
            if self.over:
                break
        return False

    def succeeded(self, result: Any, function: Any) -> None:
        self._served_by = "function"
        super().succeeded(result, function)

    def answered_by_fallback(self, result: Any, function: Any) -> None:
        self._served_by = "fallback"
        super().answered_by_fallback(result, function)


class Bare(Run):
    """A call that nothing guards: one attempt, whose error comes out, and of which nothing is counted."""

    __slots__ = ()

    def begins(self, function: Any) -> None:
        """Tell nobody."""

    def admit(self, function: Any) -> bool:  # noqa: ARG002  that of Run
        self.under_way = True
        return True

    def failed(self, error: BaseException, function: Any) -> bool:  # noqa: ARG002
        self.abandon()
        return False

    def succeeded(self, result: Any, function: Any) -> None:  # noqa: ARG002
        self.abandon()

    def abandon(self, function: Any = None, error: BaseException | None = None) -> None:  # noqa: ARG002
        self.under_way, self.over = False, True
        self.native.abandon(self.core.clock.now())


def fail_with(
    target: Target, *errors: BaseException | type[BaseException], times: int | None = None
) -> Block[Failing]:
    """Have attempts fail before the function is called, as if it had raised these errors.

    They are retried, counted by breakers and reported like any other. Of ``with breaker:`` and ``with attempt:`` the
    block is not entered then.

    Args:
        target: A guarded function or method, or a policy or breaker: all calls through it.
        *errors: Exceptions or their classes, one for each attempt; the last one repeats.
        times: So many attempts fail, and those after them are made. Default: every attempt of the block fails.

    Returns:
        A block whose ``with`` gives :class:`Failing`.

    Raises:
        TypeError: The target is not guarded, or something is no exception.
        ValueError: No error is given, or ``times`` is negative.
    """
    if not errors:
        raise ValueError("fail_with: no error is given (expected an exception or its class)")
    for error in errors:
        if not isinstance(error, BaseException) and not (
            isinstance(error, type) and issubclass(error, BaseException)
        ):
            raise TypeError(f"fail_with: expected an exception or its class, found {error!r}")
    if times is not None and times < 0:
        raise ValueError(f"fail_with: times: {times} is out of range (expected 0 or more)")
    _guard_of(target)
    return Block(lambda: Failing(target, errors, times), "recorded", _with)


def record_calls(target: Target) -> Block[RecordedCalls]:
    """Keep a record of all calls of a function, or through a policy or breaker.

    Args:
        target: A guarded function or method, a policy, or a breaker.

    Returns:
        A block whose ``with`` gives :class:`RecordedCalls`.

    Raises:
        TypeError: The target is not guarded.
    """
    _guard_of(target)
    return Block(lambda: RecordedCalls(target), "recorded", _with)


def inactive() -> Block[None]:
    """Have nothing guarded in this context: each call is one attempt, without waits, limits, breaker and fallback.

    Its error comes out as it is, and failures count nowhere. A :class:`failsoft.FallbackChain` still goes from step
    to step: there the steps are what the program does.
    """
    return Block(lambda: None, "inactive", lambda _made, _before: True)


def name_of(target: object) -> str:
    """What it is called in messages."""
    if isinstance(target, (Policy, CircuitBreaker)):
        return target.name or type(target).__name__
    return str(getattr(target, "__qualname__", None) or repr(target))


def _guard_of(target: Target) -> tuple[Core, Any]:
    """The core that guards it, and the function that is called through it, if that is what it is about."""
    if isinstance(target, (Policy, CircuitBreaker)):
        return target._core, None
    function: Any = getattr(target, "__func__", target)
    begin = getattr(function, "__globals__", {}).get("_failsoft_begin")
    if begin is None:
        raise TypeError(
            f"{name_of(target)} is not guarded by failsoft (expected a guarded function, a Policy or a CircuitBreaker)"
        )
    return begin.__self__, function.__wrapped__


def _original(target: object) -> object:
    return getattr(getattr(target, "__func__", target), "__wrapped__", None)


def _with(made: RecordedCalls, before: tuple[RecordedCalls, ...]) -> tuple[RecordedCalls, ...]:
    return (*before, made)


def _first_error(watching: list[RecordedCalls]) -> BaseException | None:
    # The innermost block has its say first.
    for calls in reversed(watching):
        error = calls.next_error()
        if error is not None:
            return error
    return None


def _begun(core: Core, native: _native.Guarded, *, stands_in: bool = True) -> Run:
    state = here.get()
    if state.inactive:
        return Bare(core, native, stands_in=False)
    watching = [calls for calls in state.recorded if calls.covers(core)]
    if watching:
        return Rehearsed(core, native, watching, stands_in=stands_in)
    return Run(core, native, stands_in=stands_in)


_run.begun = _begun
