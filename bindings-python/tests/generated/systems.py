"""A system with two parts, the calls through them, and what it is asked; batches."""

from __future__ import annotations

import json

from failsoft import _native
from generated.calls import Calls
from generated.parts import attempt, tokens

TRY = 0
NAMES = ("search", "pay")
LAST = ("health", "analytics", "events", "level", "snapshot")
"""What every script asks at its end."""


def play_system(parts, case):
    numbers, policies, seed, script = case
    document, calls = parts.document("systems", numbers), Calls(parts, seed)
    documents = [parts.document("policies", policy) for policy in policies]

    def made():
        system = _native.System(document)
        engines = [system.engine(name, text, calls.now) for name, text in zip(NAMES, documents, strict=True)]
        return system, engines, system.chain("prices", parts.document("chains", [0]), calls.now)

    def ask(request):
        calls.said.append(attempt(lambda: json.loads(system.ask(request, calls.now))))

    system, engines, chain = made()
    for what, digit in tokens(script):
        if calls.time(what, digit):
            continue
        if what == "@":
            ask(json.dumps(parts.lists["asks"][int(digit, 36)], separators=(",", ":")))
        elif what == "%":
            saved = system.ask('{"do":"snapshot"}', calls.now)
            calls.slots, calls.now = {}, parts.seconds(digit)
            system, engines, chain = made()
            ask(f'{{"do":"restore_snapshot","snapshot":{saved}}}')
        elif what == "=":
            calls.said.append(through(chain, parts, digit, calls.now))
        else:
            calls.step(engines[what not in "abAB"], what, digit)
    for last in LAST:
        ask(json.dumps({"do": last}))
    return calls.done()


def through(chain, parts, outcome, now):
    """A run through a chain whose first step ends so; the others answer."""
    run, fails = chain.begin(now), outcome not in ".x"
    while True:
        said = attempt(lambda: run.next(now))
        # Whoever was cancelled, or has answered, has ended the call.
        if isinstance(said, dict) or said[0] != TRY:
            return json.loads(run.report())
        if outcome == "x":
            run.abandon(now)
        elif fails:
            run.fail(said[1], parts.fault(outcome), now)
        else:
            run.succeed(said[1], now)
        fails = False


def play_batch(parts, case):
    numbers, items, script = case
    batch = _native.Batch(f'{{"batch":{parts.document("batches", numbers)}}}', items)

    def said(what, index):
        return {
            "n": batch.next,
            ".": lambda: batch.succeed(index),
            "f": lambda: batch.fail(index, parts.lists["categories"][index]),
            "i": lambda: batch.ignore(index),
            "s": batch.stop,
        }[what]()

    # What has no index has a dot in its place.
    done = [said(what, int(digit.replace(".", "0"), 36)) for what, digit in tokens(script)]
    return [*done, json.loads(batch.report())]
