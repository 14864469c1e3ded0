"""Time that a test has in its hands."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any, TypeVar, overload

from failsoft import _clock
from failsoft._clock import Clock
from failsoft.testing._block import Block, here

F = TypeVar("F", bound=Callable[..., Any])

POLL = 0.001
"""How often, in seconds, a coroutine that waits for a held clock looks at it."""


class Time:
    """The time of a context: what is read there, and how one waits."""

    def read(self) -> float:
        return _real.now()

    def sleep(self, seconds: float) -> None:
        _real.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        await _real.sleep_async(seconds)


class SkippedWaits(Time):
    """What :func:`no_wait` gives: the waits that would have been. Safe to share between threads and tasks.

    Attributes:
        waits: Their lengths in seconds, in the order in which they were skipped.
    """

    def __init__(self, *, keep: bool = True) -> None:
        self.waits: list[float] = []
        self._keep = keep
        # Never before the time that a breaker has seen: to that, it would stand still.
        self._ahead = max(0.0, _latest - _real.now())

    @property
    def total(self) -> float:
        """How many seconds were skipped altogether."""
        return math.fsum(self.waits)

    def read(self) -> float:
        return _real.now() + self._ahead

    def sleep(self, seconds: float) -> None:
        with _lock:
            self._ahead += seconds
            if self._keep:
                self.waits.append(seconds)
            _seen(self.read())

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)
        # Others have their turn, and a cancellation arrives, as in a wait that lasts.
        await _real.sleep_async(0)

    def __repr__(self) -> str:
        return f"<SkippedWaits {self.waits}>"


class FakeClock(Time):
    """Time that passes when a test says so, or when somebody waits.

    Give :attr:`clock` to a policy, or have everything in a context use it with :func:`fake_clock`. Safe to share
    between threads and tasks. What limits an attempt (``timeout``) is kept in real time: it cuts off code, and code
    takes real time.

    Args:
        hold: Whether a wait lasts until somebody calls :meth:`advance`. By default it moves the clock itself and
            returns at once.

    Attributes:
        waits: The lengths of the waits in seconds, in the order in which they began.
        waiting: How many waits are under way; of interest if they are held.
        clock: What policies, breakers and systems take as ``clock``.
    """

    def __init__(self, *, hold: bool = False) -> None:
        self.waits: list[float] = []
        self.waiting: int = 0
        self.clock: Clock = Clock(self.read, self.sleep, self.sleep_async)
        self._hold = hold
        # A whole number, so that what a test adds up stays exact; see SkippedWaits.
        self._start = math.ceil(max(_latest, _real.now()))
        self._now = 0.0
        self._moved = threading.Condition()

    @property
    def now(self) -> float:
        """Seconds since it was made."""
        return self._now

    @property
    def total(self) -> float:
        """How many seconds were waited altogether."""
        return math.fsum(self.waits)

    def advance(self, seconds: float) -> None:
        """Have time pass; held waits that are over then return.

        Raises:
            ValueError: It is negative, infinite or no number: time does not go back.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"advance: {seconds!r} is out of range (expected seconds, 0 or more)")
        self._to(self._now + seconds)

    def read(self) -> float:
        """What policies see of it: seconds since some time in the past."""
        return self._start + self._now

    def sleep(self, seconds: float) -> None:
        """Wait."""
        due = self._begin(seconds)
        if not self._hold:
            self._to(due)
            return
        try:
            with self._moved:
                self._moved.wait_for(lambda: self._now >= due)
        finally:
            self._end()

    async def sleep_async(self, seconds: float) -> None:
        """The same for coroutines."""
        due = self._begin(seconds)
        if not self._hold:
            self._to(due)
            await _real.sleep_async(0)
            return
        try:
            while self._now < due:
                await _real.sleep_async(POLL)
        finally:
            self._end()

    def __repr__(self) -> str:
        return f"<FakeClock {self._now:g} s>"

    def _begin(self, seconds: float) -> float:
        with self._moved:
            self.waits.append(seconds)
            self.waiting += self._hold
            return self._now + seconds

    def _end(self) -> None:
        with self._moved:
            self.waiting -= 1

    def _to(self, now: float) -> None:
        with self._moved:
            self._now = max(self._now, now)
            self._moved.notify_all()
        with _lock:
            _seen(self.read())


@overload
def no_wait(function: F, /) -> F: ...


@overload
def no_wait() -> Block[SkippedWaits]: ...


def no_wait(function: Any = None, /) -> Any:
    """Have all waits in this context return at once, and keep a record of them.

    For retries, deadlines and breakers the time that would have been waited has passed, so they decide as they would
    have; otherwise time goes on as ever. A policy with a clock of its own keeps it. A breaker that others use
    meanwhile has seen the skipped time too.

    Returns:
        A block whose ``with`` gives :class:`SkippedWaits`; of a function, the function whose calls are such blocks.
    """
    block = Block(SkippedWaits, "time", _first)
    return block if function is None else block(function)


def fake_clock(clock: FakeClock | None = None) -> Block[FakeClock]:
    """Have everything in this context that has no clock of its own use a fake one.

    Args:
        clock: Default: one of its own for each block.

    Returns:
        A block whose ``with`` gives the clock.
    """
    return Block(FakeClock if clock is None else lambda: clock, "time", _first)


def real_time() -> Block[None]:
    """Have waits last again, inside of :func:`no_wait` or :func:`fake_clock`."""
    return Block(lambda: None, "time", lambda _made, _before: _REAL)


def everywhere(time: Time | None) -> None:
    """Set where time comes from in contexts that don't say, in all threads."""
    global _everywhere  # noqa: PLW0603  the one thing here that is the whole process's
    _everywhere = time


def _first(made: Any, _before: Any) -> Any:
    return made


def _seen(now: float) -> None:
    global _latest  # noqa: PLW0603  written under the lock
    _latest = max(_latest, now)


def _time() -> Time:
    return here.get().time or _everywhere or _REAL


async def _sleep_async(seconds: float) -> None:
    await _time().sleep_async(seconds)


_lock = threading.Lock()
_latest = 0.0
"""The latest time that any of these has told."""
_REAL = Time()
_everywhere: Time | None = None
_real = _clock.put_in_place(lambda: _time().read(), lambda seconds: _time().sleep(seconds), _sleep_async)
