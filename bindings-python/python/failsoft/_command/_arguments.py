"""The command line."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "run": "run a shell command under a policy",
    "status": "how breakers stand",
    "reset": "close a breaker and forget what it counted",
    "check": "find what is wrong with policy documents",
    "explain": "tell what a policy does",
    "classify": "tell what an error means",
}
"""Each has a module of its own, of which only that of the command at hand is loaded."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read it; what makes no sense ends the process with status 2 and says why."""
    parser = argparse.ArgumentParser(
        prog="failsoft",
        description="Run commands under a policy: retries, timeouts, a circuit breaker that outlives the process.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    chosen = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, what in COMMANDS.items():
        own = commands.add_parser(name, help=what)
        if name == chosen:
            import_module(f"failsoft._command._{name}").add(own)
    # What comes after the first -- is not ours to read, other such signs included.
    before, sign, command = _split(arguments)
    options = parser.parse_args(before)
    if sign:
        if not hasattr(options, "command") or options.command or not command:
            parser.error("-- stands before the command that run runs, and nowhere else")
        options.command = command
    return options


def _split(arguments: Sequence[str]) -> tuple[list[str], bool, list[str]]:
    listed = list(arguments)
    if "--" not in listed:
        return listed, False, []
    at = listed.index("--")
    return listed[:at], True, listed[at + 1 :]


class _Version(argparse.Action):
    """Says the version, which costs a hundred modules to find out."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from failsoft._command._bundle import versions  # noqa: PLC0415  see above

        parser.exit(message=f"failsoft {versions()['failsoft']}\n")
