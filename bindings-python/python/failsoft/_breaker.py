"""Circuit breakers by themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from enum import Enum
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from failsoft import _events
from failsoft._config import CircuitBreakerConfig
from failsoft._documents import read
from failsoft._driver import Core
from failsoft._wrap import call, wrap

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from failsoft._clock import Clock
    from failsoft._events import Listener
    from failsoft._run import Run
    from failsoft._settings import BreakerSettings

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")


class CircuitBreakerState(str, Enum):
    """Which of its states a breaker is in."""

    CLOSED = "closed"
    """Traffic passes."""
    OPEN = "open"
    """Traffic is rejected."""
    HALF_OPEN = "half_open"
    """A few probes pass."""
    FORCED_OPEN = "forced_open"
    """Held open by hand."""
    FORCED_CLOSED = "forced_closed"
    """Held closed by hand; nothing is counted."""


class CircuitBreaker:
    """Stops calling what is down, and finds out cheaply when it is back.

    Use it as a decorator, as a context manager (``with`` and ``async with``), or with :meth:`call`.
    Safe to share between threads, tasks and event loops; no lock is held while a function runs. A
    cancelled call counts as nothing, and neither does an error that is the caller's own fault.

    Args:
        name: A name for log lines and errors.
        config: A :class:`CircuitBreakerConfig`; or give its settings as keywords.
        on_event: Told what happens to its calls; see :func:`failsoft.listen`.
        clock: Where time comes from; for tests.
        **settings: The settings of :class:`CircuitBreakerConfig`.

    Raises:
        ConfigError: Some setting makes no sense; it lists every one that does not.
        TypeError: Both ``config`` and settings are given.
    """

    def __init__(
        self,
        name: str | None = None,
        config: CircuitBreakerConfig | Mapping[str, Any] | None = None,
        *,
        on_event: Listener | None = None,
        clock: Clock | None = None,
        **settings: Unpack[BreakerSettings],
    ) -> None:
        if config is not None and settings:
            raise TypeError("give either config or settings, not both")
        if config is None:
            config = CircuitBreakerConfig(**settings)
        section = config._document() if isinstance(config, CircuitBreakerConfig) else config
        named = {} if name is None else {"name": name}
        self._section = section
        self._core = Core.of({**named, "circuit_breaker": section}, clock=clock, listener=on_event)
        self._inside: dict[int, Run] = {}

    @classmethod
    def _of(cls, core: Core, text: str) -> CircuitBreaker:
        """Make the breaker of a policy: it counts what the policy counts, but it does not retry."""
        document = json.loads(text)
        section = {key: value for key, value in document["circuit_breaker"].items() if key != "max_attempts"}
        own = {"name": document.get("name"), "classify": document.get("classify"), "circuit_breaker": section}
        return cls._over(Core.of(own, breaker=core, listener=core.listener), section)

    @classmethod
    def _over(cls, core: Core, section: Mapping[str, Any]) -> CircuitBreaker:
        """Make a breaker of a core that has one."""
        breaker = cls.__new__(cls)
        breaker._section = section
        breaker._core = core
        breaker._inside = {}
        return breaker

    def _document(self) -> Mapping[str, Any]:
        return self._section

    def __call__(self, function: F) -> F:
        """Guard a function, a coroutine function, a generator function, or a method."""
        guarded: F = wrap(self._core, function)
        return guarded

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function through the breaker; for a coroutine function the answer is to be awaited.

        Raises:
            CircuitBreakerOpenError: The breaker is open; ``retry_after`` says for how long.
        """
        answer: R = call(self._core, function, args, kwargs)
        return answer

    def execute(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Another name for :meth:`call`."""
        return self.call(function, *args, **kwargs)

    def __enter__(self) -> Self:
        with self._core.begin() as run:
            run.begins(self)
            if not run.admit(self):
                raise run.take_refusal()
        _entered.set((*_entered.get(), run))
        self._inside[id(run)] = run
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        entered = _entered.get()
        # A block may be left after one that was entered later (a generator), or in another context than it
        # was entered in (a test's fixture); then the last block of this breaker is as good as any.
        own = [run for run in entered if id(run) in self._inside]
        run = self._inside.pop(id(own[-1])) if own else self._inside.popitem()[1]
        _entered.set(tuple(other for other in entered if other is not run))
        with run:
            if error is None:
                run.succeeded(None, self)
            else:
                run.failed(error, self)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    @property
    def name(self) -> str | None:
        """The name given to it."""
        return self._core.name

    @property
    def state(self) -> CircuitBreakerState:
        """The state as of now; an open breaker whose wait is over is half-open."""
        return CircuitBreakerState(self._state()["state"])

    @property
    def failure_count(self) -> int:
        """The failures that ``failure_threshold`` is compared with: in a row, or within the window."""
        return int(self._state()["failure_count"])

    @property
    def retry_after(self) -> float | None:
        """Seconds until a call may be admitted: 0 if one may now, None if it is held open by hand."""
        seconds: float | None = self._state()["retry_after"]
        return seconds

    @property
    def is_open(self) -> bool:
        """Whether it is open, by itself or by hand."""
        return self.state in {CircuitBreakerState.OPEN, CircuitBreakerState.FORCED_OPEN}

    def is_available(self) -> bool:
        """Whether a call would be admitted now."""
        return self.retry_after == 0

    def reset(self) -> None:
        """Close it and forget what it counted."""
        self._set("reset")

    def force_open(self) -> None:
        """Reject every call until :meth:`reset`."""
        self._set("open")

    def force_close(self) -> None:
        """Admit every call and count nothing until :meth:`reset`."""
        self._set("closed")

    def snapshot(self) -> dict[str, Any]:
        """The state as plain data, with times relative to now, for :meth:`restore` in any process."""
        saved: dict[str, Any] = json.loads(self._core.engine.snapshot(self._core.clock.now()))
        return saved

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Take on a state that :meth:`snapshot` gave out.

        Raises:
            ConfigError: It is no such state; the breaker is as it was.
        """
        read(snapshot, lambda text: self._core.engine.restore(text, self._core.clock.now()))

    def __repr__(self) -> str:
        return f"<CircuitBreaker {self.name or ''} {self.state.value}>".replace("  ", " ")

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._core.engine.state(self._core.clock.now()))
        return state

    def _set(self, command: str) -> None:
        change = self._core.engine.set(command)
        if change is not None:
            _events.changed(self._core, change)


_entered: ContextVar[tuple[Run, ...]] = ContextVar("failsoft_entered_breakers", default=())
"""The runs of the ``with`` blocks that this thread or task is in, of all breakers, the innermost last."""
