"""Graceful degradation: do less of everything instead of nothing at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from failsoft._errors import ConfigError
from failsoft._home import Home

if TYPE_CHECKING:
    from failsoft._clock import Clock
    from failsoft._levels import LevelChange, LevelListener

M = TypeVar("M", bound=Mapping[str, Any])


class GracefulDegradation:
    """Levels of service: metrics and people lower and raise them a step at a time.

    What a level means for the parameters of a call is data. By default there are five levels (full, high, medium, low,
    minimal) with triggers for ``error_rate``, ``memory_usage``, ``cpu_usage`` and ``response_time``, and rules for
    ``quality``, ``resolution``, ``steps``, ``model`` and ``features``. Safe to share between threads and tasks.

    Args:
        clock: Where time comes from; for tests.
        **settings: A policy document's ``degradation`` section: ``levels``, ``triggers``, ``parameters``, ``dwell``,
            ``stale_after`` and ``trace``. Durations are seconds, or text with a unit.

    Raises:
        ConfigError: Some setting makes no sense; it lists every one that does not.
    """

    def __init__(self, *, clock: Clock | None = None, **settings: Any) -> None:
        self._home = Home({"degradation": settings}, clock)

    @classmethod
    def _of(cls, home: Home) -> GracefulDegradation:
        degradation = cls.__new__(cls)
        degradation._home = home
        return degradation

    @property
    def level(self) -> str:
        """The name of the level; ``full`` in a system that does not degrade."""
        told = self.describe()
        return "full" if told is None else str(told["level"])

    def get_current_level(self) -> dict[str, Any]:
        """The level: its ``name``, and the ``percentage`` of the service that it stands for."""
        told = self.describe() or {"level": "full", "percentage": 100}
        return {"name": told["level"], "percentage": told["percentage"]}

    def describe(self) -> dict[str, Any] | None:
        """The level, whether it is pinned, the metrics that are being heard, and the last changes with their causes.

        None in a system that does not degrade.
        """
        told: dict[str, Any] | None = self._home.ask({"do": "level"})
        return told

    def configure_triggers(self, triggers: Mapping[str, Any]) -> None:
        """Replace what moves the level; the level stays, and so does what was read of metrics that still matter.

        Args:
            triggers: For each metric the value from which on the level falls, or ``enter`` and ``leave``. A metric may
                be called ``error_rate`` or ``error_rate_threshold``, and so on.

        Raises:
            ConfigError: They make no sense; everything is as it was.
        """
        if not isinstance(triggers, Mapping):
            raise _wrong("triggers", "a mapping of metrics", triggers)
        named = {
            key.removesuffix("_threshold") if isinstance(key, str) else key: value
            for key, value in triggers.items()
        }
        self._home.ask({"do": "set_triggers", "triggers": named})

    def observe(self, metric: str, value: float) -> LevelChange | None:
        """Take in what a metric is.

        Args:
            metric: One that has a trigger, such as ``cpu_usage``.
            value: A finite number.

        Returns:
            The change of level that follows, or None.

        Raises:
            ConfigError: There is no such metric, or the value is none.
        """
        return self._home.move({"do": "observe", "metric": _word("metric", metric), "value": _number(value)})

    def observe_system(self) -> LevelChange | None:
        """Take in how much of the machine's memory and processors is used, as ``memory_usage`` and ``cpu_usage``.

        Where one of the two has no trigger it is not read. The use of the processors is that since the last reading.

        Returns:
            The last change of level that follows, or None.

        Raises:
            ImportError: ``psutil`` is not installed: ``pip install 'failsoft[system]'``.
        """
        try:
            from failsoft._machine import observe  # noqa: PLC0415  psutil is for those who ask for it
        except ImportError as error:
            raise ImportError("psutil is missing: pip install 'failsoft[system]'") from error
        return observe(self)

    def degrade(self, reason: str = "") -> LevelChange | None:
        """Go a step down, for a reason that is remembered."""
        return self._home.move({"do": "degrade", "reason": _word("reason", reason)})

    def restore(self) -> LevelChange | None:
        """Go a step up."""
        return self._home.move({"do": "restore"})

    def set_level(self, level: str) -> LevelChange | None:
        """Go to a level; metrics move it from there.

        Raises:
            ConfigError: There is no such level.
        """
        return self._home.move({"do": "set_level", "level": _word("level", level)})

    def pin(self, level: str) -> LevelChange | None:
        """Go to a level and stay there, whatever metrics say, until :meth:`unpin`.

        Raises:
            ConfigError: There is no such level.
        """
        return self._home.move({"do": "pin", "level": _word("level", level)})

    def unpin(self) -> None:
        """Let the metrics decide again."""
        self._home.ask({"do": "unpin"})

    def tick(self) -> LevelChange | None:
        """Let time pass: the level may rise although nothing is observed."""
        return self._home.move({"do": "tick"})

    def adjust_parameters(self, parameters: M) -> M:
        """The parameters of a call as they are at the level of now.

        Args:
            parameters: A mapping; it is not changed. What no rule is about, of any type, is left as it is.

        Returns:
            A copy with its keys in the same order, and of the same type where that can be copied; else a dict.
        """
        if not isinstance(parameters, Mapping):
            raise _wrong("parameters", "a mapping", parameters)
        plain = {key: value for key, value in parameters.items() if isinstance(key, str) and _is_plain(value)}
        adjusted = self._home.ask({"do": "adjust", "parameters": plain})
        copy: Any = parameters.copy() if hasattr(parameters, "copy") else dict(parameters)
        for key, value in adjusted.items():
            copy[key] = _like(value, parameters[key])
        result: M = copy
        return result

    def on_change(self, listener: LevelListener) -> Callable[[], None]:
        """Have a function told of each :class:`LevelChange`.

        It is called in the thread or task in which the level changes, may do anything, this included, and what it
        raises is logged.

        Returns:
            What takes it back.
        """
        return self._home.levels.add(listener)

    def snapshot(self) -> dict[str, Any]:
        """The state as plain data, with times relative to now."""
        saved: dict[str, Any] = self._home.ask({"do": "snapshot"})
        return saved

    def restore_snapshot(self, snapshot: Mapping[str, Any]) -> None:
        """Take on a state that :meth:`snapshot` gave out.

        Raises:
            ConfigError: It is no such state; everything is as it was.
        """
        self._home.ask({"do": "restore_snapshot", "snapshot": snapshot})

    def __repr__(self) -> str:
        return f"<GracefulDegradation {self.level}>"


def _word(path: str, value: Any) -> str:
    """The word, or that of an enumeration."""
    word = value.value if isinstance(value, Enum) else value
    if not isinstance(word, str):
        raise _wrong(path, "text", value)
    return word


def _number(value: Any) -> float | None:
    """The number; None for what is no finite one, which the core refuses in words of its own."""
    if isinstance(value, str) or not hasattr(value, "__float__"):
        raise _wrong("value", "a finite number", value)
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _wrong(path: str, expected: str, found: Any) -> ConfigError:
    return ConfigError._one(
        "wrong_type", path, f"found a value of type {type(found).__name__} (expected {expected})"
    )


def _is_plain(value: Any) -> bool:
    """Whether a rule could be about it: a number or a word, or a list or mapping of them."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_scalar(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_scalar, value))
    return _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, (str, int))


def _like(value: Any, given: Any) -> Any:
    """A list or mapping of the type that was given, and a mapping's keys in their order."""
    if isinstance(given, tuple):
        return tuple(value)
    if isinstance(given, Mapping) and isinstance(value, dict):
        return {key: value[key] for key in given if key in value}
    return value
