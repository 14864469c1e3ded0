"""Keeping an attempt's limit."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from failsoft._loops import awaited_in_trio, in_trio

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from failsoft._errors import AttemptTimeoutError


def in_thread(late: type[AttemptTimeoutError], limit: float, function: Any, args: Any, kwargs: Any) -> Any:
    """Run a blocking function in a thread of its own and abandon it when it is late.

    Its late result or error goes nowhere. The thread is a daemon: an abandoned attempt must not keep the
    process alive, as a pool's threads would.
    """
    outcome: list[tuple[bool, Any]] = []
    done, abandoned = threading.Event(), threading.Event()
    context = copy_context()

    def work() -> None:
        try:
            outcome.append((True, context.run(function, *args, **kwargs)))
        except BaseException as error:  # noqa: BLE001  it is raised again where the call was made
            # Kept when nobody asks any more, the error and this frame would keep each other alive.
            if not abandoned.is_set():
                outcome.append((False, error))
        finally:
            done.set()

    threading.Thread(target=work, name="failsoft-attempt", daemon=True).start()
    if not done.wait(limit):
        abandoned.set()
        raise late(limit)
    succeeded, value = outcome.pop()
    if succeeded:
        return value
    try:
        raise value
    finally:
        # The error's traceback refers to this frame, and this frame must not refer to the error.
        del value


async def awaited(late: type[AttemptTimeoutError], limit: float, attempt: Awaitable[Any]) -> Any:
    """Await a coroutine, which is cancelled when it is late.

    A cancellation from outside passes through as it is; only the one asked for here becomes a timeout.
    """
    if in_trio():
        return await awaited_in_trio(late, limit, attempt)
    import asyncio  # noqa: PLC0415  it is loaded already: a loop is running

    if not hasattr(asyncio, "timeout"):
        return await _awaited_by_task(late, limit, attempt)
    scope = asyncio.timeout(limit)
    try:
        async with scope:
            return await attempt
    except TimeoutError:
        # The attempt may have raised one of its own, which is then the caller's error.
        if not scope.expired():
            raise
    raise late(limit)


async def _awaited_by_task(late: type[AttemptTimeoutError], limit: float, attempt: Awaitable[Any]) -> Any:
    """The same on Python 3.10, whose ``wait_for`` can lose a cancellation."""
    import asyncio  # noqa: PLC0415

    task = asyncio.ensure_future(attempt)
    try:
        done, _ = await asyncio.wait({task}, timeout=limit)
        if done:
            return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    if not task.cancelled() and task.exception() is None:
        # It finished while it was being cancelled; to throw its answer away would help nobody.
        return task.result()
    raise late(limit)
