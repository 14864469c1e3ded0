"""The command line."""

from __future__ import annotations

import argparse
from importlib import metadata
from typing import TYPE_CHECKING

from failsoft._command import _check, _classify, _explain, _reset, _run, _status

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read it; what makes no sense ends the process with status 2 and says why."""
    parser = argparse.ArgumentParser(
        prog="failsoft",
        description="Run commands under a policy: retries, timeouts, a circuit breaker that outlives the process.",
    )
    parser.add_argument("--version", action="version", version=f"failsoft {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (_run, _status, _reset, _check, _explain, _classify):
        command.add(commands)
    return parser.parse_args(arguments)


def _version() -> str:
    try:
        return metadata.version("failsoft")
    except metadata.PackageNotFoundError:
        return "unknown"
