"""Batches: many calls of one kind, of which some may fail without taking the rest down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from failsoft import _native
from failsoft._documents import read
from failsoft._loops import in_trio
from failsoft._policy import Policy
from failsoft._verdict import classify
from failsoft._wrap import is_coroutine_function, refuse_generators

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
    from concurrent.futures import Future

    from typing_extensions import Self

I = TypeVar("I")  # noqa: E741  an item
T = TypeVar("T")

WAIT, DONE = -1, -2
"""What the core says where there is no item to begin with; see ``Batch`` in its façade."""


@dataclass(frozen=True)
class BatchSuccess(Generic[I, T]):
    """An item that was worked on: its place among all, the item, and the answer."""

    index: int
    item: I
    value: T


@dataclass(frozen=True)
class BatchFailure(Generic[I]):
    """An item that failed for good, with its own error and what that means."""

    index: int
    item: I
    error: BaseException
    category: str


@dataclass(frozen=True)
class BatchItem(Generic[I]):
    """An item of which nothing became, and its place among all."""

    index: int
    item: I


@dataclass(frozen=True)
class BatchOutcome(Generic[I, T]):
    """What became of a batch. Each list is in the order of the items.

    Attributes:
        successes: The items with their answers.
        failures: Those that failed for good.
        cancelled: Those that cancelled themselves.
        skipped: Those that were never begun, as too many had failed.
        success_rate: The share of all items that succeeded, from 0 to 1; of an empty batch 1.
    """

    successes: list[BatchSuccess[I, T]]
    failures: list[BatchFailure[I]]
    cancelled: list[BatchItem[I]]
    skipped: list[BatchItem[I]]
    success_rate: float


@overload
def run_batch(  # type: ignore[overload-overlap]  # a coroutine is an answer too, where nobody awaits it
    function: Callable[[I], Coroutine[Any, Any, T]],
    items: Iterable[I],
    concurrency: int | None = None,
    *,
    policy: Policy | Mapping[str, Any] | str | None = None,
    stop_after_failures: int | None = None,
) -> Coroutine[Any, Any, BatchOutcome[I, T]]: ...


@overload
def run_batch(
    function: Callable[[I], T],
    items: Iterable[I],
    concurrency: int | None = None,
    *,
    policy: Policy | Mapping[str, Any] | str | None = None,
    stop_after_failures: int | None = None,
) -> BatchOutcome[I, T]: ...


def run_batch(
    function: Callable[[Any], Any],
    items: Iterable[Any],
    concurrency: int | None = None,
    *,
    policy: Policy | Mapping[str, Any] | str | None = None,
    stop_after_failures: int | None = None,
) -> Any:
    """Call a function for each item, so many at a time, and tell of each what became of it.

    A plain function is called in threads, each with a copy of the caller's context; with a concurrency of 1 in the
    caller's own. A coroutine function is called in tasks, of asyncio or trio. An item that fails raises nothing.

    Args:
        function: Works on one item; called with it.
        items: In the order in which they are begun.
        concurrency: So many items at a time. Default: 8, or what the policy's ``batch`` section says.
        policy: What guards each item: a policy, its document, or the JSON text of one. Default: nothing.
        stop_after_failures: After so many failed items no further one is begun. Default: all are begun.

    Returns:
        A :class:`BatchOutcome`; of a coroutine function, to be awaited.

    Raises:
        ConfigError: Some setting makes no sense, or the policy limits attempts that can't be cut off.
        TypeError: ``function`` can't be called; or it is a plain function whose answer is a coroutine, or a generator
            function: an item's answer can't come bit by bit.
        BaseException: What ``items`` raises; and what is no ``Exception``, such as ``KeyboardInterrupt``. Then no
            further item is begun, and those under way are waited for or, as tasks, cancelled.
    """
    refuse_generators(function, "run_batch")
    work = _Work(function, list(items), concurrency, policy, stop_after_failures)
    if work.asynchronous:
        return _run_in_tasks(work)
    with work:
        return _run_here(work) if work.concurrency == 1 else _run_in_threads(work)


class _Work:
    """A batch under way, in the hands of one thread or task, which enters it."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        concurrency: int | None,
        policy: Policy | Mapping[str, Any] | str | None,
        stop_after_failures: int | None,
    ) -> None:
        guard = guard_of(policy, function)
        document = {} if guard is None else json.loads(guard._text)
        self._classifier = document.get("classify")
        settings = {"concurrency": concurrency, "stop_after_failures": stop_after_failures}
        own = {key: value for key, value in settings.items() if value is not None}
        section = {**(document.get("batch") or {}), **own}
        self.items = items
        self.native = read({"batch": section}, lambda text: _native.Batch(text, len(items)))
        # At most as many as the machine gives out at once, which is its own limit.
        self.concurrency: int = max(min(section.get("concurrency") or len(items), len(items)), 1)
        self.asynchronous: bool = is_coroutine_function(function)
        self._guard = guard
        self._function = function
        self._ends: dict[int, tuple[Any, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Their tracebacks refer to whoever refers to this, so this must not refer to them any more.
        self._ends = {}

    def call(self, index: int) -> Any:
        """Work on an item; of a coroutine function, to be awaited."""
        item = self.items[index]
        return self._function(item) if self._guard is None else self._guard.call(self._function, item)

    def succeeded(self, index: int, value: Any) -> None:
        if type(value) is CoroutineType and not self.asynchronous:
            value.close()
            raise TypeError("the function answers with a coroutine: pass a coroutine function instead")
        self._ends[index] = (value, "")
        self.native.succeed(index)

    def failed(self, index: int, error: BaseException) -> None:
        category = classify(error, self._classifier).category
        self._ends[index] = (error, category)
        self.native.fail(index, category)

    def settle(self, index: int, ended: Future[Any] | asyncio.Future[Any]) -> None:
        """Take in what became of an item; what is no ``Exception`` is raised."""
        error = ended.exception()
        try:
            if error is None:
                self.succeeded(index, ended.result())
            elif isinstance(error, Exception):
                self.failed(index, error)
            else:
                raise error
        finally:
            # The error's traceback refers to this frame, and this frame must not refer to the error.
            del error, ended

    def outcome(self) -> BatchOutcome[Any, Any]:
        """What became of the items."""
        report = json.loads(self.native.report())
        items, ends = self.items, self._ends
        begun = len(items) - report["skipped"]
        failures = [failure["index"] for failure in report["failures"]]
        return BatchOutcome(
            [BatchSuccess(index, items[index], ends[index][0]) for index in report["successes"]],
            [BatchFailure(index, items[index], *ends[index]) for index in failures],
            [BatchItem(index, items[index]) for index in report["cancelled"]],
            [BatchItem(index, items[index]) for index in range(begun, len(items))],
            report["success_rate"],
        )


def guard_of(policy: Policy | Mapping[str, Any] | str | None, function: Callable[..., Any]) -> Policy | None:
    """The policy that is to guard a function, however it was given; None if nothing is.

    Raises:
        ConfigError: It makes no sense, or limits attempts of a function that can't be cut off.
        TypeError: The function can't be called.
    """
    if not callable(function):
        raise TypeError(f"expected a function, found a {type(function).__name__}")
    if policy is None:
        return None
    if not isinstance(policy, Policy):
        policy = Policy.from_json(policy) if isinstance(policy, str) else Policy.from_dict(policy)
    policy._core.check_timeout(function, asynchronous=is_coroutine_function(function))
    return policy


async def _run_in_tasks(work: _Work) -> BatchOutcome[Any, Any]:
    # Each imports its loop, and one of them is running.
    if in_trio():
        from failsoft._batch_trio import run_in_nursery as run  # noqa: PLC0415
    else:
        from failsoft._batch_async import run_in_tasks as run  # noqa: PLC0415
    with work:
        return await run(work)


def _run_in_threads(work: _Work) -> BatchOutcome[Any, Any]:
    from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait  # noqa: PLC0415
    from contextvars import copy_context  # noqa: PLC0415

    under_way: dict[Future[Any], int] = {}
    with ThreadPoolExecutor(work.concurrency, thread_name_prefix="failsoft-batch") as pool:
        while True:
            while (index := work.native.next()) >= 0:
                under_way[pool.submit(copy_context().run, work.call, index)] = index
            if index == DONE:
                return work.outcome()
            done = wait(under_way, return_when=FIRST_COMPLETED).done
            while done:
                _settle(work, under_way, done)


def _settle(work: _Work, under_way: dict[Future[Any], int], done: set[Future[Any]]) -> None:
    # An error that comes out has this frame in its traceback, but not the future that holds it.
    index = under_way.pop(future := done.pop())
    try:
        work.settle(index, future)
    finally:
        del future


def _run_here(work: _Work) -> BatchOutcome[Any, Any]:
    while (index := work.native.next()) >= 0:
        try:
            value = work.call(index)
        except Exception as error:  # noqa: BLE001  an item that fails is what a batch is about
            work.failed(index, error)
        else:
            work.succeeded(index, value)
    return work.outcome()
