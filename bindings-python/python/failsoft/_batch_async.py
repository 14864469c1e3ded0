"""Batches of coroutine functions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from failsoft._batch import DONE
from failsoft._loops import in_trio

if TYPE_CHECKING:
    from failsoft._batch import BatchOutcome, _Work


async def run_in_tasks(work: _Work) -> BatchOutcome[Any, Any]:
    """Work through a batch in tasks of the running loop, asyncio's or trio's."""
    if in_trio():
        from failsoft._batch_trio import run_in_nursery  # noqa: PLC0415  it imports trio

        return await run_in_nursery(work)
    return await _run_in_asyncio(work)


async def _run_in_asyncio(work: _Work) -> BatchOutcome[Any, Any]:
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
            for task in done:
                _settle(work, under_way.pop(task), task)
    finally:
        # Cancelled, or broken by what is no Exception: nothing of the batch outlives it.
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.gather(*under_way, return_exceptions=True)
        work.forget()


def _settle(work: _Work, index: int, task: asyncio.Task[Any]) -> None:
    if task.cancelled():
        work.failed(index, asyncio.CancelledError())
    else:
        work.settle(index, task)
