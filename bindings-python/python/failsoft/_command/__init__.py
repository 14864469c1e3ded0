"""The command ``failsoft``: run a shell command under a policy, look at breakers, check and explain policies."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command line; answers the exit status."""
    from failsoft._command import _arguments  # noqa: PLC0415  argparse is not for who only names this module
    from failsoft._command._errors import CommandProblem  # noqa: PLC0415

    options = _arguments.parse(sys.argv[1:] if arguments is None else arguments)
    try:
        status: int = options.carry_out(options)
    except CommandProblem as problem:
        for line in str(problem).splitlines():
            sys.stderr.write(f"failsoft: {line}\n")
        return problem.status
    except BrokenPipeError:
        # Who read our output has gone, as `| head` does; what is left of it must not complain at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    return status
