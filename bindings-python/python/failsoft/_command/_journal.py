"""A breaker that several processes share through a file."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._command import _book
from failsoft._command._book import Book
from failsoft._command._files import locked
from failsoft._errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

ATTEMPT = 0
"""What the core answers when an attempt may be made."""


class WallClock:
    """Seconds since 1970, which processes share, but never backwards and without jumps while this one lives."""

    def __init__(self) -> None:
        self._begun: float = time.time() - time.monotonic()

    def now(self) -> float:
        """The time."""
        return self._begun + time.monotonic()


def breaker_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a policy decides over its breaker, and nothing else."""
    breaker = {key: value for key, value in document["circuit_breaker"].items() if key != "max_attempts"}
    kept = {"circuit_breaker": breaker, "classify": document.get("classify")}
    return {key: value for key, value in kept.items() if value is not None}


class Journal:
    """One process' view of a shared breaker: it follows what the others did, and adds what it does itself.

    Args:
        path: The file.
        name: The breaker's name, for a file that does not exist yet.
        document: See :func:`breaker_document`.
        engine: The engine whose breaker it is.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        document: dict[str, Any],
        engine: _native.Engine,
        now: Callable[[], float],
    ) -> None:
        self.path = path
        self.name = name
        self.now = now
        self._document = document
        self._engine = engine
        self._follower = _native.Engine(json.dumps(document), engine)
        self._theirs: dict[str, _native.Guarded] = {}
        self._identity: str | None = None
        self._seen = 0

    @contextlib.contextmanager
    def turn(self) -> Iterator[Book]:
        """Hold the file, with the breaker as all processes together have left it, for one decision.

        Raises:
            StateProblem: The file is torn (and has been moved aside), foreign, or can't be written.
        """
        with locked(self.path):
            try:
                book = _book.read(self.path)
                if book is None:
                    book = Book.begun(self.name, self._document, self._snapshot(), self.now())
                    self._identity, self._seen, self._theirs = book.identity, 0, {}
                self._catch_up(book)
            except _book.Torn as torn:
                raise torn.set_aside() from None
            if book.document != self._document:
                # Another edition of the policy; whoever only looks goes by the latest.
                book.document, book.changed = self._document, True
            for call in book.abandoned():
                book.add("drop", self.now(), call=call)
            self._catch_up(book)
            yield book
            self._seen = book.end
            if book.entries and (not book.under_way() or len(book.entries) > _book.LONGEST):
                book.fold(self._snapshot(), self.now())
                self._seen, self._theirs = book.end, {}
            if book.changed:
                _book.write(self.path, book)

    def look(self, book: Book) -> dict[str, Any]:
        """How the breaker of a book stands now; for those who only read."""
        self._catch_up(book)
        return self.state(self.now())

    def state(self, now: float) -> dict[str, Any]:
        """How the breaker stands, as far as this process knows."""
        state: dict[str, Any] = json.loads(self._engine.state(now))
        return state

    def _catch_up(self, book: Book) -> None:
        try:
            if book.identity != self._identity or self._seen < book.base:
                self._engine.restore(json.dumps(book.snapshot), book.saved_at)
                self._identity, self._seen, self._theirs = book.identity, book.base, {}
            for entry in book.since(self._seen):
                self._follow(entry)
        except (ConfigError, TypeError, ValueError, OverflowError):
            raise _book.Torn(self.path, "torn: the breaker's state in it makes no sense") from None
        self._seen = book.end

    def _follow(self, entry: dict[str, Any]) -> None:
        """Do what another process has done."""
        do, at, call = entry["do"], entry["at"], entry.get("call", "")
        if do == "admit":
            guarded = self._theirs[call] = self._follower.begin(int(entry.get("seed", 0)), at)
            guarded.admit(at)
        elif do in {"reset", "open", "closed"}:
            self._engine.set(do)
        elif (theirs := self._theirs.pop(call, None)) is not None:
            if do == "succeed":
                theirs.succeed(at)
            elif do == "fail":
                theirs.fail(entry["fault"], at)
            else:
                theirs.abandon(at)

    def _snapshot(self) -> dict[str, Any]:
        saved: dict[str, Any] = json.loads(self._engine.snapshot(self.now()))
        return saved


class SharedCall:
    """A native call whose decisions are made with the breaker as all processes together have left it.

    It stands where the driver has a :class:`_native.Guarded`. The lock is held around each decision, not around the
    command's run.
    """

    def __init__(self, journal: Journal, native: _native.Guarded, seed: int) -> None:
        self._journal = journal
        self._native = native
        self._seed = seed
        self._call: str | None = None
        self.then: dict[str, Any] | None = None
        """How the breaker stood the moment the last attempt had failed: a short cooldown is soon over."""

    def admit(self, _now: float) -> Any:
        """Ask for the next attempt."""
        with self._journal.turn() as book:
            now = self._journal.now()
            said = self._native.admit(now)
            if said[0] == ATTEMPT:
                self._call = uuid.uuid4().hex
                book.add("admit", now, call=self._call, seed=self._seed, **_book.owner())
        return said

    def succeed(self, _now: float) -> Any:
        """The attempt answered."""
        with self._journal.turn() as book:
            now = self._journal.now()
            change = self._native.succeed(now)
            self._ended(book, "succeed", now)
        return change

    def fail(self, fault: str, _now: float) -> Any:
        """The attempt failed."""
        with self._journal.turn() as book:
            now = self._journal.now()
            said = self._native.fail(fault, now)
            self.then = self._journal.state(now)
            self._ended(book, "fail", now, fault=fault)
        return said

    def abandon(self, _now: float) -> Any:
        """The caller gave up."""
        with self._journal.turn() as book:
            now = self._journal.now()
            change = self._native.abandon(now)
            self._ended(book, "drop", now)
        return change

    def report(self) -> str:
        """The call's report as JSON."""
        return self._native.report()

    @property
    def category(self) -> str | None:
        """The category of the last failure."""
        return self._native.category

    def _ended(self, book: Book, do: str, now: float, **more: Any) -> None:
        if self._call is not None:
            book.add(do, now, call=self._call, **more)
            self._call = None
