"""The page of rows and tests is up to date, and every row has its tests."""

from __future__ import annotations

import importlib

import pytest

from conftest import ROOT

ELSEWHERE = {"W6", "W7", "L10"}
"""Rows of the command and of the metrics."""


@pytest.fixture
def seeds(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.reload(importlib.import_module("seeds"))


def test_it_says_what_the_tests_say(seeds):
    assert seeds.PAGE.read_text(encoding="utf-8") == seeds.page(), "run scripts/seeds.py"


def test_tests_name_rows_that_there_are(seeds):
    strange = {(test.path, row) for test in seeds.tests() for row in test.rows - set(seeds.ROWS)}
    assert strange == set()


def test_every_row_has_a_test_in_python(seeds):
    shown = {row for test in seeds.tests() if test.host == "Python" for row in test.rows}
    assert set(seeds.ROWS) - shown <= ELSEWHERE


def test_each_way_to_name_a_row_is_read(seeds, tmp_path, monkeypatch):
    monkeypatch.setattr(seeds, "ROOT", tmp_path)
    sources = {
        "core/src/a.rs": "/// S1, S2: about it\n#[test]\nfn it_works() {}\n\n#[test]\nfn w4_w5_it_opens() {}\n"
        "\n/// S3\nfn no_test() {}\n",
        "tests/python/b.py": "class TestIt:\n    async def test_p1_p4_it_waits(self):\n        pass\n",
        "bindings-node/tests/c.mjs": "test('T9: it is partial', () => {});\ntest('nothing', () => {});\n",
        "bindings-node/node_modules/d.mjs": "test('T9: not ours', () => {});\n",
    }
    for path, text in sources.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert [(test.host, test.says, sorted(test.rows)) for test in seeds.tests()] == [
        ("JavaScript", "it is partial", ["T9"]),
        ("Rust", "it works", ["S1", "S2"]),
        ("Rust", "it opens", ["W4", "W5"]),
        ("Python", "it waits", ["P1", "P4"]),
    ]
