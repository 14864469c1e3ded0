#!/usr/bin/env python3
"""Writes docs/reliability.md: how libraries of this kind failed, what shows that failsoft does not, and its own bugs.

``tests/failure_modes.json`` lists the modes, each with the hosts that it concerns. A test names its modes in the
comment above it, a line each: ``mode: jitter lost``. ``tests/bugs.json`` lists the bugs, each with a test of it.
``scripts/reliability.py`` writes the page, ``scripts/reliability.py --check`` says whether it is up to date.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from suites import HOSTS, ROOT, Story, stories

HEAD = ROOT / "docs" / "reliability.head.md"
PAGE = ROOT / "docs" / "reliability.md"
MODES = ROOT / "tests" / "failure_modes.json"
BUGS = ROOT / "tests" / "bugs.json"
MARK = "mode: "
KEYS = {"mode", "elsewhere", "seen", "hosts", "failsoft"}


class Page(NamedTuple):
    """The page, and everything that is wrong with what it is made of."""

    text: str
    problems: list[str]


def page() -> Page:
    """The page."""
    parts, bugs = _read(MODES), _read(BUGS)
    found = stories(ROOT)
    modes = [mode for part in parts for mode in part["modes"]]
    shown = _shown(found)
    problems = _problems_of_modes(modes, shown) + _problems_of_bugs(bugs, found)
    lines = ["<!-- Written by scripts/reliability.py. -->", HEAD.read_text(encoding="utf-8").rstrip(), ""]
    lines += ["## How others failed", "", *_summary(modes, shown)]
    for part in parts:
        lines += ["", f"### {part['part']}"]
        for mode in part["modes"]:
            lines += ["", *_section(mode, shown)]
    lines += ["", "## Bugs of our own", "", *_bugs(bugs)]
    return Page("\n".join(lines) + "\n", problems)


def _read(path: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return read


def _shown(found: list[Story]) -> dict[str, dict[str, list[Story]]]:
    """The tests of each mode in each host."""
    shown: dict[str, dict[str, list[Story]]] = {}
    for story in found:
        for line in story.above:
            if line.startswith(MARK):
                shown.setdefault(line.removeprefix(MARK), {}).setdefault(story.host, []).append(story)
    return shown


def _problems_of_modes(modes: list[dict[str, Any]], shown: dict[str, dict[str, list[Story]]]) -> list[str]:
    names = Counter(mode["mode"] for mode in modes)
    problems = [f"mode {name!r} is listed twice" for name, times in names.items() if times > 1]
    for mode in modes:
        if set(mode) != KEYS or not mode["seen"] or not set(mode["hosts"]) <= set(HOSTS):
            problems.append(
                f"mode {mode['mode']!r} needs {sorted(KEYS)}, places where it was seen, and hosts of {HOSTS}"
            )
        problems += [
            f"mode {mode['mode']!r} has no test in {host}"
            for host in mode["hosts"]
            if host not in shown.get(mode["mode"], {})
        ]
    for name, hosts in shown.items():
        for story in [story for each in hosts.values() for story in each]:
            if name not in names:
                problems.append(f"{story.path}: {story.name} names an unknown mode {name!r}")
            elif story.host not in next(mode for mode in modes if mode["mode"] == name)["hosts"]:
                problems.append(
                    f"{story.path}: {story.name} shows {name!r}, which does not name {story.host}"
                )
    return problems


def _problems_of_bugs(bugs: list[dict[str, Any]], found: list[Story]) -> list[str]:
    there = {(story.path, story.name) for story in found}
    return [
        f"bug {bug['bug']!r}: there is no test {bug['test']!r} in {bug['path']}"
        for bug in bugs
        if (bug["path"], bug["test"]) not in there
    ]


def _summary(modes: list[dict[str, Any]], shown: dict[str, dict[str, list[Story]]]) -> list[str]:
    lines = ["| host | modes that concern it | tests |", "|---|---:|---:|"]
    for host in HOSTS:
        concerned = [mode for mode in modes if host in mode["hosts"]]
        tests = {story for mode in modes for story in shown.get(mode["mode"], {}).get(host, [])}
        lines.append(f"| {host} | {len(concerned)} | {len(tests)} |")
    return [f"{len(modes)} modes, each with its tests:", "", *lines]


def _section(mode: dict[str, Any], shown: dict[str, dict[str, list[Story]]]) -> list[str]:
    lines = [
        f"**{mode['mode'][0].upper()}{mode['mode'][1:]}.** {mode['elsewhere']} *Seen:* {', '.join(mode['seen'])}.",
        "",
        f"*failsoft:* {mode['failsoft']}",
        "",
    ]
    for host in HOSTS:
        by_path: dict[str, list[str]] = {}
        for story in shown.get(mode["mode"], {}).get(host, []):
            by_path.setdefault(story.path, []).append(_says(story))
        lines += [
            f"- {host}, [{Path(path).name}](../{path}): {'; '.join(says)}" for path, says in by_path.items()
        ]
    return lines


def _bugs(bugs: list[dict[str, Any]]) -> list[str]:
    lines = ["| bug | found by | reproduced by |", "|---|---|---|"]
    for bug in bugs:
        path = bug["path"]
        lines.append(
            f"| {bug['bug']} | {bug['found_by']} | [{Path(path).name}](../{path}): {_words(bug['test'])} |"
        )
    return lines


def _says(story: Story) -> str:
    within = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in story.within)
    within = within.strip().removeprefix("test ")
    return f"{within}: {_words(story.name)}" if within else _words(story.name)


def _words(name: str) -> str:
    """A test's name as a sentence. What a template fills in is left open."""
    if " " not in name:
        name = name.removeprefix("test_").replace("_", " ")
    return name.replace("${", "{").replace("|", "\\|")


def main() -> int:
    """Write the page, or check it."""
    made = page()
    for problem in made.problems:
        sys.stderr.write(f"{problem}\n")
    if "--check" not in sys.argv:
        PAGE.write_text(made.text, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != made.text:
        sys.stderr.write("docs/reliability.md is out of date: run scripts/reliability.py\n")
        return 1
    return 1 if made.problems else 0


if __name__ == "__main__":
    sys.exit(main())
