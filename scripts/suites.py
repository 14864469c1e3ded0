#!/usr/bin/env python3
"""Every test of every host, with the name that it has and the comment that stands above it.

The pages that are made of tests (``seeds.py``, ``reliability.py``) read them through this. By itself it lists them.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
HOSTS = ("Rust", "Python", "JavaScript")

PLACES = ("core", "tests", "bindings-python", "bindings-node", "bindings-wasm")
LEFT_OUT = {"target", "node_modules", "dist", "pkg", "pkg-small", "__pycache__"}

RUST = re.compile(
    r"(?P<above>(?:^[ \t]*//[^\n]*\n)*)^[ \t]*#\[(?:tokio::)?test[^\n]*\]\n(?:^[ \t]*#\[[^\n]*\n)*"
    r"^[ \t]*(?:async )?fn (?P<name>\w+)",
    re.MULTILINE,
)
SCRIPT = re.compile(
    r"(?P<above>(?:^[ \t]*//[^\n]*\n)*)"
    r"""^\s*(?:await \w+\.)?(?:test|it|inFull)\(\s*(?P<quote>['"`])(?P<name>.*?)(?P=quote)""",
    re.MULTILINE,
)


class Story(NamedTuple):
    """A test: its host, its file, the class around it, its own name, and the lines of the comment above it."""

    host: str
    path: str
    within: str
    name: str
    above: tuple[str, ...]


def stories(root: Path) -> list[Story]:
    """All tests, in the order of their files."""
    return [story for path in _files(root) for story in _of(root, path)]


def _of(root: Path, path: Path) -> list[Story]:
    text, place = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
    if path.suffix == ".py":
        return _python(text, place)
    host, pattern = ("Rust", RUST) if path.suffix == ".rs" else ("JavaScript", SCRIPT)
    return [
        Story(host, place, "", match["name"], _comments(match["above"].splitlines()))
        for match in pattern.finditer(text)
    ]


def _python(text: str, place: str) -> list[Story]:
    lines = text.splitlines()
    found = []
    for within, function in _functions(ast.parse(text).body, ""):
        first = min([function.lineno, *(each.lineno for each in function.decorator_list)]) - 1
        begin = first
        while begin > 0 and lines[begin - 1].lstrip().startswith("#"):
            begin -= 1
        found.append(Story("Python", place, within, function.name, _comments(lines[begin:first])))
    return found


def _functions(body: list[ast.stmt], within: str) -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    found: list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]] = []
    for each in body:
        if isinstance(each, ast.ClassDef):
            found += _functions(each.body, each.name)
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
            found.append((within, each))
    return found


def _comments(lines: list[str]) -> tuple[str, ...]:
    return tuple(line.strip().lstrip("/#").strip() for line in lines)


def _files(root: Path) -> list[Path]:
    found = []
    for place in PLACES:
        for folder, folders, names in os.walk(root / place):
            folders[:] = [name for name in folders if name not in LEFT_OUT]
            found += [Path(folder, name) for name in names if name.endswith((".rs", ".py", ".mjs"))]
    return sorted(found)


if __name__ == "__main__":
    sys.stdout.writelines(f"{story.host} {story.path} {story.name}\n" for story in stories(ROOT))
