"""What failsoft costs per call, beside its peers, in this interpreter.

    python benches/python/bench.py [--rounds N] [--only REGEX] [--json FILE]

Everything runs in one process: figures from two processes differ by more than the
libraries do (address layout, clock speed, neighbours). Read differences below a
quarter as noise, and run it three times before believing a small one. `--only` is
searched in names such as "sync f() / failsoft both".
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from guards import guards, versions
from rounds import Case, Drive, driver, fits, measure, prepare, silence, title
from shapes import SHAPES
from table import document, heading, table

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_ROUNDS = 40
"""Fewer rounds seldom meet a quiet moment on a busy machine."""


@dataclass(frozen=True)
class Options:
    """The command line, typed."""

    rounds: int
    only: re.Pattern[str]
    json: Path | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen cases; fail if one could not be built, so that CI notices."""
    options = _options(arguments)
    silence()
    print(heading(versions(), options.rounds), flush=True)
    with driver() as drive:
        cases, faults = _prepared(options.only, drive)
        if cases:
            measure(cases, options.rounds)
            print(f"\n{table(cases)}")
    if options.json is not None:
        figures = document(cases, versions(), options.rounds)
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults or not cases else 0


def _options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, metavar="N")
    parser.add_argument("--only", type=re.compile, default="", metavar="REGEX")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    return Options(given.rounds, given.only, given.json)


def _prepared(only: re.Pattern[str], drive: Drive[object]) -> tuple[list[Case], list[str]]:
    """Build the chosen cases; one that cannot be built must not cost us the others."""
    cases: list[Case] = []
    faults: list[str] = []
    everything = guards()
    for shape in SHAPES:
        for guard in everything:
            name = title(shape, guard)
            if not fits(shape, guard) or not only.search(name):
                continue
            try:
                cases.append(prepare(shape, guard, drive))
            except Exception as error:  # noqa: BLE001 - whatever a library raises
                faults.append(f"left out: {name}: {error!r}")
    return cases, faults


if __name__ == "__main__":
    sys.exit(main())
