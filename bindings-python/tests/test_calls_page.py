"""Every snippet of the page about calls runs, each as a program of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "python" / "calls.md"
SECTIONS = re.findall(
    r"^## (.*?)$(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
SNIPPETS = [
    pytest.param(snippet, id=f"{title} {number}")
    for title, text in SECTIONS
    for number, snippet in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE), 1)
]


def test_every_shape_has_a_snippet():
    without = [title for title, text in SECTIONS if "```python" not in text]
    assert without == ["Threads, processes, interpreters"]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_of_the_page_runs(snippet):
    assert "assert " in snippet
    program = compile(snippet, PAGE.name, "exec", dont_inherit=True)
    exec(program, {"__name__": "page"})  # noqa: S102
