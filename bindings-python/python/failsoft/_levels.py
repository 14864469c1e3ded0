"""Who is told when a program begins to serve less, or more."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from failsoft import _log


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
        self._telling = threading.Lock()

    def add(self, listener: LevelListener) -> Callable[[], None]:
        """Have a listener told; the answer takes that back."""
        if not self._listeners:
            self._known = self._level()
        entry = [listener]
        self._listeners = (*self._listeners, entry)

        def remove() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not entry)

        return remove

    def moved(self, change: LevelChange) -> None:
        """The level was changed, and this is how."""
        if self._listeners:
            self._known = change.after
            self._changes.append(change)
            self._tell()

    def look(self) -> None:
        """The level may have changed by itself, such as with the error rate."""
        if not self._listeners:
            return
        told = self._ask()
        if told is None or told["level"] == self._known:
            return
        reached = [change for change in told["changes"] if change["to"] == told["level"]]
        cause = min(reached, key=lambda change: float(change["ago"]))["cause"] if reached else None
        self.moved(LevelChange(self._known or told["level"], told["level"], cause))

    def _level(self) -> str | None:
        told = self._ask()
        return None if told is None else str(told["level"])

    def _tell(self) -> None:
        # A listener that changes the level itself, and other threads, leave theirs to whoever is telling.
        while self._changes and self._telling.acquire(blocking=False):
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
