"""The log of a run: lines for people, or one JSON object for each thing that happened; to a file as well."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from failsoft._command._errors import CommandProblem
from failsoft._command._paint import Paint

if TYPE_CHECKING:
    from collections.abc import Callable

    from failsoft._command._secrets import Secrets

INFO, WARN, ERROR, PLAIN = "INFO", "WARN", "ERROR", ""
_STYLES = {WARN: "yellow", ERROR: "red"}
_ENDS = {"complete": "bold green", "failed": "bold red", "refused": "bold red", "interrupted": "bold red"}


class Log:
    """Writes each line once it is said.

    Args:
        secrets: Kept out of every line.
        as_json: Whether to write JSON lines to standard output instead of text to standard error.
        path: A file that the same lines are added to, each with its time.
        now: Seconds since 1970.

    Raises:
        CommandProblem: The file can't be opened.
    """

    def __init__(
        self, secrets: Secrets, *, as_json: bool, path: str | None, now: Callable[[], float]
    ) -> None:
        self.lines: list[str] = []
        """What has been said, as text."""
        self._secrets = secrets
        self._as_json = as_json
        self._now = now
        self._paint = Paint(sys.stdout if as_json else sys.stderr)
        self._file: IO[str] | None = None
        if path is not None:
            try:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                self._file = Path(path).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115  closed below
            except OSError as error:
                raise CommandProblem(f"{path}: {error.strerror or error}") from None

    def say(self, level: str, event: str, text: str, **facts: Any) -> None:
        """Say that something happened; ``facts`` are for programs that read JSON."""
        text = self._secrets.hide(text)
        line = f"[{level}] {text}" if level else text
        self.lines.append(line)
        moment = dt.datetime.fromtimestamp(self._now(), dt.timezone.utc)
        told = ""
        if self._as_json:
            time = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            facts = self._secrets.hide_all(facts)
            told = json.dumps(
                {"time": time, "level": level.lower() or "info", "event": event, "message": text, **facts}
            )
        try:
            if self._as_json:
                sys.stdout.write(told + "\n")
                sys.stdout.flush()
            else:
                self._paint.line(line, _ENDS.get(event) or _STYLES.get(level))
        except BrokenPipeError:
            # Who followed it has gone; the command is run for itself.
            self._as_json, self._paint = False, Paint(io.StringIO())
        if self._file is not None:
            self._file.write((told or f"{moment:%Y-%m-%d %H:%M:%S} {line}") + "\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
