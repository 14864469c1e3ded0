"""What goes wrong in the command itself, and with which status it then ends."""

from __future__ import annotations

from failsoft._errors import FailsoftError

OPEN_CIRCUIT = 75
"""The command was not run: its circuit is open, or a limit of the policy refused it (``EX_TEMPFAIL``)."""
STATE = 74
"""The file with the breaker's state can't be used (``EX_IOERR``)."""
TIMEOUT = 124
"""The last attempt was cut off because it took too long, as ``timeout`` of the coreutils has it."""
USAGE = 2
"""The arguments, or the policy, make no sense."""


class CommandProblem(FailsoftError):  # noqa: N818  not an error of this program, but what it tells its user
    """The command can't go on; its text is for the user, and ``status`` the process' exit status."""

    usual = USAGE

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status: int = type(self).usual if status is None else status


class StateProblem(CommandProblem):
    """The state file is torn, foreign, locked for too long, or can't be read or written."""

    usual = STATE


class Interrupted(BaseException):
    """A signal asked this process to end. No error: nothing may catch it by the way, and nothing is counted."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number: int = number
