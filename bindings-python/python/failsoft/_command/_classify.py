"""``failsoft classify``: what an error means, and which rule says so."""

from __future__ import annotations

import json
import time
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
    parser.description = "Tell what an error means, whether it is worth another try, and which rule decided."
    parser.epilog = "exit status: 0, or 2 if the fault document or the policy makes no sense."
    parser.add_argument("file", nargs="?", metavar="FILE", help="a fault document; - for standard input")
    parser.add_argument("--message", help="what the error says")
    parser.add_argument("--status", type=int, help="an HTTP status")
    parser.add_argument("--type", help="the error's type, such as httpx.ConnectTimeout")
    parser.add_argument("--code", help="a code of the system, a library or the provider, such as ECONNRESET")
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a header of the answer; may be given again",
    )
    parser.add_argument("--policy", metavar="FILE", help="a policy document, for its classify section")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(carry_out=carry_out)


def carry_out(options: argparse.Namespace) -> int:
    """Classify it."""
    own = _own(options)
    if (options.file is None) == (not own):
        raise CommandProblem(
            "classify: give either a fault document, or some of --message, --status, --type, --code, --header"
        )
    fault = json.dumps(own) if options.file is None else _policies.text_of(options.file)
    classifier: Any = {}
    if options.policy is not None:
        classifier = _policies.load([options.policy]).get("classify") or {}
    try:
        told = read(fault, lambda text: json.loads(_native.classify(text, json.dumps(classifier))))
    except ConfigError as error:
        raise CommandProblem(_policies.problems_of(options.file or "classify", error)) from None
    if options.json:
        _paint.data(told)
        return 0
    out = _paint.out()
    out.line(
        f"{told['category']}: {told['status']}, {'worth a retry' if told['retryable'] else 'not worth a retry'}"
    )
    if told["retry_after"] is not None:
        out.line(f"the server asks to wait {seconds(told['retry_after'])}")
    out.line(f"decided by {told['rule']}")
    return 0


def _own(options: argparse.Namespace) -> dict[str, Any]:
    given = {key: getattr(options, key) for key in ("message", "status", "type", "code")}
    fault = {key: value for key, value in given.items() if value is not None}
    for header in options.header:
        name, sign, value = header.partition("=")
        if not sign:
            name, sign, value = header.partition(":")
        if not sign:
            raise CommandProblem(f"--header: {header}: expected NAME=VALUE")
        fault.setdefault("headers", {})[name.strip()] = value.strip()
        # For hints that are a date.
        fault["now"] = time.time()
    return fault
