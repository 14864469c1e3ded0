"""What all helpers have in common: a state of the context, which a block changes while it lasts."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from types import TracebackType

    from failsoft.testing._calls import RecordedCalls
    from failsoft.testing._seen import CapturedEvents
    from failsoft.testing._time import Time

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class State(NamedTuple):
    """How failsoft's calls are made in a context."""

    time: Time | None = None
    """Where time comes from; None for what holds everywhere."""
    inactive: bool = False
    recorded: tuple[RecordedCalls, ...] = ()
    captured: tuple[CapturedEvents, ...] = ()


here: ContextVar[State] = ContextVar("failsoft_testing", default=State())  # noqa: B039  it is immutable


class Block(Generic[T]):
    """A stretch of a test: ``with``, ``async with``, or the body of a decorated function.

    It is entered once; as a decorator it makes another one for each call.
    """

    def __init__(self, make: Callable[[], T], field: str, value: Callable[[T, Any], Any]) -> None:
        """A block that changes a field of the state to ``value(what was made, what it is)``."""
        self._make = make
        self._field = field
        self._value = value
        self._before: list[Any] = []

    def __enter__(self) -> T:
        if self._before:
            raise RuntimeError("this block has been entered already: make another one")
        state, made = here.get(), self._make()
        before = getattr(state, self._field)
        self._before.append(before)
        here.set(state._replace(**{self._field: self._value(made, before)}))
        return made

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Not by the token: a fixture may be left in another context than it was entered in.
        here.set(here.get()._replace(**{self._field: self._before[0]}))

    async def __aenter__(self) -> T:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: F) -> F:
        """Have each call of a function or coroutine function be such a block.

        Raises:
            TypeError: It is none; of a generator function it would not be clear what the block is.
        """
        refused = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
        if refused or isinstance(function, type) or not callable(function):
            name = getattr(function, "__qualname__", repr(function))
            raise TypeError(f"{name} is no function or coroutine function: write `with` inside of it instead")
        decorated: Any
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def decorated(*args: Any, **kwargs: Any) -> Any:
                with self._another():
                    return await function(*args, **kwargs)

        else:

            @functools.wraps(function)
            def decorated(*args: Any, **kwargs: Any) -> Any:
                with self._another():
                    return function(*args, **kwargs)

        return decorated  # type: ignore[no-any-return]

    def _another(self) -> Block[T]:
        return Block(self._make, self._field, self._value)
