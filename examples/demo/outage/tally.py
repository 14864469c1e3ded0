"""The account at the end: what the two programs were worth, and what the server had to bear."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from outage.script import Phase


@dataclass(frozen=True)
class Outcome:
    """How one call ended.

    Args:
        call: Its number.
        kind: ``fresh``, ``cached`` or ``failed``.
        seconds: From its beginning to its end, however it ended.
    """

    call: int
    kind: str
    seconds: float


@dataclass(frozen=True)
class Account:
    """One client's calls and requests."""

    outcomes: list[Outcome]
    requests: int
    during_outage: int

    @classmethod
    def of(cls, client: str, outcomes: list[Outcome], requests: Counter[tuple[str, Phase]]) -> Account:
        """Add up what a client saw and what the server counted."""
        own = {phase: count for (who, phase), count in requests.items() if who == client}
        return cls(outcomes, sum(own.values()), sum(n for phase, n in own.items() if phase.outage))

    def count(self, kind: str) -> int:
        """How many calls ended so."""
        return sum(outcome.kind == kind for outcome in self.outcomes)

    @property
    def slowest(self) -> float:
        """The longest that a caller waited to learn anything, in seconds."""
        return max(outcome.seconds for outcome in self.outcomes)

    @property
    def typical(self) -> float:
        """The median of the same."""
        return median(outcome.seconds for outcome in self.outcomes)


ROWS: tuple[tuple[str, Callable[[Account], str]], ...] = (
    ("calls", lambda account: str(len(account.outcomes))),
    ("answered (fresh)", lambda account: str(account.count("fresh"))),
    ("answered by fallback (cached)", lambda account: str(account.count("cached"))),
    ("failed", lambda account: str(account.count("failed"))),
    ("requests that reached the server", lambda account: str(account.requests)),
    ("  during the outage", lambda account: str(account.during_outage)),
    ("slowest, answer or error", lambda account: f"{account.slowest:.2f} s"),
    ("median (p50), answer or error", lambda account: f"{account.typical * 1e3:.0f} ms"),
)


def table(unguarded: Account, guarded: Account) -> list[str]:
    """Both accounts side by side, as lines."""
    lines = [f"{'':<34}{'not guarded':>14}{'guarded':>12}", "─" * 60]
    lines += [f"{name:<34}{value(unguarded):>14}{value(guarded):>12}" for name, value in ROWS]
    return lines


CRITERIA = (
    "every guarded call from the first good answer on was answered, the last one freshly; that the breaker "
    "opened, and closed again; and that the guarded client sent the struggling server fewer requests than "
    "the other"
)


def shortcomings(unguarded: Account, guarded: Account, changes: list[str]) -> list[str]:
    """Name what keeps the guarded program from having stayed useful; nothing if it did."""
    calls = sorted(guarded.outcomes, key=lambda outcome: outcome.call)
    first = next((index for index, outcome in enumerate(calls) if outcome.kind == "fresh"), None)
    found: list[str] = []
    if first is None:
        found.append("no guarded call got a fresh answer")
    elif lost := [outcome.call for outcome in calls[first:] if outcome.kind == "failed"]:
        found.append(f"guarded calls failed: {lost}")
    if calls[-1].kind != "fresh":
        found.append("the last guarded call got no fresh answer, although the server was well again")
    if "open" not in changes:
        found.append("the breaker never opened")
    elif changes[-1] != "closed":
        found.append(f"the breaker ended {changes[-1]}")
    if guarded.during_outage >= unguarded.during_outage:
        found.append("the guarded client sent the struggling server no fewer requests than the other")
    return found
