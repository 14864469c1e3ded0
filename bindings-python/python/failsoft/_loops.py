"""Which event loop is running: asyncio's, or that of trio.

Neither is imported here before it is known that the program uses it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from failsoft._errors import AttemptTimeoutError


def in_trio() -> bool:
    """Whether the caller is a task of trio's.

    trio says so where every library looks (sniffio), which is right even where both loops share a thread.
    """
    loaded = sys.modules
    if "trio" not in loaded:
        return False
    sniffio = loaded.get("sniffio")
    if sniffio is None:
        return bool(loaded["trio"].lowlevel.in_trio_task())
    try:
        return bool(sniffio.current_async_library() == "trio")
    except sniffio.AsyncLibraryNotFoundError:
        return False


async def sleep(seconds: float) -> None:
    """Wait in whichever loop is running."""
    if in_trio():
        import trio  # noqa: PLC0415

        await trio.sleep(seconds)
    else:
        # asyncio costs 40 ms to import, which programs without coroutines should not pay.
        import asyncio  # noqa: PLC0415

        await asyncio.sleep(seconds)


async def awaited_in_trio(late: type[AttemptTimeoutError], limit: float, attempt: Awaitable[Any]) -> Any:
    """Await a coroutine, which is cancelled when it is late.

    Only the cancellation of this scope becomes a timeout: trio sees to it that others pass through.
    """
    import trio  # noqa: PLC0415  it is loaded already: its loop is running

    with trio.move_on_after(limit) as scope:
        return await attempt
    # Left by no other way than the scope's own cancellation.
    assert scope.cancelled_caught  # noqa: S101
    raise late(limit)
