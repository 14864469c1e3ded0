"""``failsoft explain``: what a policy does, in plain words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._command import _paint, _policies
from failsoft._command._errors import CommandProblem
from failsoft._command._story import seconds
from failsoft._documents import read
from failsoft._errors import ConfigError

if TYPE_CHECKING:
    import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Say what its arguments are."""
    parser.description = (
        "Tell what a policy does, how long it waits, and what in it can't work as it was meant."
    )
    parser.epilog = "exit status: 0, or 2 if the document can't be read or makes no sense."
    parser.add_argument("file", metavar="FILE", help="a policy document; - for standard input")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(carry_out=carry_out)


def carry_out(options: argparse.Namespace) -> int:
    """Explain it."""
    try:
        engine = read(_policies.text_of(options.file), _native.Engine)
    except ConfigError as error:
        raise CommandProblem(_policies.problems_of(options.file, error)) from None
    told: dict[str, Any] = json.loads(engine.explain())
    if options.json:
        _paint.data(told)
        return 0
    out = _paint.out()
    for sentence in told["sentences"]:
        out.line(sentence)
    if len(told["attempts"]) > 1:
        out.line()
        out.table(("attempt", "waits before it", "may take"), [_row(plan) for plan in told["attempts"]])
    if told["warnings"]:
        out.line()
    for warning in told["warnings"]:
        out.line(f"warning: {warning['path']}: {warning['message']}", "yellow")
    return 0


def _row(plan: dict[str, Any]) -> tuple[str, str, str]:
    shortest, longest = plan["shortest_wait"], plan["longest_wait"]
    wait = seconds(shortest) if shortest == longest else f"{seconds(shortest)} to {seconds(longest)}"
    return str(plan["number"]), wait, "any time" if plan["limit"] is None else seconds(plan["limit"])
