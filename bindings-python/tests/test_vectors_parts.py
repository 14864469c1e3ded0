"""The vectors of what calls are made of beside retries: chains, levels, batches, healing, health."""

from __future__ import annotations

import json
from contextlib import suppress

from test_vectors import cases

import failsoft
from failsoft import ConfigError, GracefulDegradation, System, _native

COURSES = ("try", "exhausted", "all_benched", "fail_now")
NEXT = {-1: "wait", -2: "done"}
HIDDEN = {"wakeup", "trace", "snapshot"}
"""What a level says of itself to Rust alone."""


@cases("batch.json")
def test_batch(case):
    batch = _native.Batch(json.dumps({"batch": case["batch"]}), case["items"])

    def begun(number):
        return NEXT.get(number) or {"start": number}

    def said(event):
        index = event.get("index")
        return {
            "next": lambda: begun(batch.next()),
            "succeed": lambda: batch.succeed(index),
            "fail": lambda: batch.fail(index, event["category"]),
            "ignore": lambda: batch.ignore(index),
            "stop": batch.stop,
            "report": lambda: json.loads(batch.report()),
        }[event["do"]]()

    each(case["events"], said)


@cases("heal.json")
def test_heal(case):
    heal = _native.Heal(json.dumps({"heal": case["heal"]}))

    def told(number, name):
        if number:
            return {"remedy": name, "number": number}
        return "retry" if name is None else {"give_up": name}

    def said(event):
        number = event.get("number")
        return {
            "fail": lambda: told(*heal.failed(event["diagnosis"])),
            "remedied": lambda: told(*heal.remedied(number)),
            "remedy_failed": lambda: told(*heal.remedy_failed(number)),
            "succeed": heal.succeeded,
            # To give up what is over is no error here.
            "abandon": lambda: heal.abandon() or event["expect"],
            "left": heal.remedies_left,
            "report": lambda: json.loads(heal.report()),
        }[event["do"]]()

    each(case["events"], said)


@cases("fallback.json")
def test_fallback(case):
    play = Played(case["policy"])
    each(case["events"], play.happens)


class Played:
    """A chain and the calls through it, by their labels."""

    def __init__(self, policy):
        self.text = json.dumps(policy)
        self.chain, self.calls = _native.Chain(self.text), {}
        self.steps = json.loads(self.chain.describe())

    def happens(self, event):
        now, what = event["at"], event["do"]
        whole = {
            "statistics": lambda: json.loads(self.chain.statistics(now)),
            "snapshot": lambda: json.loads(self.chain.snapshot(now)),
            "order": lambda: self.order(now),
            "restart": lambda: self.restart(now, event["clock"]),
        }
        return whole[what]() if what in whole else self.called(event, now)

    def order(self, now):
        steps = json.loads(self.chain.statistics(now))["steps"]
        return [step["name"] for step in sorted(steps, key=lambda step: step["position"])]

    def restart(self, now, clock):
        saved = self.chain.snapshot(now)
        self.chain, self.calls = _native.Chain(self.text), {}
        self.chain.restore(saved, clock)

    def called(self, event, now):
        label = event.get("call", "")
        if label not in self.calls:
            self.calls[label] = self.chain.begin(now)
        call, step = self.calls[label], self.number(event.get("step"))
        return {
            "next": lambda: self.decided(*call.next(now), now),
            "fail": lambda: call.fail(step, json.dumps(event["fault"]), now) or {},
            "refuse": lambda: call.refuse(step, event.get("retry_after"), now) or {},
            "succeed": lambda: call.succeed(step, now) or self.worth(step),
            # As above.
            "abandon": lambda: call.abandon(now) or event["expect"],
            "report": lambda: json.loads(call.report()),
        }[event["do"]]()

    def number(self, name):
        names = [step["name"] for step in self.steps]
        return names.index(name) if name in names else len(names)

    def worth(self, number):
        step = self.steps[number]
        return {"step": step["name"], "quality": step["quality"], "cost": step["cost"]}

    def decided(self, course, step, seconds, now):
        action = {"action": COURSES[course]}
        if action["action"] in {"try", "fail_now"}:
            return {**action, "step": self.steps[step]["name"]}
        return action if seconds is None else {**action, "until": now + seconds}


@cases("degradation.json")
def test_degradation(case):
    now = 0.0
    clock = failsoft.Clock(now=lambda: now)
    settings = case["policy"]["degradation"]
    degradation = GracefulDegradation(clock=clock, **settings)

    def restart(event):
        nonlocal now, degradation
        saved = json.loads(json.dumps(degradation.snapshot()))
        now = event["clock"]
        degradation = GracefulDegradation(clock=clock, **settings)
        degradation.restore_snapshot(saved)

    def said(event):
        nonlocal now
        now = event["at"]
        value = event.get("value")
        return {
            "observe": lambda: moved(
                degradation.observe(event["metric"], float("nan") if value is None else value)
            ),
            "tick": lambda: moved(degradation.tick()),
            "degrade": lambda: moved(degradation.degrade(event.get("reason", ""))),
            "restore": lambda: moved(degradation.restore()),
            "set_level": lambda: moved(degradation.set_level(event["level"])),
            "pin": lambda: moved(degradation.pin(event["level"])),
            "unpin": lambda: degradation.unpin() or {},
            "adjust": lambda: degradation.adjust_parameters(event["parameters"]),
            "level": degradation.get_current_level,
            "metrics": lambda: degradation.describe()["metrics"],
            "restart": lambda: restart(event),
        }[event["do"]]()

    each([shown(event) for event in case["events"] if event["do"] not in HIDDEN], said)


def moved(change):
    if change is None:
        return {}
    return {"change": {"from": change.before, "to": change.after, "cause": change.cause}}


def shown(event):
    """The event with what is expected of a host that has a level but not the machine."""
    expected = dict(event.get("expect") or {})
    if "change" in expected:
        expected["change"] = {key: value for key, value in expected["change"].items() if key != "at"}
    elif event["do"] == "level":
        del expected["quality"]
    else:
        return event
    return {**event, "expect": expected}


@cases("health.json")
def test_health(case):
    given = case["input"]
    level = given.get("level", {"name": "full", "standing": "best"})
    ladder = {"best": [level["name"], "less"], "between": ["more", level["name"], "less"]}
    names = ladder.get(level["standing"], ["more", level["name"]])
    levels = [{"name": name, "percentage": 100 - 10 * place} for place, name in enumerate(names)]
    system = System(
        {"analytics": {"minimum_calls": 1}, "degradation": {"levels": levels, "triggers": {}}},
        clock=failsoft.Clock(now=lambda: 0.0),
    )
    system.graceful_degradation.set_level(level["name"])
    kept = []
    for name, state in given.get("circuit_breakers", {}).items():
        kept.append(system.get_circuit_breaker(name))
        kept[-1].restore({**kept[-1].snapshot(), "state": SAVED.get(state, {"name": state})})
    rate = given.get("error_rate", 0)
    calls = system.policy("calls")
    for number in range(CALLS if rate else 0):
        with suppress(ConnectionError):
            calls.call(fails if number < rate * CALLS else int)
    health = system.get_system_health()
    assert {key: health[key] for key in case["expect"]} == case["expect"]


def fails():
    raise ConnectionError


SAVED = {"open": {"name": "open", "remaining": 10**9}, "half_open": {"name": "half_open", "successes": 0}}
CALLS = 10_000


def each(events, said):
    """What is said to each event is what is expected of it."""
    for number, event in enumerate(events):
        try:
            answer = said(event)
        except ConfigError as error:
            wrong = "misuse" if "misuse" in (event.get("expect") or {}) else "error"
            answer = {wrong: error.problems[0].message}
        assert answer == event.get("expect"), f"event {number}: {event}"
