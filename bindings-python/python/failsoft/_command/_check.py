"""``failsoft check``: everything that is wrong with policy documents."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._command import _paint, _policies
from failsoft._documents import read
from failsoft._errors import ConfigError

if TYPE_CHECKING:
    import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Say what its arguments are."""
    parser.description = "Name everything that is wrong with policy documents, and what in them is doubtful."
    parser.epilog = (
        "exit status: 0, or 1 if something is wrong (--strict: or doubtful), or 2 if a file can't be read."
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a policy document; - for standard input")
    parser.add_argument("--strict", action="store_true", help="count warnings as errors")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(carry_out=carry_out)


def carry_out(options: argparse.Namespace) -> int:
    """Check them."""
    found = [_checked(path) for path in options.files]
    wrong = any(each["problems"] or (options.strict and each["warnings"]) for each in found)
    if options.json:
        _paint.data(found)
        return int(wrong)
    out, err = _paint.out(), _paint.Paint(sys.stderr)
    for each in found:
        for problem in each["problems"]:
            err.line(
                ": ".join(part for part in (each["file"], problem["path"], problem["message"]) if part), "red"
            )
        for warning in each["warnings"]:
            err.line(f"{each['file']}: warning: {warning['path']}: {warning['message']}", "yellow")
        if not each["problems"]:
            out.line(f"{each['file']}: ok", "green")
    return int(wrong)


def _checked(path: str) -> dict[str, Any]:
    try:
        engine = read(_policies.text_of(path), _native.Engine)
    except ConfigError as error:
        return {"file": path, "problems": [problem._asdict() for problem in error.problems], "warnings": []}
    return {"file": path, "problems": [], "warnings": json.loads(engine.explain())["warnings"]}
