"""A fallback chain as its calls see it: the engine's chain, and what guards each of its steps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from failsoft import _native
from failsoft._clock import SYSTEM, Clock
from failsoft._documents import read
from failsoft._driver import Core
from failsoft._faults import fault_text
from failsoft._wrap import is_asynchronous, is_coroutine_function, is_generator_function

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from failsoft._events import Listener
    from failsoft._home import Home


class Step(NamedTuple):
    """A step as a call makes it."""

    name: str
    core: Core | None
    """What guards it; None if nothing does."""
    function: Callable[..., Any]
    awaited: Callable[..., Any]
    """The same as a coroutine function."""


class Links:
    """A chain with the functions of its steps. Immutable but for the engine's own state; safe to share."""

    def __init__(
        self,
        document: Mapping[str, Any] | str,
        functions: Callable[[Sequence[str]], Sequence[Callable[..., Any]]],
        *,
        name: str | None = None,
        home: Home | None = None,
        clock: Clock | None = None,
        listener: Listener | None = None,
    ) -> None:
        """Make a chain; ``functions`` tells the functions of the steps of these names."""
        make = _native.Chain if home is None else lambda text: home.chain(name or "", text)
        self.name = name
        self.native: _native.Chain = read(document, make)
        self.clock: Clock = clock or (SYSTEM if home is None else home.clock)
        self.listener: Listener | None = listener or (None if home is None else home.listener)
        self.happened = None if home is None else home.levels.look
        names = [str(step["name"]) for step in json.loads(self.native.describe())]
        given = functions(names)
        self.asynchronous: bool = any(map(is_asynchronous, given))
        self.streams: bool = any(map(is_generator_function, given))
        """Whether the answers come bit by bit."""
        self.steps = [
            Step(step, self._core(place, step, function), function, awaited(function))
            for place, (step, function) in enumerate(zip(names, given, strict=True))
        ]

    def follows(self, error: BaseException) -> bool:
        """Whether the error of a call that was made before leads to the steps at all."""
        return self.native.follows(fault_text(error))

    def _core(self, place: int, name: str, function: Callable[..., Any]) -> Core | None:
        engine = self.native.engine(place)
        if engine is None:
            return None
        core = Core(engine, part=name, clock=self.clock, listener=self.listener, happened=self.happened)
        core.check_timeout(function, asynchronous=self.asynchronous)
        return core


def awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as a coroutine function, whether it is one or not."""
    if is_coroutine_function(function):
        return function

    async def call(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        return await answer if hasattr(answer, "__await__") else answer

    return call
