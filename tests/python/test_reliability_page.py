"""The page of failure modes is up to date: each mode is shown in each host that it concerns, each bug has its test."""

from __future__ import annotations

import importlib
import json

import pytest

from conftest import ROOT

RUST = "/// mode: it hangs\n/// and why\n#[tokio::test]\nasync fn it_does_not_hang() {}\n"
PYTHON = (
    "class TestOfIt:\n    # mode: it hangs\n    @mark(\n        1\n    )\n    def test_it_ends(self): ...\n"
)
SCRIPT = "// mode: it hangs\n// mode: it leaks\ntest('it ends', () => {});\n"


@pytest.fixture
def reliability(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.reload(importlib.import_module("reliability"))


@pytest.fixture
def elsewhere(reliability, tmp_path, monkeypatch):
    """The same, of a repository with three tests, two modes and a bug."""

    def mode(name, hosts):
        return {
            "mode": name,
            "elsewhere": "It does.",
            "seen": ["a#1"],
            "hosts": hosts,
            "failsoft": "It does not.",
        }

    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")

    for name, path in (("HEAD", "docs/head.md"), ("MODES", "tests/modes.json"), ("BUGS", "tests/bugs.json")):
        monkeypatch.setattr(reliability, name, tmp_path / path)
    monkeypatch.setattr(reliability, "ROOT", tmp_path)
    modes = [mode("it hangs", ["Rust", "Python", "JavaScript"]), mode("it leaks", ["JavaScript"])]
    write("docs/head.md", "# Head\n")
    write("core/src/a.rs", RUST)
    write("tests/python/test_b.py", PYTHON)
    write("bindings-node/tests/c.test.mjs", SCRIPT)
    write("tests/modes.json", [{"part": "All", "modes": modes}])
    write(
        "tests/bugs.json",
        [{"bug": "It hung", "found_by": "a user", "path": "core/src/a.rs", "test": "it_does_not_hang"}],
    )
    return write


def test_it_is_up_to_date_and_nothing_is_missing(reliability):
    text, problems = reliability.page()
    assert problems == []
    assert reliability.PAGE.read_text(encoding="utf-8") == text, "run scripts/reliability.py"


@pytest.mark.usefixtures("elsewhere")
def test_a_mode_is_shown_with_the_tests_that_name_it(reliability):
    text, problems = reliability.page()
    assert problems == []
    assert "| JavaScript | 2 | 1 |" in text
    assert "- Rust, [a.rs](../core/src/a.rs): it does not hang" in text
    assert "- Python, [test_b.py](../tests/python/test_b.py): of it: it ends" in text
    assert "| It hung | a user | [a.rs](../core/src/a.rs): it does not hang |" in text


def test_a_mode_without_a_test_in_a_host_that_it_concerns_is_named(reliability, elsewhere):
    elsewhere("core/src/a.rs", RUST.replace("mode:", "more:"))
    assert reliability.page().problems == ["mode 'it hangs' has no test in Rust"]


def test_a_test_that_names_an_unknown_mode_is_named(reliability, elsewhere):
    elsewhere("tests/python/test_b.py", PYTHON + "\n\n# mode: it hung\ndef test_it():\n    pass\n")
    assert reliability.page().problems == ["tests/python/test_b.py: test_it names an unknown mode 'it hung'"]


def test_a_test_in_a_host_that_its_mode_does_not_name_is_named(reliability, elsewhere):
    elsewhere("core/src/a.rs", RUST.replace("/// and why", "/// mode: it leaks"))
    assert reliability.page().problems == [
        "core/src/a.rs: it_does_not_hang shows 'it leaks', which does not name Rust"
    ]


def test_a_bug_whose_test_is_gone_is_named(reliability, elsewhere):
    elsewhere("core/src/a.rs", RUST.replace("it_does_not_hang", "it_ends"))
    assert reliability.page().problems == [
        "bug 'It hung': there is no test 'it_does_not_hang' in core/src/a.rs"
    ]
