"""Settings as frozen objects, under the names and the other names that people know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._documents import read

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from failsoft._settings import BreakerSettings, RetrySettings


class Config:
    """Settings of one section. Only what is given is kept: defaults live in the core."""

    __slots__ = ("_settings",)
    _section: str

    def __init__(self, settings: dict[str, Any]) -> None:
        given = {name: _frozen(value) for name, value in settings.items() if value is not None}
        read({self._section: given}, _native.Engine)
        object.__setattr__(self, "_settings", given)

    def _document(self) -> dict[str, Any]:
        return dict(self._settings)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self._settings:
            return self._settings[name]
        raise AttributeError(f"{type(self).__name__} was given no {name}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: make another one")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._settings == other._settings

    def __hash__(self) -> int:
        # The names only: 1, 1.0 and True are equal, and the order of keywords does not matter.
        return hash((type(self), frozenset(self._settings)))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self._settings.items())
        return f"{type(self).__name__}({settings})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self._settings)


def _frozen(value: Any) -> Any:
    """A copy that its giver can't change."""
    if isinstance(value, (list, set)):
        return type(value)(value)
    return value


def _remade(kind: type[Config], settings: dict[str, Any]) -> Config:
    return kind(**settings)


class RetryConfig(Config):
    """Whether and when to try again: a policy's ``retry`` section. Frozen, and safe to share.

    Durations are seconds, or strings such as ``"250ms"``. All arguments are keywords:

    Args:
        max_attempts: How often the function is called at most, the first time included. Default 4.
        max_retries: The same without the first time. Give one of the two.
        strategy: ``constant``, ``linear``, ``exponential`` (the default), ``fibonacci``, ``polynomial``,
            ``decorrelated`` or ``list``.
        initial_delay: The delay before the first retry. Default 1 s. Also ``base_delay``.
        max_delay: No delay is longer, jitter included. Default 60 s.
        exponential_base: The factor from one delay to the next. Default 2.
        jitter: ``none``, ``proportional`` (the default; also True), ``additive``, ``full`` or ``equal``.
        deadline: No wait is begun that would end later than this after the call began. Default none.
        idempotent: Whether repeating the call is safe. Default True.
        retryable_exceptions: Only these types, and their subtypes, are retried.
        **settings: Any other key of the ``retry`` section.

    Raises:
        ConfigError: Some setting makes no sense; it lists every one that does not.
    """

    __slots__ = ()
    _section = "retry"

    def __init__(self, **settings: Unpack[RetrySettings]) -> None:
        super().__init__(dict(settings))


class CircuitBreakerConfig(Config):
    """When a breaker trips and recovers: a policy's ``circuit_breaker`` section. Frozen, and safe to share.

    Durations are seconds, or strings such as ``"250ms"``. All arguments are keywords:

    Args:
        failure_threshold: So many failures open it: in a row, or within the window. Default 5.
        recovery_timeout: How long it stays open. Default 60 s. Also ``timeout``.
        success_threshold: So many probes must succeed to close it. Default 1.
        half_open_max_calls: So many probes at a time. Default 1.
        probe_timeout: A probe without an answer after this long gives its place up. Default 60 s.
        time_window: Count failures within this long instead of in a row.
        count_window: Count failures among this many calls instead of in a row.
        identical_failures: So many failures of the same kind in a row open it.
        expected_exception: Only these types, and their subtypes, count as failures.
        **settings: Any other key of the ``circuit_breaker`` section.

    Raises:
        ConfigError: Some setting makes no sense; it lists every one that does not.
    """

    __slots__ = ()
    _section = "circuit_breaker"

    def __init__(self, **settings: Unpack[BreakerSettings]) -> None:
        super().__init__(dict(settings))
