"""Every generated case: an answer for each."""

from __future__ import annotations

import json

import failsoft
from failsoft import _native
from generated.calls import play_calls, play_schedule
from generated.chains import play_chain
from generated.parts import attempt
from generated.systems import play_batch, play_system


def play_classify(parts, case):
    evidence, cause, classifier = case
    fault = parts.joined("evidence", evidence)
    if cause:
        fault["cause"] = parts.joined("evidence", cause)
    return vars(failsoft.classify_fault(fault, parts.lists["classifiers"][classifier]))


def play_document(parts, case):
    cut = isinstance(case[0], int)
    text = parts.lists["texts"][case[0]][: case[1]] if cut else parts.document("documents", case[0])

    def told():
        engine = _native.Engine(text)
        return {"explains": json.loads(engine.explain()), "describes": json.loads(engine.describe())}

    return attempt(told)


PLAYS = {
    "classify": play_classify,
    "schedules": play_schedule,
    "calls": play_calls,
    "documents": play_document,
    "chains": play_chain,
    "systems": play_system,
    "batches": play_batch,
}
