"""What a terminal can do, and what a file or a pipe cannot."""

from __future__ import annotations

import os
import shutil
import sys

COLOURS = {"good": "32", "stale": "33", "bad": "31", "change": "1;36", "dim": "2", "bold": "1", "": "0"}


ASCII = str.maketrans("✓●✗↻…│─━▶", "+=x~.|-=>")
"""For an output that knows no more."""


class Terminal:
    """Standard output: with colours and a line that stays at the bottom, or plain."""

    def __init__(self) -> None:
        self._signs = {} if (sys.stdout.encoding or "").lower().startswith("utf") else ASCII
        dumb = os.environ.get("TERM") == "dumb"
        self.live = sys.stdout.isatty() and not dumb and not os.environ.get("NO_COLOR")
        self.columns = shutil.get_terminal_size((104, 24)).columns if self.live else 104
        self._bottom = ""

    def paint(self, text: str, tone: str) -> str:
        """Colour a text, where there are colours."""
        return f"\x1b[{COLOURS[tone]}m{text}\x1b[0m" if self.live and tone else text

    def line(self, text: str = "") -> None:
        """Write a line, above the bottom line if there is one."""
        self._write(f"\r\x1b[2K{text}\n{self._bottom}" if self._bottom else f"{text}\n")

    def bottom(self, text: str) -> None:
        """Replace the bottom line; an empty one takes it away."""
        if self.live and text != self._bottom:
            self._bottom = text
            self._write(f"\r\x1b[2K{text}")

    def _write(self, text: str) -> None:
        try:
            sys.stdout.write(text.translate(self._signs))
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read has gone, as `head` does; the demo goes on to its exit status.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
