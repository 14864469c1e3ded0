"""The vectors that every host runs; ``tests/vectors/README.md`` says what they mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import failsoft
from failsoft import _native

VECTORS = Path(__file__).parents[2] / "tests" / "vectors"
INDEX = json.loads((VECTORS / "index.json").read_text(encoding="utf-8"))
RECORDED = ("python_http", "python_services", "python_shapes", "python_stores", "python_system")
ACTIONS = ("attempt", "wait", "stop", "reject")
OUTAGE = json.dumps({"status": 503})


def cases(name):
    found = json.loads((VECTORS / name).read_text(encoding="utf-8"))["cases"]
    found = [case for case in found if case.get("only") != "rust"]
    return pytest.mark.parametrize("case", found, ids=[case["description"] for case in found])


def test_the_index_lists_every_file_and_every_file_is_run():
    listed = {file["name"] for file in INDEX["files"]}
    assert listed == {path.name for path in VECTORS.glob("*.json")} - {"index.json"}
    run = ["batch", "breaker", "classify", "degradation", "explain", "fallback", "guards", "heal", "health"]
    run += ["policy_errors", *RECORDED, "retry", "schedule"]
    here = {file["name"] for file in INDEX["files"] if "python" in file.get("only", "python")}
    assert sorted(here) == [f"{name}.json" for name in run]


@cases("classify.json")
def test_classify(case):
    verdict = failsoft.classify_fault(case["fault"], case.get("classify"))
    assert vars(verdict) == case["expect"]


@pytest.mark.parametrize("name", RECORDED)
def test_classify_what_was_recorded(name):
    found = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    assert found
    wrong = [case for case in found if vars(failsoft.classify_fault(case["fault"])) != case["expect"]]
    assert wrong == []


@cases("schedule.json")
def test_schedule(case):
    engine = _native.Engine(json.dumps({"retry": case["retry"]}))
    call, now, waits = engine.begin(case["seed"], 0.0), 0.0, {}
    for retry in range(1, max(case["retries"]) + 1):
        assert answer(call.admit(now))["action"] == "attempt"
        said = answer(call.fail(OUTAGE, now))
        assert said["action"] == "wait"
        waits[retry] = said["seconds"]
        now += waits[retry]
    assert [waits[retry] for retry in case["retries"]] == case["expect"]


@cases("retry.json")
def test_retry(case):
    play(case)


@cases("breaker.json")
def test_breaker(case):
    play(case)


@cases("guards.json")
def test_guards(case):
    play(case)


@cases("explain.json")
def test_explain(case):
    assert json.loads(_native.Engine(json.dumps(case["policy"])).explain()) == case["expect"]


@cases("policy_errors.json")
def test_policy_errors(case):
    problems = []
    try:
        if "text" in case:
            failsoft.Policy.from_json(case["text"])
        else:
            failsoft.Policy.from_dict(case["document"])
    except failsoft.ConfigError as error:
        problems = [problem._asdict() for problem in error.problems]
    assert problems == case["expect"]


def play(case):
    engine, calls = _native.Engine(json.dumps(case["policy"])), {}
    for number, event in enumerate(case["events"]):
        if event["do"] == "restart":
            saved = engine.snapshot(event["at"])
            engine, calls = _native.Engine(json.dumps(case["policy"])), {}
            engine.restore(saved, event["clock"])
            said = None
        else:
            said = happen(event, engine, calls, case["seed"])
        assert said == event.get("expect"), f"event {number}: {event}"


def happen(event, engine, calls, seed):
    now, label = event["at"], event.get("call", "")
    if event["do"] == "resume":
        calls[label] = engine.resume(seed, now, engine.lane.cell_contents)
        return None
    if event["do"] == "admit" and label not in calls:
        calls[label] = engine.begin(seed, now)
    call = calls.get(label)
    return {
        "admit": lambda: answer(call.admit(now)),
        "fail": lambda: answer(call.fail(json.dumps(event["fault"]), now)),
        "succeed": lambda: changed(call.succeed(now)),
        "abandon": lambda: changed(call.abandon(now)),
        "report": lambda: json.loads(call.report()),
        "lane": lambda: engine.lane.cell_contents != 0,
        "state": lambda: json.loads(engine.state(now)),
        "set": lambda: changed(engine.set(event["command"])),
    }[event["do"]]()


def answer(said):
    action, attempt, seconds, reason, change = said
    known = {"seconds": seconds, "reason": reason, "attempt": attempt or None}
    given = {key: value for key, value in known.items() if value is not None}
    return {"action": ACTIONS[action], **given, **changed(change)}


def changed(change):
    return {} if change is None else {"transition": dict(zip(("from", "to", "reason"), change, strict=True))}
