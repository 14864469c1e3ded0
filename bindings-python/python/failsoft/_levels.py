"""Who is told when a program begins to serve less, or more."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from failsoft import _log
from failsoft._forks import Lock


class LevelChange(NamedTuple):
    """A change of level."""

    before: str
    """The level before."""
    after: str
    """The level now."""
    cause: Mapping[str, Any] | None
    """Why, by its ``kind`` (``trigger``, ``restored``, ``manual``, ``pinned``), with the metric or the reason given."""


LevelListener = Callable[[LevelChange], object]


class Levels:
    """The listeners of one level. Changes are told one after the other, by whichever thread made the first."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self._ask = ask
        self._listeners: tuple[list[LevelListener], ...] = ()
        self._known: str | None = None
        self._changes: deque[LevelChange] = deque()
        # Held while the level is changed or read and what became of it is noted, so that each change is noted once
        # and in order; never while a listener runs.
        self._noting = Lock()
        self._telling = Lock()

    def add(self, listener: LevelListener) -> Callable[[], None]:
        """Have a listener told; the answer takes that back."""
        if not callable(listener):
            raise TypeError(f"expected something to call, found a {type(listener).__name__}")
        entry = [listener]
        with self._noting:
            if not self._listeners:
                told = self._ask()
                self._known = None if told is None else str(told["level"])
            self._listeners = (*self._listeners, entry)

        def remove() -> None:
            with self._noting:
                self._listeners = tuple(other for other in self._listeners if other is not entry)

        return remove

    def move(self, act: Callable[[], LevelChange | None]) -> LevelChange | None:
        """Do what may change the level; the change, or None."""
        with self._noting:
            change = act()
            if change is not None and self._listeners:
                self._note(change)
        self._tell()
        return change

    def look(self) -> None:
        """The level may have changed by itself, such as with the error rate."""
        if not self._listeners:
            return
        with self._noting:
            told = self._ask()
            if told is not None and told["level"] != self._known:
                reached = [change for change in told["changes"] if change["to"] == told["level"]]
                cause = min(reached, key=lambda change: float(change["ago"]))["cause"] if reached else None
                self._note(LevelChange(self._known or told["level"], told["level"], cause))
        self._tell()

    def _note(self, change: LevelChange) -> None:
        self._known = change.after
        self._changes.append(change)

    def _tell(self) -> None:
        # A listener that changes the level itself, and other threads, leave theirs to whoever is telling.
        while self._changes and self._telling.take():
            try:
                while self._changes:
                    change = self._changes.popleft()
                    for entry in self._listeners:
                        _call(entry[0], change)
            finally:
                self._telling.release()


def _call(listener: LevelListener, change: LevelChange) -> None:
    try:
        listener(change)
    except Exception as error:  # noqa: BLE001  a broken listener must not break what it listens to
        _log.failed(listener, error)
