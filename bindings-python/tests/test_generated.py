"""The generated cases that every host runs; ``tests/generated/README.md`` says what they are."""

from __future__ import annotations

import json

import pytest
from generated.account import ROOT, cases, differences, leave
from generated.canonical import canonical
from generated.parts import Parts
from generated.play import PLAYS


@pytest.mark.parametrize("family", PLAYS)
def test_every_generated_case_answers_alike(family):
    parts = Parts(json.loads((ROOT / "tests/generated/parts.json").read_text(encoding="utf-8")))
    text = cases(family)
    answers = [PLAYS[family](parts, json.loads(line)) for line in text.splitlines()]
    different = differences(family, [canonical(answer) for answer in answers])
    leave(f"generated-{family}", text, answers, different)
    assert different == []
