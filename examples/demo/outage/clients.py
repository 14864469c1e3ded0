"""The two clients. They share everything but the policy.

This is all that the demo needs of failsoft; the rest is server, timeline and table.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from failsoft import CircuitBreaker, Policy, report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    Fetch = Callable[[], Awaitable["Weather"]]

POLICY = Path(__file__).parent.parent / "policy.json"


@dataclass(frozen=True)
class Weather:
    """An answer, marked if it is an old one."""

    celsius: float
    taken: float
    cached: bool = False

    @property
    def age(self) -> float:
        """Seconds since the server gave it."""
        return time.monotonic() - self.taken


async def ask(http: httpx.AsyncClient) -> Weather:
    """Ask the server, once."""
    response = await http.get("/weather")
    response.raise_for_status()
    return Weather(response.json()["celsius"], time.monotonic())


def unguarded(http: httpx.AsyncClient) -> Fetch:
    """Make the call as most programs make it: with what httpx does by itself."""

    async def fetch() -> Weather:
        return await ask(http)

    return fetch


def guarded(http: httpx.AsyncClient) -> tuple[CircuitBreaker, Fetch]:
    """Make the same call under the policy: this function is all that failsoft asks of a program.

    The breaker comes with it, to be looked at.
    """
    last_good: Weather | None = None

    def from_cache() -> Weather:
        if last_good is None:
            raise LookupError("nothing has been cached yet")
        return replace(last_good, cached=True)

    policy = Policy.from_file(POLICY, fallback=from_cache)

    @policy
    async def fetch() -> Weather:
        nonlocal last_good
        last_good = await ask(http)
        return last_good

    if policy.circuit_breaker is None:
        raise LookupError("the policy has no circuit_breaker section, and so the demo has no story")
    return policy.circuit_breaker, fetch


def effort(weather: Weather) -> str:
    """What an answer took, in words; nothing if the first attempt brought it."""
    made = report(weather)
    if made is None:
        return ""
    if not made.attempt_count:
        return ", not sent"
    if made.served_by == "function":
        waited = sum(attempt.waited for attempt in made.attempts)
        return f", attempt {made.attempt_count}, waited {waited:.2g} s"
    attempts = "1 attempt" if made.attempt_count == 1 else f"{made.attempt_count} attempts"
    return f", {attempts} in {duration(made.elapsed)}"


def duration(seconds: float) -> str:
    """Write a duration as briefly as it can be read."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1e3:.0f} ms"
