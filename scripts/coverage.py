#!/usr/bin/env python3
"""Writes docs/coverage.md of what llvm-cov has counted; scripts/coverage.sh calls it."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

CORE = Path(__file__).resolve().parent.parent / "core" / "src"
HEAD = """\
# Coverage

Written by `make coverage`: the lines and branches of the core that its tests in Rust run, which are the core's own,
those that all hosts share and a thousand schedules of the simulation. What the bindings' suites run besides is
not counted, nor are the tests themselves. A line that was run is not one that was checked: for that there are the
[mutants](mutants.md).

| part | lines | run | branches | run |
|---|---:|---:|---:|---:|
"""


def is_test(path: Path) -> bool:
    """Whether a file holds tests, and nothing that they test."""
    return "tests" in path.parts or path.stem in {"tests", "testing"}


def share(counts: tuple[int, int]) -> str:
    """As people read it; nothing is said of nothing."""
    covered, count = counts
    return f"{100 * covered / count:.1f} %" if count else ""


def main(summary: str) -> None:
    """Print the page."""
    parts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for each in json.loads(Path(summary).read_text(encoding="utf-8"))["data"][0]["files"]:
        path = Path(each["filename"])
        if not path.is_relative_to(CORE) or is_test(path.relative_to(CORE)):
            continue
        own = path.relative_to(CORE)
        for part in (own.parts[0].removesuffix(".rs"), "all"):
            for kind in ("lines", "branches"):
                covered, count = parts[part].get(kind, (0, 0))
                found = each["summary"][kind]
                parts[part][kind] = (covered + found["covered"], count + found["count"])
    rows = [name for name in sorted(parts) if name != "all"]
    lines = [
        f"| {name} | {parts[name]['lines'][1]} | {share(parts[name]['lines'])} "
        f"| {parts[name]['branches'][1]} | {share(parts[name]['branches'])} |"
        for name in [*rows, "all"]
    ]
    sys.stdout.write(HEAD + "\n".join(lines).replace("| all |", "| **all** |") + "\n")


main(sys.argv[1])
