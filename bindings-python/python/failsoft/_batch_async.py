"""Batches of coroutine functions in asyncio."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from failsoft._batch import DONE

if TYPE_CHECKING:
    from failsoft._batch import BatchOutcome, _Work


async def run_in_tasks(work: _Work) -> BatchOutcome[Any, Any]:
    """Work through a batch in tasks of the running loop."""
    under_way: dict[asyncio.Task[Any], int] = {}

    async def call(index: int) -> Any:
        return await work.call(index)

    try:
        while True:
            while (index := work.native.next()) >= 0:
                under_way[asyncio.create_task(call(index))] = index
            if index == DONE:
                return work.outcome()
            done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            while done:
                _settle(work, under_way, done)
    finally:
        # Cancelled, or broken by what is no Exception: nothing of the batch outlives it.
        done = set()
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.gather(*under_way, return_exceptions=True)
            under_way.clear()


def _settle(work: _Work, under_way: dict[asyncio.Task[Any], int], done: set[asyncio.Task[Any]]) -> None:
    # An error that comes out has this frame in its traceback, but not the task that holds it.
    index = under_way.pop(task := done.pop())
    try:
        if task.cancelled():
            work.failed(index, asyncio.CancelledError())
        else:
            work.settle(index, task)
    finally:
        del task
