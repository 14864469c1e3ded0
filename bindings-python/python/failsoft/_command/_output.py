"""What a running command writes: passed on at once, its last lines kept, its lines compared with patterns."""

from __future__ import annotations

import threading
from collections import deque
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TAIL = 200
"""So many lines of each stream are kept for a bundle."""
LONGEST = 2000
"""So many bytes of a line are looked at."""
IDLE = 0.5
"""Seconds after the command's end: who keeps its pipe open and says nothing for so long is a child left behind."""


class Pump(threading.Thread):
    """Passes one stream on.

    Args:
        source: The command's end of a pipe.
        sink: Where it goes.
        matches: Asked about each line.
    """

    def __init__(self, source: IO[bytes], sink: IO[bytes] | None, matches: Callable[[str], bool]) -> None:
        super().__init__(name="failsoft-output", daemon=True)
        self.lines: deque[str] = deque(maxlen=TAIL)
        """The last lines."""
        self.matched: str | None = None
        """The first line that a pattern fits."""
        self.broken: bool = False
        """Nobody reads our own output any more."""
        self._source = source
        self._sink = sink
        self._matches = matches
        self._rest = b""
        self._moved = 0
        self._reading = False

    def run(self) -> None:
        """Pass on until the stream ends."""
        try:
            while True:
                self._reading = True
                chunk = self._source.read1(65536)  # type: ignore[attr-defined]
                self._reading = False
                if not chunk:
                    break
                self._moved += 1
                self._pass_on(chunk)
                self._look(chunk)
        except (OSError, ValueError):
            # Closed under our hands, by `finish`.
            return
        if self._rest:
            self._line(self._rest)
            self._rest = b""

    def finish(self) -> None:
        """Wait for the end of the stream, but not for children of the command that live on."""
        while self.is_alive():
            moved = self._moved
            self.join(IDLE)
            if self.is_alive() and self._reading and moved == self._moved:
                return
        self._source.close()

    def _pass_on(self, chunk: bytes) -> None:
        if self._sink is None or self.broken:
            return
        try:
            self._sink.write(chunk)
            self._sink.flush()
        except BrokenPipeError:
            self.broken = True
            # So that the command hears of it, as it would if it wrote there itself.
            self._source.close()

    def _look(self, chunk: bytes) -> None:
        *lines, rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._line(line)
        self._rest = rest[:LONGEST]

    def _line(self, raw: bytes) -> None:
        # What a progress bar wrote over is not what was left standing.
        line = raw[:LONGEST].decode("utf-8", "replace").rstrip("\r").rpartition("\r")[2]
        self.lines.append(line)
        if self.matched is None and self._matches(line):
            self.matched = line
