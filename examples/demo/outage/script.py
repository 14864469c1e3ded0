"""The timetable of the outage, which the server plays and the timeline draws."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """What the server does for a while.

    Args:
        name: One word for it.
        seconds: How long it lasts.
        story: What happens, for someone who watches.
        outage: Whether nobody gets a good answer in time.
    """

    name: str
    seconds: float
    story: str
    outage: bool = True


SLOW_ANSWER = 6.0
"""Seconds; longer than the policy's limit for an attempt, and than httpx's default of 5 s."""

HICCUP = 4
"""The request of each client that meets an error although the server is well."""

PHASES = (
    Phase("healthy", 3.0, "the server answers at once, but for one hiccup", outage=False),
    Phase("hanging", 4.5, f"the server takes {SLOW_ANSWER:.0f} s to answer"),
    Phase("429", 4.5, "it refuses: too many requests, Retry-After: 1"),
    Phase("503", 4.0, "it fails: service unavailable"),
    Phase("refused", 4.0, "it is gone: nobody listens on the port any more"),
    Phase("recovered", 5.0, "it answers at once again", outage=False),
)

TOTAL = sum(phase.seconds for phase in PHASES)


def at(seconds: float) -> int:
    """Which phase it is, so many seconds after the beginning; the last one lasts for ever."""
    for index, phase in enumerate(PHASES):
        seconds -= phase.seconds
        if seconds < 0:
            return index
    return len(PHASES) - 1
