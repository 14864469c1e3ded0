"""Batches of coroutine functions in trio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trio

from failsoft._batch import DONE

if TYPE_CHECKING:
    from failsoft._batch import BatchOutcome, _Work


async def run_in_nursery(work: _Work) -> BatchOutcome[Any, Any]:
    """Work through a batch in tasks of a nursery, which none of them outlives."""
    broken: list[BaseException] = []

    async def call(index: int) -> None:
        try:
            value = await work.call(index)
        except Exception as error:  # noqa: BLE001  an item that fails is what a batch is about
            work.failed(index, error)
        except trio.Cancelled:
            raise
        except BaseException as error:  # noqa: BLE001  raised below, by itself and not in a group
            broken.append(error)
            nursery.cancel_scope.cancel()
        else:
            work.succeeded(index, value)
        settled.set()

    settled = trio.Event()
    async with trio.open_nursery() as nursery:
        while True:
            while (index := work.native.next()) >= 0:
                nursery.start_soon(call, index)
            if index == DONE:
                break
            await settled.wait()
            settled = trio.Event()
    if broken:
        try:
            raise broken[0]
        finally:
            broken.clear()
    return work.outcome()
