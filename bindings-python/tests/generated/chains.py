"""Calls through a fallback chain whose steps have guards of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from failsoft import _native
from generated.calls import ACTIONS, answer, changed
from generated.parts import attempt, tokens

if TYPE_CHECKING:
    from failsoft._native import ChainCall, Guarded

TRY = 0


@dataclass
class Run:
    run: ChainCall
    asks: bool = True
    step: int = 0
    call: Guarded | None = None
    due: float | None = None


class Chained:
    def __init__(self, parts, case):
        numbers, self.seed, self.script = case
        self.parts, self.document = parts, parts.document("chains", numbers)
        self.chain, self.slots, self.said = _native.Chain(self.document), {}, []
        self.begun, self.now = 0, 0.0

    def play(self):
        for what, digit in tokens(self.script):
            if what == "+":
                self.now += self.parts.seconds(digit)
            elif what == "?":
                self.said.append(json.loads(self.chain.statistics(self.now)))
            elif what == "%":
                saved = self.chain.snapshot(self.now)
                self.chain, self.slots = _native.Chain(self.document), {}
                self.now = self.parts.seconds(digit)
                self.chain.restore(saved, self.now)
            else:
                self.happens(what, digit)
        self.said += [json.loads(self.slots[key].run.report()) for key in sorted(self.slots)]
        self.said += [json.loads(self.chain.statistics(self.now)), json.loads(self.chain.snapshot(self.now))]
        return {"calls": self.begun, "said": self.said}

    def happens(self, key, outcome):
        slot = self.slots.pop(key, None)
        if slot is None:
            self.begun += 1
            slot = Run(self.chain.begin(self.now))
        if slot.asks:
            self.ask(key, slot.run)
        elif slot.due is None:
            self.settle(key, slot, outcome)
        else:
            self.now = max(self.now, slot.due)
            self.follow(key, slot, slot.call.admit(self.now))

    def ask(self, key, run):
        said = attempt(lambda: run.next(self.now))
        self.said.append(said)
        # Whoever was cancelled has ended the call.
        if isinstance(said, dict) or said[0] != TRY:
            self.said.append(json.loads(run.report()))
            return
        _, step, _ = said
        engine = self.chain.engine(step)
        if engine is None:
            self.slots[key] = Run(run, asks=False, step=step)
            return
        call = engine.begin(self.seed + self.begun, self.now)
        self.follow(key, Run(run, step=step, call=call), call.admit(self.now))

    def follow(self, key, slot, said):
        self.said.append(answer(said))
        action, seconds = ACTIONS[said[0]], said[2]
        if action in {"stop", "reject"}:
            slot.run.refuse(slot.step, seconds, self.now)
            self.slots[key] = Run(slot.run)
            return
        due = self.now + (seconds or 0.0) if action == "wait" else None
        self.slots[key] = Run(slot.run, asks=False, step=slot.step, call=slot.call, due=due)

    def settle(self, key, slot, outcome):
        run, call = slot.run, slot.call
        if outcome in ".x":
            moved = call and (call.succeed(self.now) if outcome == "." else call.abandon(self.now))
            _ = run.succeed(slot.step, self.now) if outcome == "." else run.abandon(self.now)
            self.said += [changed(moved), json.loads(run.report())]
            return
        fault = self.parts.fault(outcome)
        if call is not None:
            said = call.fail(fault, self.now)
            if ACTIONS[said[0]] == "wait":
                self.follow(key, slot, said)
                return
            self.said.append(answer(said))
        run.fail(slot.step, fault, self.now)
        self.slots[key] = Run(run)


def play_chain(parts, case):
    return Chained(parts, case).play()
