"""The demo's course: both clients at the same pace, the timeline, the table."""

from __future__ import annotations

import asyncio
import logging
import textwrap
import time
from typing import TYPE_CHECKING

import httpx

from outage import clients, tally
from outage.script import TOTAL
from outage.server import Server
from outage.tally import Account, Outcome
from outage.terminal import Terminal
from outage.timeline import CALL, LogLines, Timeline

if TYPE_CHECKING:
    from outage.clients import Fetch

PACE = 0.4
"""Seconds between one call and the next, like users who come whether or not the server is well."""

INTRO = """\
A weather server has a bad day. Two clients ask it every {pace} s, for {total:.0f} s:
  not guarded  plain httpx with its default timeout of 5 s, as most programs use it
  guarded      the same call under examples/demo/policy.json; when all fails, the last good answer
✓ fresh answer   ● cached answer   ✗ no answer   ↻ attempt failed, trying again   (numbers are calls)
"""


async def run() -> bool:
    """Show it all, and tell whether the guarded program stayed useful."""
    terminal = Terminal()
    for line in INTRO.format(pace=PACE, total=TOTAL).splitlines():
        terminal.line(line)
    with Server() as server:
        plain = httpx.AsyncClient(base_url=server.url, headers={"X-Client": "not guarded"})
        # The policy limits each attempt and the whole call, so httpx's own limit is out of the way.
        bare = httpx.AsyncClient(base_url=server.url, headers={"X-Client": "guarded"}, timeout=60)
        async with plain, bare:
            outcomes, changes = await _compare(server, terminal, plain, bare)
        accounts = [Account.of(client, outcomes[client], server.requests) for client in outcomes]
    return _conclude(terminal, accounts[0], accounts[1], changes)


async def _compare(
    server: Server, terminal: Terminal, plain: httpx.AsyncClient, bare: httpx.AsyncClient
) -> tuple[dict[str, list[Outcome]], list[str]]:
    breaker, guarded = clients.guarded(bare)
    fetches = {"not guarded": clients.unguarded(plain), "guarded": guarded}
    outcomes: dict[str, list[Outcome]] = {client: [] for client in fetches}
    timeline = Timeline(terminal, lambda: breaker.state.value.replace("_", "-"), server.started)
    lines = LogLines(timeline)
    logger = logging.getLogger("failsoft")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(lines)
    timeline.header()
    tasks = [asyncio.create_task(_tick(timeline))]
    try:
        for number in range(int(TOTAL / PACE)):
            await asyncio.sleep(server.started + number * PACE - time.monotonic())
            for client, fetch in fetches.items():
                call = _call(client, fetch, number + 1, timeline, outcomes[client])
                tasks.append(asyncio.create_task(call))
        await asyncio.gather(*tasks[1:])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        logger.removeHandler(lines)
        timeline.close()
    return outcomes, lines.changes


async def _call(client: str, fetch: Fetch, number: int, timeline: Timeline, outcomes: list[Outcome]) -> None:
    """Make one call, show how it ended, and keep the account of it."""
    CALL.set(number)
    timeline.waiting[client] += 1
    begun = time.monotonic()
    patience = asyncio.get_running_loop().call_later(1.0, timeline.waits, client, number)
    try:
        weather = await fetch()
    except Exception as error:  # noqa: BLE001  whatever it is, a user would have seen it
        seconds = time.monotonic() - begun
        kind, tone, text = "failed", "bad", f"✗ {number:>2} {_name(error)} {clients.duration(seconds)}"
    else:
        seconds = time.monotonic() - begun
        effort = clients.effort(weather)
        if weather.cached:
            kind, tone = "cached", "stale"
            text = f"● {number:>2} cached {weather.age:.1f} s ago{effort}"
        else:
            kind, tone = "fresh", "good"
            text = f"✓ {number:>2} fresh {clients.duration(seconds)}{effort}"
    finally:
        patience.cancel()
        timeline.waiting[client] -= 1
    outcomes.append(Outcome(number, kind, seconds))
    timeline.event(client, text, tone)


def _name(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    return type(error).__name__


async def _tick(timeline: Timeline) -> None:
    while True:
        timeline.tick()
        await asyncio.sleep(0.1)


def _conclude(terminal: Terminal, unguarded: Account, guarded: Account, changes: list[str]) -> bool:
    for line in tally.table(unguarded, guarded):
        terminal.line(line)
    found = tally.shortcomings(unguarded, guarded, changes)
    terminal.line()
    verdict = "stayed useful" if not found else "did not stay useful"
    terminal.line(terminal.paint(f"The guarded program {verdict}.", "good" if not found else "bad"))
    for shortcoming in found:
        terminal.line(f"  - {shortcoming}")
    for line in textwrap.wrap(f"Useful means that {tally.CRITERIA}.", 100):
        terminal.line(terminal.paint(line, "dim"))
    return not found
