"""Calls through engines, made as a driver makes them: it begins, waits until it may, and says how an attempt ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from failsoft import _native
from generated.parts import tokens

if TYPE_CHECKING:
    from failsoft._native import Guarded

ACTIONS = ("attempt", "wait", "stop", "reject")
COMMANDS = {"o": "open", "c": "closed", "r": "reset"}


@dataclass
class Slot:
    call: Guarded
    due: float | None = None
    limit: float | None = None


class Calls:
    """Calls that are not over, by their letters, and what was said so far."""

    def __init__(self, parts, seed):
        self.parts, self.seed = parts, seed
        self.now, self.begun, self.said, self.slots = 0.0, 0, [], {}

    def time(self, what, digit):
        """What a token says that every family knows; false for another one."""
        if what == "+":
            self.now += self.parts.seconds(digit)
        elif what == "-":
            self.now = max(0.0, self.now - self.parts.seconds(digit))
        return what in "+-"

    def step(self, engine, letter, outcome):
        """The next thing that happens to the call of this letter. A small one begins on the lane, if that is open."""
        key = letter.lower()
        slot = self.slots.pop(key, None)
        if slot is None:
            self.begin(engine, letter, key)
        elif slot.due is not None:
            self.now = max(self.now, slot.due)
            self.follow(key, slot.call, slot.call.admit(self.now))
        elif outcome == ".":
            self.ended(slot.call, changed(slot.call.succeed(self.now)))
        elif outcome == "x":
            self.ended(slot.call, changed(slot.call.abandon(self.now)))
        else:
            if outcome == "~":
                self.now += 1.0 if slot.limit is None else slot.limit
            self.follow(key, slot.call, slot.call.fail(self.parts.fault(outcome), self.now))

    def begin(self, engine, letter, key):
        self.begun += 1
        seed, lane = self.seed + self.begun, lane_of(engine) if letter == key else 0
        if lane:
            self.said.append("lane")
            self.slots[key] = Slot(engine.resume(seed, self.now, lane))
        else:
            call = engine.begin(seed, self.now)
            self.follow(key, call, call.admit(self.now))

    def follow(self, key, call, said):
        action, seconds = ACTIONS[said[0]], said[2]
        if action in {"stop", "reject"}:
            self.ended(call, answer(said))
            return
        self.said.append(answer(said))
        wait = self.now + (seconds or 0.0)
        self.slots[key] = Slot(call, wait) if action == "wait" else Slot(call, None, seconds)

    def ended(self, call, how):
        self.said += [how, json.loads(call.report())]

    def done(self):
        """How many calls there were, and everything that was said; calls that are not over report last."""
        self.said += [json.loads(self.slots[key].call.report()) for key in sorted(self.slots)]
        return {"calls": self.begun, "said": self.said}


def play_calls(parts, case):
    """One engine and the calls of a script."""
    policy, seed, script = case
    document = parts.document("policies", policy)
    engine, calls = _native.Engine(document), Calls(parts, seed)

    def stands():
        return {"breaker": json.loads(engine.state(calls.now)), "lane": lane_of(engine) != 0}

    for what, digit in tokens(script):
        if calls.time(what, digit):
            continue
        if what == "?":
            calls.said.append(stands())
        elif what == "!":
            calls.said.append(changed(engine.set(COMMANDS[digit])))
        elif what == "%":
            saved = engine.snapshot(calls.now)
            engine, calls.slots, calls.now = _native.Engine(document), {}, parts.seconds(digit)
            engine.restore(saved, calls.now)
        else:
            calls.step(engine, what, digit)
    calls.said += [stands(), json.loads(engine.snapshot(calls.now))]
    return calls.done()


def lane_of(engine):
    """What a driver sees of the lane: one that has to time its attempts, or has limits to ask, does not look at it."""
    return 0 if json.loads(engine.describe())["timed"] else engine.lane.cell_contents


def play_schedule(parts, case):
    """The waits of a call that keeps failing, so many or until it stops."""
    numbers, seed, count = case
    document = f'{{"retry":{parts.document("schedules", numbers)}}}'
    call, now, waits = _native.Engine(document).begin(seed, 0.0), 0.0, []
    for _ in range(count):
        call.admit(now)
        action, _, seconds, reason, _ = call.fail('{"status":503}', now)
        waits.append(seconds if ACTIONS[action] == "wait" else reason)
        if ACTIONS[action] != "wait":
            break
        now += seconds
    return waits


def answer(said):
    """An answer as the vectors write it."""
    action, attempt, seconds, reason, change = said
    known = {"attempt": attempt or None, "seconds": seconds, "reason": reason}
    given = {key: value for key, value in known.items() if value is not None}
    return {"action": ACTIONS[action], **given, **changed(change)}


def changed(change):
    return {} if change is None else {"transition": dict(zip(("from", "to", "reason"), change, strict=True))}
