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
