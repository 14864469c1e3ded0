"""A program's named parts, as the driver sees them: the engine of a system, and who is told of its level."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._clock import SYSTEM, Clock
from failsoft._documents import read
from failsoft._levels import LevelChange, Levels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failsoft._events import Listener


class Home:
    """The engine of a system, a clock, and the listeners of its level. Safe to share between threads."""

    def __init__(
        self, document: Mapping[str, Any] | str, clock: Clock | None = None, listener: Listener | None = None
    ) -> None:
        self.clock: Clock = clock or SYSTEM
        self.listener: Listener | None = listener
        self.native: _native.System = read(document, _native.System)
        self.levels: Levels = Levels(lambda: self._told({"do": "level"}))

    def engine(self, part: str, document: str) -> _native.Engine:
        """An engine whose calls go through a part."""
        return self.native.engine(part, document, self.clock.now())

    def chain(self, name: str, document: str) -> _native.Chain:
        """The chain of a name."""
        return self.native.chain(name, document, self.clock.now())

    def ask(self, request: Mapping[str, Any]) -> Any:
        """Ask the system something, or tell it.

        Raises:
            ConfigError: It makes no sense to the core.
        """
        answer = self._told(request)
        self.levels.look()
        return answer

    def move(self, request: Mapping[str, Any]) -> LevelChange | None:
        """The same for what may change the level: the change, or None."""

        def act() -> LevelChange | None:
            change = self._told(request)
            return None if change is None else LevelChange(change["from"], change["to"], change["cause"])

        return self.levels.move(act)

    def _told(self, request: Mapping[str, Any]) -> Any:
        return json.loads(read(request, lambda text: self.native.ask(text, self.clock.now())))
