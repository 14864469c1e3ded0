"""A call whose answer comes bit by bit, up to its first item."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
        return opened(function(*args, **kwargs))

    return _named(first, function)


def opening_async(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same as a coroutine function, for any function whose answer can be iterated over."""

    async def first(*args: Any, **kwargs: Any) -> Opened:
        return await opened_async(function(*args, **kwargs))

    return _named(first, function)


def opened(answer: Any) -> Opened:
    items = answer if isinstance(answer, Generator) else _each(answer)
    try:
        return Opened(items, next(items))
    except StopIteration as end:
        return Opened(None, end.value)


async def opened_async(answer: Any) -> Opened:
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
