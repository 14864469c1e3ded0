"""The timeline: what the two clients see, side by side, as it happens."""

from __future__ import annotations

import logging
import re
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING

from outage.script import PHASES, TOTAL, at

if TYPE_CHECKING:
    from collections.abc import Callable

    from outage.terminal import Terminal

CALL: ContextVar[int] = ContextVar("call")
"""The number of the call that the current task makes, so that log lines can be told apart."""

LEFT, RIGHT = 22, 46
MERGE = 0.15
"""Seconds that an event waits for its counterpart on the other side, to share a line with it."""

RULER = 66

Cell = tuple[str, str]
"""A text and its tone."""


class Timeline:
    """Lines of time, phase, both clients and the breaker, and a ruler that shows how far the script is."""

    def __init__(self, terminal: Terminal, breaker: Callable[[], str], started: float) -> None:
        self._terminal = terminal
        self._breaker = breaker
        self._started = started
        self._phase = -1
        self._row: dict[str, Cell] = {}
        self._since = 0.0
        self._state = ""
        self._wide = terminal.columns >= LEFT + RIGHT + 35
        self._right = min(RIGHT, terminal.columns - LEFT - (35 if self._wide else 25))
        self.waiting = {"not guarded": 0, "guarded": 0}
        """The calls under way, by client."""

    def header(self) -> None:
        """Name the columns."""
        left, right = ("not guarded", "bold"), ("guarded by policy.json", "bold")
        self._write(("time", "server", "breaker"), left, right)

    def event(self, client: str, text: str, tone: str) -> None:
        """Show what became of a call, or of an attempt."""
        self.tick()
        side = "left" if client == "not guarded" else "right"
        if side in self._row:
            self.flush()
        if not self._row:
            self._since = self._now()
        self._state = self._breaker()
        self._row[side] = (text, tone)
        if len(self._row) > 1:
            self.flush()

    def waits(self, client: str, call: int) -> None:
        """Show that a call has had no answer for a while; a guarded one says so itself, by its retries."""
        if client == "not guarded":
            self.event(client, f"… {call:>2} waiting", "dim")

    def tick(self) -> None:
        """Show what time alone brings: a phase, a line that has waited long enough, the ruler."""
        now = self._now()
        if self._row and now - self._since > MERGE:
            self.flush()
        phase = at(now)
        if phase != self._phase:
            self.flush()
            self._phase = phase
            self._banner(phase)
        self._terminal.bottom(self._ruler(now))

    def flush(self) -> None:
        """Write the line that waits for a counterpart."""
        row, self._row = self._row, {}
        if row:
            empty = ("", "")
            name = PHASES[self._phase].name
            left, right = row.get("left", empty), row.get("right", empty)
            self._write((f"{self._since:5.1f}", name, self._state), left, right)

    def close(self) -> None:
        """Write what is left, and take the ruler away."""
        self.flush()
        self._terminal.bottom("")
        self._terminal.line()

    def _now(self) -> float:
        return time.monotonic() - self._started

    def _write(self, facts: tuple[str, str, str], left: Cell, right: Cell) -> None:
        paint = self._terminal.paint
        when, phase, state = facts
        tone = {"closed": "good", "open": "bad", "half-open": "stale"}.get(state, "bold")
        cells = [
            f"{when:>5} {paint(f'{phase:<9}', 'dim')}" if self._wide else f"{when:>5}",
            paint(_fit(left[0], LEFT), left[1]),
            paint(_fit(right[0], self._right), right[1]),
            paint(state, tone),
        ]
        self._terminal.line(paint(" │ ", "dim").join(cells))

    def _banner(self, phase: int) -> None:
        story = PHASES[phase].story
        begun = sum(earlier.seconds for earlier in PHASES[:phase])
        names = " ".join(
            self._terminal.paint(f"[{each.name}]", "bold") if number == phase else each.name
            for number, each in enumerate(PHASES)
        )
        title = f"── {begun:4.1f} s  {story} "
        room = self._terminal.columns - sum(len(each.name) + 1 for each in PHASES) - 3
        self._terminal.line(f"{title:─<{room}} {names}" if self._wide else title)

    def _ruler(self, now: float) -> str:
        track = "".join(f"{each.name:─<{round(each.seconds / TOTAL * RULER)}}" for each in PHASES)
        done = min(len(track), int(now / TOTAL * len(track)))
        paint = self._terminal.paint
        waiting = "waiting: " + ", ".join(f"{number} {client}" for client, number in self.waiting.items())
        room = self._terminal.columns - len(track) - 4
        if room < 0:
            return ""
        ruler = f"{paint(track[:done], 'bold')}{paint('▶', 'change')}{paint(track[done:], 'dim')}"
        return f" {ruler} {waiting if len(waiting) <= room else ''}"


class LogLines(logging.Handler):
    """Brings failsoft's own log lines into the timeline: retries, and the breaker's changes of state."""

    RETRY = re.compile(r"attempt (\d+) of \d+ failed \((\w+): .*\), retrying in ([\d.]+) s", re.DOTALL)
    CHANGE = re.compile(r"circuit breaker (\w+), was \w+ \((\w+)\)")

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(logging.INFO)
        self._timeline = timeline
        self.changes: list[str] = []
        """The states that the breaker went through."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show a retry or a change; what the end of a call has to say is read from its report."""
        text = record.getMessage()
        call = CALL.get(0)
        if found := self.RETRY.search(text):
            attempt, category, wait = found.groups()
            asked = " as asked" * (category == "rate_limit")
            words = f"{category}, waits {float(wait):.2g} s{asked}".replace("_", " ")
            self._timeline.event("guarded", f"↻ {call:>2} attempt {attempt}: {words}", "dim")
        elif found := self.CHANGE.search(text):
            state, reason = found.groups()
            self.changes.append(state)
            # That a wait is over is news to nobody; what the probe finds out is.
            if state != "half_open":
                words = f"{reason}: breaker {state}".replace("_", " ")
                tone = "dim" if reason == "probe_failed" else "change"
                self._timeline.event("guarded", f"━━ {words} ━━", tone)


def _fit(text: str, width: int) -> str:
    return f"{text:<{width}}" if len(text) <= width else f"{text[: width - 1]}…"
