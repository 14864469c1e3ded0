"""Guarded generators: calls that answer bit by bit.

Such a call is over when its generator is, and holds its place until then. Up to the first item it is made again like
any other. What has been handed on can't be taken back, so after that an error comes out as it is and counts as the
call's failure. A caller who has had an item and wants no more, or throws an error in that comes back out, has been
served: that counts as a success. One who is cancelled counts as nothing, as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from failsoft import _run
from failsoft._opened import Opened, opened, opened_async, opening, opening_async
from failsoft._run import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from failsoft._driver import Core
    from failsoft._follow import Following
    from failsoft._links import Links


class Stream(Run):
    """A call of a generator function on its way. To the driver its first item is the answer."""

    __slots__ = ("function", "items", "thrown", "value")

    def __new__(cls, core: Core, _function: Callable[..., Any]) -> Self:
        """Make one of the class that it is to be of."""
        make = cls if _run.kind is None else _run.kind(cls, core)
        return object.__new__(make)  # type: ignore[return-value]  # one that inherits from this

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
            with self:
                super().succeeded(None, self.function)

    def broke(self, error: BaseException) -> None:
        """An error comes out, or the caller has closed the generator."""
        thrown, self.thrown = self.thrown, None
        if not self.under_way:
            return
        own = error is thrown and isinstance(error, Exception)
        with self:
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
        return opened(super().fall_back(args, kwargs))

    def __del__(self) -> None:
        # A loop that is gone can't finish its generators; what they hold must come free all the same. One whose clock
        # failed has not even begun.
        if getattr(self, "under_way", False):
            self.abandon()

    def _taken(self, answer: Opened) -> Any:
        self.items = answer.items
        if answer.items is None:
            self.value = answer.first
        return answer.first


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
        return opened_async(Run.fall_back(self, args, kwargs))


class Followed:
    """A call through a chain whose steps answer bit by bit. It is over, for the chain, with the first item."""

    __slots__ = ("function", "items", "value")

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.items: Any = None
        self.value: Any = None

    def open(self, args: Any, kwargs: Any) -> Any:
        """Make the call; the first item, unless ``items`` is None."""
        self.items, first = self.function(*args, **kwargs)
        self.value = first if self.items is None else None
        return first

    def throw(self, error: BaseException) -> Any:
        """Throw an error of the caller's in; the next item."""
        try:
            return self.items.throw(error)
        finally:
            del error

    def ended(self) -> None:
        """There are no more items."""

    def broke(self, error: BaseException) -> None:
        """An error comes out."""


class AsyncFollowed(Followed):
    """The same of a chain with asynchronous steps."""

    __slots__ = ()

    async def open(self, args: Any, kwargs: Any) -> Any:
        """Make the call; the first item, unless ``items`` is None."""
        self.items, first = await self.function(*args, **kwargs)
        return first

    async def throw(self, error: BaseException) -> Any:
        """Throw an error of the caller's in; the next item."""
        try:
            return await self.items.athrow(error)
        finally:
            del error


def opened_by(links: Links) -> Links:
    """The chain whose steps answer with their first items."""
    view = object.__new__(type(links))
    view.__dict__.update(links.__dict__)
    view.steps = [
        step._replace(function=opening(step.function), awaited=opening_async(step.function))
        for step in links.steps
    ]
    return view
