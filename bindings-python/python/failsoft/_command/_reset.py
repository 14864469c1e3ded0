"""``failsoft reset``: close a breaker and forget what it counted."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from failsoft import _native
from failsoft._command import _book, _paint, _status
from failsoft._command._errors import CommandProblem
from failsoft._command._journal import Journal

if TYPE_CHECKING:
    import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Say what its arguments are."""
    parser.description = "Close a breaker and forget what it counted, for every process that uses it."
    parser.epilog = (
        "exit status: 0, or 1 if there is no breaker of that name, or 74 if its state file can't be used."
    )
    parser.add_argument("name", help="which one")
    parser.add_argument(
        "--state", metavar="PLACE", help="a .json file, or a directory (default: FAILSOFT_STATE)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(carry_out=carry_out)


def carry_out(options: argparse.Namespace) -> int:
    """Reset it."""
    path = _status.files(options.state, options.name)[0]
    found = _book.read(path)
    if found is None or found.name != options.name:
        raise CommandProblem(f"{options.name}: no breaker of this name in {path}", 1)
    engine = _native.Engine(json.dumps(found.document))
    with Journal(path, found.name, found.document, engine, time.time).turn() as book:
        before = json.loads(engine.state(time.time()))["state"]
        engine.set("reset")
        book.add("reset", time.time())
    if options.json:
        _paint.data({"name": options.name, "before": before, "state": "closed"})
    else:
        _paint.out().line(f"{options.name}: closed, was {before}")
    return 0
