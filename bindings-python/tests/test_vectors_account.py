"""What this host was asked of the vectors, and that it answered all of it."""

from __future__ import annotations

import json

import pytest
import test_vectors
import test_vectors_parts
from generated.account import leave
from test_vectors import INDEX, RECORDED, VECTORS

HERE = [
    file["name"].removesuffix(".json") for file in INDEX["files"] if "python" in file.get("only", "python")
]


def runner(family):
    name = "test_classify" if family in RECORDED else f"test_{family}"
    return getattr(test_vectors, name, None) or getattr(test_vectors_parts, name)


@pytest.mark.parametrize("family", HERE)
def test_every_case_is_run_and_accounted_for(family):
    text = (VECTORS / f"{family}.json").read_text(encoding="utf-8")
    found = [case for case in json.loads(text)["cases"] if case.get("only") != "rust"]
    different = [told for case in found for told in differences(runner(family), case)]
    # What has answered as expected has said what is expected.
    answers = [[case.get("expect"), *case.get("events", [])] for case in found]
    leave(family, text, answers, different)
    assert different == []


def differences(run, case):
    try:
        run(case)
    except AssertionError as error:
        return [{"case": case["description"], "expected": "as in the file", "found": str(error)}]
    return []
