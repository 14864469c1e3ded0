"""What metrics and spans say of calls: names only, without secrets, and not too many of them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from failsoft import _events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failsoft._event import Event

OTHER = "_OTHER"
"""What all names are called that come after the first :data:`MOST`, in OpenTelemetry's own word."""
MOST = 500
"""How many different names there may be: each is kept for ever by whoever stores the metrics."""
LONGEST = 100
"""How many characters of a name are kept."""

STATES = ("closed", "open", "half_open", "forced_open", "forced_closed")
"""The states of a breaker."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Seconds: what a single answer takes, and what a call takes with all its retries and waits."""


class Names:
    """Names as labels. Safe to share between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The label for a name."""
        known = self._known.get(name)
        if known is not None:
            return known
        if len(self._known) >= self._most:
            return OTHER
        return self._known.setdefault(name, _events.clean(name)[:LONGEST])


@contextmanager
def agent(name: str) -> Iterator[None]:
    """Say on whose behalf the calls in this block are made.

    It holds for this thread or task, for the tasks that are begun in it, and for coroutines that are awaited in it.

    Args:
        name: A name of the program's own: one of few, as it becomes a label of metrics.
    """
    token = _agent.set(name)
    try:
        yield
    finally:
        _agent.reset(token)


def agent_now() -> str | None:
    """Who calls, if that was said."""
    return _agent.get()


def outcome(event: Event) -> str:
    """How a call ended: ``success``, ``fallback``, ``failure``, ``refused`` (never attempted) or ``cancelled``."""
    if event.reason == "cancelled":
        return "cancelled"
    if event.error is None:
        return "success" if event.served_by == "function" else "fallback"
    return "failure" if event.attempt else "refused"


def breaker_states(names: Names) -> dict[str, dict[str, int]]:
    """How many of the breakers of each name are in each state; of those in use, a shared one counted once."""
    counted: dict[str, dict[str, int]] = {}
    seen = set()
    for core in _events.cores():
        if not core.has_breaker or id(core.lane) in seen:
            continue
        seen.add(id(core.lane))
        state = json.loads(core.engine.state(core.clock.now()))["state"]
        name = names.of(core.breaker_name or UNNAMED)
        counted.setdefault(name, dict.fromkeys(STATES, 0))[state] += 1
    return counted


UNNAMED = "unnamed"
"""What breakers without a name are called, all of them together."""

_agent: ContextVar[str | None] = ContextVar("failsoft_agent", default=None)
