#!/usr/bin/env python3
"""Writes docs/seeds.md: what failsoft was asked for, row by row, and the tests that show it in each host.

A test names its rows: ``fn s8_…`` or ``/// S8`` above it in Rust, ``def test_s8_…`` in Python, ``test('S8: …')`` in
JavaScript. ``scripts/seeds.py`` writes the page, ``scripts/seeds.py --check`` says whether it is up to date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

from suites import HOSTS, ROOT, Story, stories

PAGE = ROOT / "docs" / "seeds.md"

DOCUMENTS = {
    "W": ("000", "Workstreams that fail"),
    "T": ("001", "A tutorial of error recovery"),
    "P": ("002", "An error recovery primitive"),
    "L": ("003", "An error recovery framework for LLM calls"),
    "S": ("004", "An error handling and resilience system"),
}

ROWS = {
    "W1": "The `circuit_breaker` block loads unchanged: attempts, identical errors, cooldown, patterns, escalation.",
    "W2": "The `retry` block loads unchanged: exponential or linear, delays, jitter, or switched off.",
    "W3": "The `error_handling` block loads unchanged: what is logged, collected, notified and paused is data.",
    "W4": "Its five scenarios, from success at once to permanent failure, in the order of their events.",
    "W5": "Identical errors in a row open the breaker; errors of another kind between them start the count over.",
    "W6": "A command runs a workstream under its policy, and another process reads the state of its breaker.",
    "W7": "A failure leaves a bundle of diagnostics, whose path is printed.",
    "W8": "A network client: `get(url)` and any operation, with retries, over real HTTP.",
    "W9": "Jitter of half of the delay, up or down.",
    "T1": "What passes by itself is retried; bad credentials, bad input and what is not there never are.",
    "T2": "Delays double from a tenth of a second.",
    "T3": "Five failures in a row open a breaker, and a minute later one call decides.",
    "T4": "A fallback chain whose steps have a cost and an accuracy, which the report carries.",
    "T5": "A limit for each attempt that grows from one to the next.",
    "T6": "Rate limits wait longer and longer, or as long as the server asks.",
    "T7": "Self-healing: fail, diagnose, remedy, call again.",
    "T8": "Jitter that adds up to half of the delay.",
    "T9": "Partial success of a batch: what succeeded, what failed, and the share.",
    "T10": "Each registered tool has a policy, to retry it or to fall back to others; one executor calls them.",
    "T11": "Success rate, average attempts and retry rate.",
    "T12": "What may have been done is not done twice, unless it is said that this does no harm.",
    "P1": "A decorator for functions and one for coroutines, with `RetryConfig` and a fallback.",
    "P2": "`CircuitBreaker(…).call(…)`, which counts expected exceptions only and says when it is open.",
    "P3": "Errors are told apart by words, where the document's own classifier is asked for.",
    "P4": "Exponential delays up to a most, spread by half.",
    "P5": "When retries end, the fallback answers; without one the last exception comes out as it is.",
    "P6": "A retry is logged as a warning, giving up as an error, a fallback as information.",
    "P7": "What it says it lacks: rules of one's own, a retry budget, spans for each attempt.",
    "L1": "A manager that makes calls of both kinds, each with a context and a limit.",
    "L2": "A configuration in milliseconds.",
    "L3": "Statuses and types of errors, and the cases of its classification test.",
    "L4": "`TransientError` and `PermanentError`, with message and type.",
    "L5": "An authentication error is not tried again.",
    "L6": "The limit is for each attempt, not for the whole.",
    "L7": "An open breaker rejects, and says so.",
    "L8": "Log lines for success, transient and permanent errors, and the breaker.",
    "L9": "Concurrent calls do not disturb each other.",
    "L10": "Prometheus metrics: counters, gauges, histograms and labels, of several agents.",
    "L11": "No secret gets into a log line, an event or a bundle.",
    "L12": "The breaker's status can be read, and reset, while the program runs.",
    "L13": "Its next steps: success rates, the states of breakers on a page, many calls at once.",
    "S1": "`RetryConfig` with the exceptions that are retried.",
    "S2": "`execute_with_resilience`: retries, through a named breaker.",
    "S3": "A breaker with a rolling window and several probes; standard, critical and lenient settings.",
    "S4": "Named breakers, one for each service, isolated from each other.",
    "S5": "Fallback chains with qualities and statistics, which learn what works best.",
    "S6": "Five levels of degradation, each with its share and its parameters.",
    "S7": "Metrics and people move the level, and it does not flap.",
    "S8": "The parameters of a call follow the level, by rules that are data.",
    "S9": "The system's health, and debug information as JSON.",
    "S10": "Error analytics with a bounded history that can be cleared.",
    "S11": "Its three integrations: breakers inside of a chain inside of a resilient call.",
}

ID = r"[wtplsWTPLS]\d{1,2}"
IDS = re.compile(rf"({ID}(?:\s*[,;]\s*{ID})*)(?=[\s,;:]|$)")
NAMED = re.compile(rf"(?:{ID}_)*")
TITLED = re.compile(rf"({ID}(?:, ?{ID})*): (.*)")


class Test(NamedTuple):
    """A test that shows rows: its host, its file, what it says, and which rows."""

    host: str
    path: str
    says: str
    rows: frozenset[str]


def tests() -> list[Test]:
    """All tests that name rows, in the order of their files."""
    return [test for story in stories(ROOT) if (test := _test(story))]


def page() -> str:
    """The page."""
    found = tests()
    lines = [
        "<!-- Written by scripts/seeds.py. -->",
        "# What failsoft was asked for",
        "",
        "Five documents, each about one way to survive failures, stand behind failsoft. What a reader of one of them",
        "would try is a row here, with the tests that show it. `scripts/seeds.py` writes this page out of their names.",
    ]
    for letter, (number, title) in DOCUMENTS.items():
        lines += ["", f"## {letter} · Document {number}: {title}"]
        for row, about in ROWS.items():
            if row[0] == letter:
                lines += ["", f"**{row}** {about}", "", *_shown(row, found)]
    return "\n".join(lines) + "\n"


def _shown(row: str, found: list[Test]) -> list[str]:
    lines = []
    for host in HOSTS:
        by_path: dict[str, list[str]] = {}
        for test in found:
            if test.host == host and row in test.rows:
                by_path.setdefault(test.path, []).append(test.says)
        for path, says in by_path.items():
            lines.append(f"- {host}, [{Path(path).name}](../{path}): {'; '.join(says)}")
    return lines or ["- no test yet"]


def _test(story: Story) -> Test | None:
    """The rows of a test's name and of what stands above it, and what the name says beside."""
    if story.host == "JavaScript":
        titled = TITLED.match(story.name)
        return titled and Test(story.host, story.path, titled[2], _rows(titled[1]))
    name = story.name.removeprefix("test_")
    named = NAMED.match(name)
    prefix = named[0] if named else ""
    above = [ids[1] for line in story.above if (ids := IDS.match(line))] if story.host == "Rust" else []
    rows = _rows(" ".join([prefix.replace("_", " "), *above]))
    return Test(story.host, story.path, name[len(prefix) :].replace("_", " "), rows) if rows else None


def _rows(text: str) -> frozenset[str]:
    return frozenset(row.upper() for row in re.findall(ID, text))


def main() -> int:
    """Write the page, or check it."""
    new = page()
    if "--check" not in sys.argv:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == new:
        return 0
    sys.stderr.write("docs/seeds.md is out of date: run scripts/seeds.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
