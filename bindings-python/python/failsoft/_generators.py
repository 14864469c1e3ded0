"""Guarded generators: calls that answer bit by bit.

Such a call is over when its generator is, and holds its place until then. Up to the first item it is made again like
any other. What has been handed on can't be taken back, so after that an error comes out as it is and counts as the
call's failure. A caller who has had an item and wants no more, or throws an error in that comes back out, has been
served: that counts as a success. One who is cancelled counts as nothing, as ever.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from failsoft._run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from failsoft._driver import Core
    from failsoft._follow import Following
    from failsoft._links import Links


F = TypeVar("F", bound="Callable[..., Any]")


class Opened(NamedTuple):
    """A generator that has answered."""

    items: Any
    """The generator; None if it ended before its first item."""
    first: Any
    """The first item, or what it returned."""


def opening(function: Callable[..., Any]) -> Callable[..., Opened]:
    """What calls a generator function and has it answer."""

    def first(*args: Any, **kwargs: Any) -> Opened:
        return _opened(function(*args, **kwargs))

    return _named(first, function)


def opening_async(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same as a coroutine function, for any function whose answer can be iterated over."""

    async def first(*args: Any, **kwargs: Any) -> Opened:
        return await _opened_async(function(*args, **kwargs))

    return _named(first, function)


class Stream(Run):
    """A call of a generator function on its way. To the driver its first item is the answer."""

    __slots__ = ("function", "items", "thrown", "value")

    def __init__(self, core: Core, function: Callable[..., Any]) -> None:
        super().__init__(core, core.engine.begin(core.seed(), core.clock.now()))
        self.function = function
        self.items: Any = None
        self.value: Any = None
        """What the generator returned, if it has no items."""
        self.thrown: BaseException | None = None
        """What the caller has just thrown in."""

    def open(self, args: Any, kwargs: Any) -> Any:
        """Make the call; the first item, unless ``items`` is None."""
        return self._taken(self.core.run_sync(self, self.function, args, kwargs))

    def throw(self, error: BaseException) -> Any:
        """Throw an error of the caller's in; the next item."""
        self.thrown = error
        try:
            item = self.items.throw(error)
        finally:
            # The error's traceback refers to this frame, and this frame must not refer to the error.
            del error
        self.thrown = None
        return item

    def ended(self) -> None:
        """There are no more items."""
        if self.under_way:
            super().succeeded(None, self.function)

    def broke(self, error: BaseException) -> None:
        """An error comes out, or the caller has closed the generator."""
        thrown, self.thrown = self.thrown, None
        if not self.under_way:
            return
        own = error is thrown and isinstance(error, Exception)
        if own or isinstance(error, GeneratorExit):
            super().succeeded(None, self.function)
        else:
            self.failed(error, self.function)

    def succeeded(self, result: Any, function: Any) -> None:
        """Take the first item; the call goes on unless there was none."""
        if result.items is None:
            super().succeeded(None, function)
            return
        self.native.answers()
        # Nobody answers in its place any more.
        self.fallback = self.steps = None

    def follow(self, steps: Links) -> Following:
        """Go through the steps of the document's own chain, up to the first item of one."""
        return super().follow(opened_by(steps))

    def fall_back(self, args: Any, kwargs: Any) -> Any:
        """Call the fallback, up to its first item."""
        return _opened(super().fall_back(args, kwargs))

    def __del__(self) -> None:
        # A loop that is gone can't finish its generators; what they hold must come free all the same.
        if self.under_way:
            self.abandon()

    def _attach(self, outcome: Any, served_by: str | None) -> None:
        # Of its items none stands for the whole.
        if isinstance(outcome, BaseException):
            super()._attach(outcome, served_by)

    def _taken(self, opened: Opened) -> Any:
        self.items = opened.items
        if opened.items is None:
            self.value = opened.first
        return opened.first


class AsyncStream(Stream):
    """The same of an asynchronous generator function."""

    __slots__ = ()

    async def open(self, args: Any, kwargs: Any) -> Any:
        """Make the call; the first item, unless ``items`` is None."""
        return self._taken(await self.core.run_async(self, self.function, args, kwargs))

    async def throw(self, error: BaseException) -> Any:
        """Throw an error of the caller's in; the next item."""
        self.thrown = error
        try:
            item = await self.items.athrow(error)
        finally:
            del error
        self.thrown = None
        return item

    def fall_back(self, args: Any, kwargs: Any) -> Any:
        """Call the fallback, up to its first item; to be awaited."""
        return _opened_async(Run.fall_back(self, args, kwargs))


def opened_by(links: Links) -> Links:
    """The chain whose steps answer with their first items."""
    # Known to those who import this module only: chains import what this one is imported by.
    view = object.__new__(type(links))
    view.__dict__.update(links.__dict__)
    view.steps = [
        step._replace(function=opening(step.function), awaited=opening_async(step.function))
        for step in links.steps
    ]
    return view


def _opened(answer: Any) -> Opened:
    items = answer if isinstance(answer, Generator) else _each(answer)
    try:
        return Opened(items, next(items))
    except StopIteration as end:
        return Opened(None, end.value)


async def _opened_async(answer: Any) -> Opened:
    if hasattr(answer, "__await__"):
        answer = await answer
    items = answer if isinstance(answer, AsyncGenerator) else _each_async(answer)
    try:
        return Opened(items, await items.__anext__())
    except StopAsyncIteration:
        return Opened(None, None)


def _each(items: Iterable[Any]) -> Generator[Any, Any, Any]:
    return (yield from items)


async def _each_async(items: AsyncIterable[Any] | Iterable[Any]) -> AsyncGenerator[Any, Any]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


def _named(first: F, function: Any) -> F:
    """For log lines it is the function that it calls."""
    first.__qualname__ = str(getattr(function, "__qualname__", None) or type(function).__qualname__)
    return first
