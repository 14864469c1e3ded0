"""What a person reads: by rich on a terminal, if it is installed; plain text otherwise."""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class Paint:
    """Writes lines and tables to a stream.

    Colours are only for terminals, by rich (``pip install failsoft[cli]``), which honours ``NO_COLOR``.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._console: Any = None
        if stream.isatty() and importlib.util.find_spec("rich") is not None:
            from rich.console import Console  # noqa: PLC0415  for terminals only

            self._console = Console(file=stream, highlight=False, soft_wrap=True)

    def line(self, text: str = "", style: str | None = None) -> None:
        """Write a line."""
        if self._console is not None:
            self._console.print(text, style=style, markup=False)
            return
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table."""
        if self._console is not None:
            from rich.table import Table  # noqa: PLC0415
            from rich.text import Text  # noqa: PLC0415

            table = Table(*heads, box=None, pad_edge=False)
            for row in rows:
                table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
            self._console.print(table)
            return
        widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
        for row in (heads, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.line("  ".join(cells).rstrip())


def out() -> Paint:
    """Standard output, for people."""
    return Paint(sys.stdout)


def data(value: Any) -> None:
    """Standard output, for programs: one line of JSON."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


_STYLES = {
    "closed": "green",
    "open": "red",
    "half_open": "yellow",
    "forced_open": "red",
    "forced_closed": "yellow",
}
