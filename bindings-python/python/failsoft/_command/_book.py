"""The file in which a breaker's state outlives a process: a saved state, and what has happened since.

Each process that uses a breaker makes the same entries in the same order, so that each reaches the same state, by the
rules of the core alone: whose probe holds a place, whose result comes too late, when a circuit opens. When no attempt
is under way the entries are folded into a new saved state.
"""

from __future__ import annotations

import json
import os
import platform
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from failsoft._command._errors import StateProblem
from failsoft._command._files import move_aside, replace

if TYPE_CHECKING:
    from pathlib import Path

MARK = "failsoft breaker"
VERSION = 1
LONGEST = 500
"""With more entries than this they are folded although an attempt is under way, whose result is then stale."""


@dataclass
class Book:
    """What the file says.

    Attributes:
        name: The breaker's name.
        document: What the core must know of it: the policy's ``classify`` and ``circuit_breaker`` sections.
        identity: Another one for each file that was ever begun.
        base: The number of entries before the saved state.
        saved_at: When it was saved, in seconds since 1970; its own times are relative to that.
        snapshot: The saved state, as the core gave it out.
        entries: What has happened since, the oldest first.
    """

    name: str
    document: dict[str, Any]
    identity: str
    base: int
    saved_at: float
    snapshot: dict[str, Any]
    entries: list[dict[str, Any]] = field(default_factory=list)
    changed: bool = False

    @classmethod
    def begun(cls, name: str, document: dict[str, Any], snapshot: dict[str, Any], now: float) -> Book:
        """A book for a breaker that has none yet."""
        return cls(name, document, uuid.uuid4().hex, 0, now, snapshot, changed=True)

    @property
    def end(self) -> int:
        """The number of entries ever made."""
        return self.base + len(self.entries)

    def since(self, seen: int) -> list[dict[str, Any]]:
        """The entries after so many."""
        return self.entries[seen - self.base :]

    def add(self, do: str, at: float, **more: Any) -> None:
        """Make an entry."""
        self.entries.append({"do": do, "at": at, **more})
        self.changed = True

    def under_way(self) -> dict[str, dict[str, Any]]:
        """The attempts that were admitted and have not ended, by their call."""
        open_: dict[str, dict[str, Any]] = {}
        for entry in self.entries:
            if entry["do"] == "admit":
                open_[entry["call"]] = entry
            else:
                open_.pop(entry.get("call", ""), None)
        return open_

    def abandoned(self) -> list[str]:
        """The attempts under way whose process is gone: it was killed before it could tell."""
        return [call for call, entry in self.under_way().items() if not _lives(entry)]

    def fold(self, snapshot: dict[str, Any], now: float) -> None:
        """Forget the entries, whose outcome is this state."""
        self.base, self.saved_at, self.snapshot, self.entries = self.end, now, snapshot, []
        self.changed = True


def owner() -> dict[str, Any]:
    """Who makes an entry."""
    return {"host": platform.node(), "pid": os.getpid()}


def read(path: Path) -> Book | None:
    """Read a book; None if there is none yet.

    Raises:
        StateProblem: The file is torn, or not ours.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateProblem(f"{path}: {error.strerror or error}") from None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise Torn(path, "torn, or no state of failsoft's at all") from None
    if not isinstance(told, dict) or told.get("what") != MARK:
        raise StateProblem(
            f"{path}: not a state file of failsoft; it was left as it is, choose another with --state"
        )
    if told.get("version") != VERSION:
        raise StateProblem(f"{path}: made by another version of failsoft; it was left as it is")
    try:
        return _book(told)
    except (KeyError, TypeError, ValueError):
        raise Torn(path, "torn: parts of it are missing") from None


def write(path: Path, book: Book) -> None:
    """Replace the file by what the book says."""
    told = {
        "what": MARK,
        "version": VERSION,
        "name": book.name,
        "document": book.document,
        "identity": book.identity,
        "base": book.base,
        "saved_at": book.saved_at,
        "snapshot": book.snapshot,
        "entries": book.entries,
    }
    replace(path, json.dumps(told, indent=1) + "\n")


class Torn(StateProblem):
    """A file of which something is missing."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path: Path = path
        self.what: str = what

    def set_aside(self) -> StateProblem:
        """Move the file out of the way; answers what to tell the user. To be called under its lock."""
        aside = move_aside(self.path)
        return StateProblem(
            f"{self.path}: {self.what}; it was moved to {aside}, and the next run begins anew"
        )


def _book(told: dict[str, Any]) -> Book:
    entries = [_entry(entry) for entry in told["entries"]]
    return Book(
        str(told["name"]),
        dict(told["document"]),
        str(told["identity"]),
        int(told["base"]),
        float(told["saved_at"]),
        dict(told["snapshot"]),
        entries,
    )


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    needed: tuple[tuple[str, type], ...] = (("do", str),)
    if entry["do"] not in _HANDS:
        needed = (*needed, ("call", str))
    if entry["do"] == "fail":
        needed = (*needed, ("fault", str))
    if not all(isinstance(entry[key], kind) for key, kind in needed) or entry["do"] not in _KNOWN:
        raise ValueError(entry["do"])
    return {**entry, "at": float(entry["at"])}


def _lives(entry: dict[str, Any]) -> bool:
    # Of another machine's processes nothing is known; their places come free with the core's own lease.
    if entry.get("host") != platform.node() or os.name == "nt":
        return True
    try:
        os.kill(int(entry["pid"]), 0)
    except ProcessLookupError:
        return False
    except (OSError, KeyError, ValueError, TypeError, OverflowError):
        return True
    return True


_HANDS = frozenset(("reset", "open", "closed"))
_KNOWN = frozenset(("admit", "succeed", "fail", "drop", *_HANDS))
