"""A program with named parts: what it knows of itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from failsoft._breaker import CircuitBreaker
from failsoft._chain import FallbackChain
from failsoft._config import CircuitBreakerConfig, RetryConfig
from failsoft._degradation import GracefulDegradation
from failsoft._documents import read, to_text
from failsoft._driver import Core
from failsoft._home import Home
from failsoft._policy import Policy
from failsoft._watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Unpack

    from failsoft._clock import Clock
    from failsoft._events import Listener
    from failsoft._levels import LevelChange
    from failsoft._settings import BreakerSettings

T = TypeVar("T")

_UNNAMED = "calls"
"""The part of calls that name none."""


class System:
    """The named parts of one program, its health and its level.

    A part is what stands between the program and one dependency. Policies and breakers of the same part share its
    breaker, its limits and its retry budget, and the system hears of their calls. Parts that nobody uses any more go
    by themselves. Safe to share between threads and tasks.

    Args:
        document: Its settings, as a mapping or JSON text: ``parts`` (``most``, ``idle``), ``analytics`` (``history``,
            ``window``, ``minimum_calls``, ``names``, ``messages``), ``health`` (``degraded_error_rate``,
            ``unhealthy_error_rate``), ``degradation`` (as in policy documents, or false) and ``events``.
        on_event: Told what happens to the calls of all parts; see :func:`failsoft.listen`.
        clock: Where time comes from; for tests.

    Raises:
        ConfigError: The document makes no sense; it lists everything that is wrong.
    """

    def __init__(
        self,
        document: Mapping[str, Any] | str | None = None,
        *,
        on_event: Listener | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._home = Home({} if document is None else document, clock, on_event)
        self._degradation = GracefulDegradation._of(self._home)
        self._chains: dict[str, FallbackChain] = {}
        self._cores: WeakValueDictionary[tuple[str, str], Core] = WeakValueDictionary()

    def policy(
        self,
        part: str,
        document: Mapping[str, Any] | str | None = None,
        *,
        fallback: Callable[..., Any] | None = None,
        seed: int | None = None,
    ) -> Policy:
        """A policy that goes through a part; the first one makes the part's machines.

        A section of a later one that is not there, or says no more than the defaults, takes what the part has.

        Args:
            part: The part's name.
            document: As for :meth:`Policy.from_dict` or :meth:`Policy.from_json`; ``retry.budget.name`` is a budget of
                the system.
            fallback: As for :class:`Policy`.
            seed: Makes the jitter reproducible; for tests.

        Raises:
            ConfigError: It makes no sense, or contradicts the part.
        """
        given = {} if document is None else document
        core = self._core(part, given, seed=seed)
        core.fallback = fallback
        return Policy._over(core, given if isinstance(given, str) else to_text(given))

    def get_circuit_breaker(
        self,
        name: str,
        config: CircuitBreakerConfig | Mapping[str, Any] | None = None,
        **settings: Unpack[BreakerSettings],
    ) -> CircuitBreaker:
        """The breaker of a part; all that are asked for by one name are the same breaker.

        Args:
            name: The part's name.
            config: Its settings, for whoever asks first; or give them as keywords. Default: what the part has, or the
                defaults.
            **settings: The settings of :class:`CircuitBreakerConfig`.

        Raises:
            ConfigError: The settings make no sense, or contradict the part.
            TypeError: Both ``config`` and settings are given.
        """
        if config is not None and settings:
            raise TypeError("give either config or settings, not both")
        if config is None:
            config = CircuitBreakerConfig(**settings)
        section = config._document() if isinstance(config, CircuitBreakerConfig) else config
        return CircuitBreaker._over(self._kept(name, {"circuit_breaker": section}), section)

    def get_fallback_chain(self, name: str, **settings: Any) -> FallbackChain:
        """The chain of a name; the same each time, kept as long as the system.

        Its steps' policies go through parts of the names ``chain.step``, and a call through it counts as one.

        Args:
            name: The chain's name.
            **settings: For whoever asks first; as for :class:`FallbackChain`.
        """
        chain = self._chains.get(name)
        # Of two threads that ask first at once, both get the one that came first.
        return chain or self._chains.setdefault(name, FallbackChain._in(self._home, name, settings))

    @property
    def graceful_degradation(self) -> GracefulDegradation:
        """The level of the program; into a trigger ``error_rate`` the share of failed calls is read by itself."""
        return self._degradation

    @property
    def error_analytics(self) -> ErrorAnalytics:
        """What has gone wrong, and how calls ended."""
        return ErrorAnalytics(self._home)

    def execute_with_resilience(
        self,
        function: Callable[..., T],
        /,
        *args: Any,
        circuit_breaker_name: str | None = None,
        enable_retry: bool = True,
        retry_config: RetryConfig | Mapping[str, Any] | None = None,
        fallback: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> T:
        """Call a function with retries and, if one is named, through a part's breaker.

        Args:
            function: A function, a coroutine function, or anything that can be called; ``args`` and ``kwargs`` are its.
            *args: Its arguments.
            circuit_breaker_name: The name of the part whose breaker guards the call. Default: no breaker.
            enable_retry: Whether to retry at all.
            retry_config: How. Default: the defaults of :class:`RetryConfig`.
            fallback: Called when all else has failed, as for :class:`Policy`.
            **kwargs: Its keyword arguments.

        Returns:
            What the function answers; of a coroutine function, to be awaited.

        Raises:
            CircuitBreakerOpenError: The breaker is open.
            ConfigError: The retries make no sense, or contradict the part.
        """
        document: dict[str, Any] = {}
        if enable_retry:
            config = RetryConfig() if retry_config is None else retry_config
            document["retry"] = config._document() if isinstance(config, RetryConfig) else config
        if circuit_breaker_name is not None:
            document["circuit_breaker"] = {}
        part = _UNNAMED if circuit_breaker_name is None else circuit_breaker_name
        if fallback is None:
            core = self._kept(part, document)
        else:
            core = self._core(part, document)
            core.fallback = fallback
        return Policy._over(core, "{}").call(function, *args, **kwargs)

    def get_system_health(self) -> dict[str, Any]:
        """How well the program is: ``status`` (``healthy``, ``degraded``, ``unhealthy``) and its ``reasons``,
        ``circuit_breakers`` by name (``state``, ``failure_count``, ``last_failure_time`` in seconds since 1970 or None,
        ``last_failure_ago``, ``retry_after``), ``error_rate`` and ``degradation_level``. Plain data.
        """  # noqa: D205  one sentence
        health: dict[str, Any] = self._home.ask({"do": "health"})
        now = time.time()
        for breaker in health["circuit_breakers"].values():
            ago = breaker["last_failure_ago"]
            breaker["last_failure_time"] = None if ago is None else now - ago
        return health

    def get_debug_info(self) -> dict[str, Any]:
        """Everything that is known, as plain data without secrets: for a bundle, or a page for operators."""
        told: dict[str, Any] = self._home.ask({"do": "debug_info"})
        return told

    def events(self, above: int = 0) -> list[dict[str, Any]]:
        """What has happened that is worth telling, the oldest first, each with its number ``seq`` and how long ``ago``.

        Args:
            above: Only events with a higher number than this.
        """
        told: list[dict[str, Any]] = self._home.ask({"do": "events", "above": above})
        return told

    def tick(self) -> LevelChange | None:
        """Let time pass: the level may change although nothing happens. A busy program needs no tick."""
        return self._home.move({"do": "tick"})

    def watch(self, every: float = 5.0) -> Watch:
        """Read the machine's memory and processors, and let time pass, every so often in a thread of its own.

        Args:
            every: Seconds from one reading to the next, above 0.

        Returns:
            What ends it: call its ``stop``, or use it as a context manager. The thread never keeps the process alive.

        Raises:
            ValueError: ``every`` is not above 0.
        """
        return Watch(self, every)

    def sweep(self) -> int:
        """Let parts go that nobody uses any more; answers how many. Without it they go when new ones come."""
        return int(self._home.ask({"do": "sweep"}))

    def snapshot(self) -> dict[str, Any]:
        """The errors, calls and level as plain data, times relative to now. Breakers have snapshots of their own."""
        saved: dict[str, Any] = self._home.ask({"do": "snapshot"})
        return saved

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Take on a state that :meth:`snapshot` gave out.

        Raises:
            ConfigError: It is no such state; everything is as it was.
        """
        self._home.ask({"do": "restore_snapshot", "snapshot": snapshot})

    def __repr__(self) -> str:
        return f"<System {self._home.ask({'do': 'health'})['status']}>"

    def _core(self, part: str, document: Mapping[str, Any] | str, *, seed: int | None = None) -> Core:
        home = self._home
        return Core(
            read(document, lambda text: home.engine(part, text)),
            part=part,
            clock=home.clock,
            listener=home.listener,
            happened=home.levels.look,
            seed=seed,
        )

    def _kept(self, part: str, document: Mapping[str, Any]) -> Core:
        """The same core again, for those who ask again and again."""
        key = (part, to_text(document))
        core = self._cores.get(key)
        if core is None:
            core = self._cores[key] = self._core(part, document)
        return core


class ErrorAnalytics:
    """What has gone wrong in a system, and how calls ended; since the beginning, or since the history was cleared."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def get_statistics(self) -> dict[str, Any]:
        """Counts and rates: ``errors``, ``succeeded``, ``failed``, ``attempts``, ``retries``, ``success_rate``,
        ``average_attempts``, ``retry_rate``, ``error_rate`` (of late; None with too few calls), ``by_category``,
        ``by_source``, ``by_rule``, ``by_code``, ``top_messages`` and the ``history`` of the last errors.
        """  # noqa: D205  one sentence
        told: dict[str, Any] = self._home.ask({"do": "analytics"})
        return told

    @property
    def history(self) -> list[dict[str, Any]]:
        """The last errors, the oldest first, without secrets; how many are kept is bounded."""
        errors: list[dict[str, Any]] = self.get_statistics()["history"]
        return errors

    def clear_history(self) -> None:
        """Forget errors and counts. The error rate is left to expire, and events stay."""
        self._home.ask({"do": "clear_history"})


ErrorHandlingSystem = System
