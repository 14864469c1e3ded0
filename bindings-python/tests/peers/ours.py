"""What failsoft answers, asked through the engine of every driver, and the page that says where others differ."""

from __future__ import annotations

import json
from pathlib import Path

import failsoft
from failsoft import _native

PAGE = Path(__file__).parents[3] / "docs" / "differences.md"
OUTAGE = {"status": 503}


def waits(retry, seed=1, fault=None, elapsed=0.0):
    """The waits of a call that fails at each attempt, after so many seconds each, and why it stopped."""
    engine = _native.Engine(json.dumps({"retry": retry}))
    call, now, waited = engine.begin(seed, 0.0), 0.0, []
    while True:
        call.admit(now)
        now += elapsed
        _, _, seconds, reason, _ = call.fail(json.dumps(fault or OUTAGE), now)
        if seconds is None:
            return waited, reason
        waited.append(seconds)
        now += seconds


def hint(value, now):
    """How long the server asked to wait with this ``Retry-After``, or None."""
    fault = {"status": 503, "headers": {"retry-after": value}, "now": now}
    return failsoft.classify_fault(fault).retry_after


def rows(*peers):
    """The rows of the page about these peers, as (peer, input): (they, we)."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    found = {(peer, asked): (they, we) for peer, asked, they, we, _ in cells if peer in peers}
    assert found, f"no row about {peers}"
    return found
