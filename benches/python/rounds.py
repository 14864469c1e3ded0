"""Timing: many short rounds of each case, every one beside a round of its bare call.

A shared machine changes speed from one second to the next. Rounds of a few
milliseconds, taken in turn over all cases, let every case see the same good and bad
moments; the least of them is the code's own cost, the median what a day feels like.
The garbage collector stays on, because users run with it on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar, cast
from unittest.mock import patch

from guards import FAILURES, PACKAGES, Guard

if TYPE_CHECKING:
    from shapes import AsyncLoop, Loop, Shape

ROUND_NS = 4_000_000
CALIBRATION_NS = ROUND_NS // 4

T = TypeVar("T")
Drive = Callable[[Awaitable[T]], T]


class SetupError(Exception):
    """A case does not do what its row would say, so timing it would mislead."""


@dataclass
class Lane:
    """One callable with a loop of its own, and the time per call in each round."""

    shape: Shape
    f: Any
    drive: Drive[int]
    count: int = 1
    samples: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Compile the loop and find how many turns fill a round; this warms it too."""
        self._loop = self.shape.loop()
        taken = self._spin()
        while taken < CALIBRATION_NS:
            self.count *= 2
            taken = self._spin()
        self.count = max(1, self.count * ROUND_NS // taken)

    def round(self) -> None:
        """Time one round."""
        self.samples.append(self._spin() / self.count)

    def _spin(self) -> int:
        with nullcontext() if self.shape.sleeps else _sleep_stubbed():
            if self.shape.is_async:
                return self.drive(cast("AsyncLoop", self._loop)(self.f, self.count))
            return cast("Loop", self._loop)(self.f, self.count)


@dataclass
class Case:
    """A guard around a shape, next to the same shape bare."""

    shape: Shape
    guard: Guard
    bare: Lane
    guarded: Lane

    @property
    def over_min(self) -> float:
        """Nanoseconds over bare in the best round of either."""
        return min(self.guarded.samples) - min(self.bare.samples)

    @property
    def over_median(self) -> float:
        """Median over the rounds of the difference to the bare round beside it."""
        return median(guarded - bare for guarded, bare in self._pairs())

    @property
    def ratio_min(self) -> float:
        """How many bare calls one guarded call costs, best round against best."""
        return min(self.guarded.samples) / min(self.bare.samples)

    @property
    def ratio_median(self) -> float:
        """Median ratio to the bare round beside it.

        This one holds when the machine's speed changes during a run, since both
        rounds of a pair meet the same speed.
        """
        return median(guarded / bare for guarded, bare in self._pairs())

    def _pairs(self) -> Iterator[tuple[float, float]]:
        return zip(self.guarded.samples, self.bare.samples, strict=True)


def title(shape: Shape, guard: Guard) -> str:
    """Name a case, for `--only` and for messages."""
    return f"{shape.title} / {guard.name}"


def fits(shape: Shape, guard: Guard) -> bool:
    """Tell whether the library can guard this kind of call at all."""
    able = guard.asynchronous if shape.is_async else guard.sync
    return able and shape.role == guard.role


def prepare(shape: Shape, guard: Guard, drive: Drive[Any]) -> Case:
    """Build a case and see that it does what its row will say."""
    guarded = shape.guarded(guard.decorate)
    _check(shape, guarded, drive)
    return Case(
        shape,
        guard,
        bare=Lane(shape, shape.bare(), drive),
        guarded=Lane(shape, guarded, drive),
    )


def measure(cases: Sequence[Case], rounds: int) -> None:
    """Take the rounds, each time starting one case further on."""
    for turn in range(rounds):
        start = turn % len(cases)
        for case in (*cases[start:], *cases[:start]):
            case.bare.round()
            case.guarded.round()


@contextmanager
def driver() -> Iterator[Drive[Any]]:
    """Lend one event loop to all rounds, so that starting it is never timed."""
    loop = asyncio.new_event_loop()
    try:
        yield loop.run_until_complete
    finally:
        loop.close()


def silence() -> None:
    """Let libraries make their log records without anything being printed."""
    for name in PACKAGES:
        logging.getLogger(name).addHandler(logging.NullHandler())


def _check(shape: Shape, guarded: Any, drive: Drive[Any]) -> None:
    """Call a retrying case twice; trip a breaker and see that it rejects."""
    if shape.role == "once":
        errors = [_error(shape, guarded, drive) for _ in range(2)]
        sound = errors == [None, None]
    elif shape.role == "open":
        errors = [_error(shape, guarded, drive) for _ in range(2 * FAILURES)]
        sound = errors[-1] is not None and type(errors[-1]) is not ConnectionError
    else:
        return
    if not sound:
        message = f"the calls that should be {shape.title} ended in {errors[-1]!r}"
        raise SetupError(message)


def _error(shape: Shape, guarded: Any, drive: Drive[Any]) -> BaseException | None:
    """Call once and tell what was raised; each library has an error of its own."""
    try:
        result = guarded()
        if shape.is_async:
            drive(result)
    except Exception as error:  # noqa: BLE001 - see above
        return error
    return None


@contextmanager
def _sleep_stubbed() -> Iterator[None]:
    """Make both standard sleeps return at once, where libraries look them up."""

    async def resumed(_delay: float, result: Any = None) -> Any:
        return result

    with patch("time.sleep", lambda _delay: None), patch("asyncio.sleep", resumed):
        yield
