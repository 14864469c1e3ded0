"""Where time comes from."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from failsoft._loops import sleep as sleep_in_loop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True)
class Clock:
    """The host's time: what a policy reads and how it waits.

    A test hands in functions of its own and needs no sleeping.

    Args:
        now: Seconds on a monotonic clock; only differences matter.
        sleep: Blocks for so many seconds. Never called with zero.
        sleep_async: The same for coroutines, in asyncio and in trio.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = sleep_in_loop


SYSTEM = Clock()
"""What everything without a clock of its own holds: this very object, so that :mod:`failsoft.testing` can reach it."""


def put_in_place(
    now: Callable[[], float], sleep: Callable[[float], None], sleep_async: Callable[[float], Awaitable[None]]
) -> Clock:
    """Have the system's clock read and wait by these from now on; answers with what it did so by until now."""
    before = Clock(SYSTEM.now, SYSTEM.sleep, SYSTEM.sleep_async)
    for name, function in (("now", now), ("sleep", sleep), ("sleep_async", sleep_async)):
        object.__setattr__(SYSTEM, name, function)
    return before
