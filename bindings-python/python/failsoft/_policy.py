"""Policies: documents that guard calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from failsoft._attempts import Attempts
from failsoft._breaker import CircuitBreaker
from failsoft._config import CircuitBreakerConfig, RetryConfig
from failsoft._documents import to_text
from failsoft._driver import Core
from failsoft._errors import ConfigError
from failsoft._explain import Explanation, from_native
from failsoft._links import Links
from failsoft._wrap import call, wrap

if TYPE_CHECKING:
    from os import PathLike

    from failsoft._clock import Clock
    from failsoft._events import Listener

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")


class Policy:
    """What a program wants of its calls: retries, a limit for each attempt, a breaker, a fallback.

    Use it as a decorator, with :meth:`call`, or around a block with :meth:`attempts`. One policy may
    guard many functions; they then share its breaker. Immutable; safe to share between threads and tasks.

    Args:
        name: A name for log lines and errors.
        retry: The document's ``retry`` section, or a :class:`RetryConfig`. Without it nothing is retried.
        timeout: The document's ``timeout`` section: a limit for each attempt.
        circuit_breaker: The document's ``circuit_breaker`` section, a :class:`CircuitBreakerConfig`, or a
            :class:`CircuitBreaker` to share with others.
        rate_limit: The document's ``rate_limit`` section: how often calls may go out.
        bulkhead: The document's ``bulkhead`` section: how many calls may be under way at once.
        throttle: The document's ``throttle`` section: calls held back from a dependency that refuses most.
        adaptive: The document's ``adaptive`` section: a limit of calls under way that finds its own height.
        classify: The document's ``classify`` section: what errors mean.
        error_handling: The document's ``error_handling`` section.
        fallback: Called when all else has failed, with the function's arguments, or with none if it
            takes none. Its answer is the call's answer. It is not called for a cancelled call.
        on_event: Told what happens to its calls; see :func:`failsoft.listen`.
        clock: Where time comes from; for tests.
        seed: Makes the jitter reproducible; for tests.

    Raises:
        ConfigError: Some setting makes no sense; it lists every one that does not.
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        retry: Mapping[str, Any] | RetryConfig | None = None,
        timeout: Mapping[str, Any] | None = None,
        circuit_breaker: Mapping[str, Any] | CircuitBreakerConfig | CircuitBreaker | None = None,
        rate_limit: Mapping[str, Any] | None = None,
        bulkhead: Mapping[str, Any] | None = None,
        throttle: Mapping[str, Any] | None = None,
        adaptive: Mapping[str, Any] | None = None,
        classify: Mapping[str, Any] | None = None,
        error_handling: Mapping[str, Any] | None = None,
        fallback: Callable[..., Any] | None = None,
        on_event: Listener | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
    ) -> None:
        shared = circuit_breaker if isinstance(circuit_breaker, CircuitBreaker) else None
        document = {
            "name": name,
            "retry": _section(retry),
            "timeout": timeout,
            "circuit_breaker": _section(circuit_breaker),
            "rate_limit": rate_limit,
            "bulkhead": bulkhead,
            "throttle": throttle,
            "adaptive": adaptive,
            "classify": classify,
            "error_handling": error_handling,
        }
        given = {key: value for key, value in document.items() if value is not None}
        self._core = Core.of(
            given,
            breaker=None if shared is None else shared._core,
            fallback=_checked(fallback),
            clock=clock,
            seed=seed,
            listener=on_event,
        )
        self._text = to_text(given)
        self._breaker = shared

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], **options: Any) -> Policy:
        """Make a policy of a document.

        Args:
            document: The document; see the README for its keys.
            **options: ``fallback``, ``on_event``, ``clock`` and ``seed`` as for :class:`Policy`; and ``fallbacks``, the
                functions of the steps of the document's ``fallback`` section, by name. When the call itself has failed
                for good they are called with its arguments, one after the other.

        Raises:
            ConfigError: The document makes no sense; it lists everything that is wrong.
            TypeError: A step of ``fallback`` has no function, or a function has no step.
        """
        # A text is no document; as JSON text it says so to the core.
        return cls._of(to_text(document) if isinstance(document, str) else document, **options)

    @classmethod
    def from_json(cls, text: str, **options: Any) -> Policy:
        """Make a policy of a document's JSON text; otherwise as :meth:`from_dict`."""
        return cls._of(text, **options)

    @classmethod
    def from_file(cls, path: str | PathLike[str], **options: Any) -> Policy:
        """Make a policy of a JSON file; otherwise as :meth:`from_dict`.

        Raises:
            OSError: The file can't be read.
            ConfigError: The document makes no sense; it lists everything that is wrong.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError._one("syntax", "", f"not UTF-8 text: {error.reason}") from None
        return cls._of(text, **options)

    @classmethod
    def _of(
        cls,
        document: Mapping[str, Any] | str,
        *,
        fallback: Callable[..., Any] | None = None,
        fallbacks: Mapping[str, Callable[..., Any]] | None = None,
        on_event: Listener | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
    ) -> Policy:
        core = Core.of(document, fallback=_checked(fallback), clock=clock, seed=seed, listener=on_event)
        text = document if isinstance(document, str) else to_text(document)
        core.steps = _steps(text, fallbacks, core)
        return cls._over(core, text)

    @classmethod
    def _over(cls, core: Core, text: str) -> Policy:
        policy = cls.__new__(cls)
        policy._core = core
        policy._text = text
        policy._breaker = None
        return policy

    @property
    def name(self) -> str | None:
        """The name given to it."""
        return self._core.name

    @property
    def circuit_breaker(self) -> CircuitBreaker | None:
        """The breaker that guards its calls, to read its state or to force it; None if there is none."""
        if self._breaker is None and self._core.has_breaker:
            self._breaker = CircuitBreaker._of(self._core, self._text)
        return self._breaker

    def __call__(self, function: F) -> F:
        """Guard a function, a coroutine function, a generator function, or a method.

        A generator is retried before its first item only; after that its error comes out and counts as a failure.

        Raises:
            ConfigError: The policy limits attempts, and those of this function can't be cut off.
            TypeError: It can't be called at all.
        """
        guarded: F = wrap(self._core, function)
        return guarded

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function under this policy; for a coroutine function the answer is to be awaited.

        For a generator function it is a generator; the call is made when that is first asked for an item.
        """
        answer: R = call(self._core, function, args, kwargs)
        return answer

    def explain(self, client: object = None) -> Explanation:
        """Tell what this policy does, in plain words, and what in it cannot work as it was meant.

        Args:
            client: What it is to guard, if that may retry by itself: a client of openai, anthropic, botocore, httpx,
                requests, urllib3, aiohttp or redis, or an engine of SQLAlchemy. Then ``warnings`` say where its own
                retries would multiply with these, and ``amplification`` counts both.
        """
        explanation = from_native(self._core.engine.explain())
        if client is None:
            return explanation
        from failsoft.integrations._own_retries import with_client  # noqa: PLC0415  for those who ask

        return with_client(explanation, client)

    def attempts(self) -> Attempts:
        """Guard a block: ``for attempt in policy.attempts(): with attempt: ...``, or ``async for``.

        A fallback has no place here: the block's own error comes out at the end.
        """
        return Attempts(self._core)


def _section(value: Any) -> Any:
    return (
        value._document() if isinstance(value, (RetryConfig, CircuitBreakerConfig, CircuitBreaker)) else value
    )


def _steps(text: str, functions: Mapping[str, Callable[..., Any]] | None, core: Core) -> Links | None:
    """The steps of a document's own chain, each with its function."""
    if json.loads(text).get("fallback") is None:
        if functions:
            raise TypeError("fallbacks: the document has no fallback section")
        return None
    given = dict(functions or {})

    def named(names: Sequence[str]) -> list[Callable[..., Any]]:
        strange = sorted(set(given) - set(names))
        missing = [name for name in names if not callable(given.get(name))]
        if missing:
            raise TypeError(f"fallbacks: the step {missing[0]} has no function")
        if strange:
            raise TypeError(f"fallbacks: the document has no step {strange[0]}")
        return [given[name] for name in names]

    return Links(text, named, name=core.name, clock=core.clock, listener=core.listener)


def _checked(fallback: Any) -> Any:
    if fallback is not None and not callable(fallback):
        found = type(fallback).__name__
        raise ConfigError._one("wrong_type", "fallback", f"expected something to call, found a {found}")
    return fallback
