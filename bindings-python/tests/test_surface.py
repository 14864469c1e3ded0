"""What a program can import, as ``tests/surface.json`` lists it: a name that comes or goes does so there first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import failsoft

LISTED = json.loads((Path(__file__).parents[2] / "tests/surface.json").read_text(encoding="utf-8"))


def only_here(kind):
    return {name for group in LISTED[kind] if group["only"] == "python" for name in group["names"]}


def test_the_package_offers_what_is_listed_and_nothing_else():
    assert {*LISTED["names"], *only_here("only")} == set(failsoft.__all__)
    assert all(hasattr(failsoft, name) for name in failsoft.__all__)


@pytest.mark.parametrize("name", LISTED["members"])
def test_a_class_can_do_what_is_listed_and_nothing_else(name):
    mine = {member.partition(".")[2] for member in only_here("members_only") if member.startswith(f"{name}.")}
    there = {member for member in dir(getattr(failsoft, name)) if not member.startswith("_")}
    assert {*LISTED["members"][name], *mine} == there


@pytest.mark.parametrize("group", [*LISTED["only"], *LISTED["members_only"]], ids=lambda group: group["why"])
def test_what_only_one_host_has_is_in_no_other_list_and_has_a_reason(group):
    assert group["why"]
    assert not set(group["names"]) & set(LISTED["names"])
    shared = {f"{name}.{member}" for name, members in LISTED["members"].items() for member in members}
    assert not set(group["names"]) & shared
