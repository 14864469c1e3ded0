"""What this host was asked, and how it answered: left where ``scripts/conformance.mjs`` looks for it."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

from generated.canonical import see

ROOT = Path(__file__).parents[3]
ANSWERED = "what Rust answers is there after cargo test -p failsoft-tests --test generated"
BLOCK = 64


def check(text):
    """What cases and answers are known by."""
    return f"{zlib.crc32(text.encode()):08x}"


def cases(family):
    return (ROOT / f"tests/generated/{family}.jsonl").read_text(encoding="utf-8")


def leave(family, text, answers, differences):
    """The account of one family of cases, all of which were run."""
    seen = set()
    see(answers, seen)
    calls = sum(answer.get("calls", 0) for answer in answers if isinstance(answer, dict))
    account = {"of": check(text), "cases": len(answers), "calls": calls, "differences": differences}
    folder = ROOT / "target/conformance/python"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{family}.json").write_text(json.dumps({**account, "seen": sorted(seen)}), encoding="utf-8")


def differences(family, lines):
    """The blocks that are not what is checked in, and of each the cases that Rust answered differently."""
    expected = json.loads((ROOT / "tests/generated/checks.json").read_text(encoding="utf-8"))[family]
    blocks = [lines[first : first + BLOCK] for first in range(0, len(lines), BLOCK)]
    assert len(blocks) == len(expected)
    found = [check("\n".join(block)) for block in blocks]
    other = [block for block in range(len(blocks)) if found[block] != expected[block]]
    return [one for block in other for one in named(family, block, lines)]


def named(family, block, lines):
    first = block * BLOCK
    path = ROOT / f"target/conformance/rust/{family}.answers.jsonl"
    if not path.exists():
        return [{"case": f"block {block}", "expected": ANSWERED, "found": f"cases {first} and those after"}]
    # By this end of line alone: a text may have others in it.
    theirs, asked = path.read_text(encoding="utf-8").split("\n"), cases(family).split("\n")
    numbers = [
        number for number in range(first, min(first + BLOCK, len(lines))) if lines[number] != theirs[number]
    ]
    told = [
        {
            "case": f"block {block}, case {number}: {asked[number]}",
            "expected": theirs[number],
            "found": lines[number],
        }
        for number in numbers
    ]
    return told or [
        {"case": f"block {block}", "expected": "what is checked in", "found": "what Rust answers"}
    ]
