"""One attempt of a command: run it, watch it, end it when it is late."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any

from failsoft._command._errors import Interrupted
from failsoft._command._output import Pump
from failsoft._errors import FailsoftError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from failsoft._command._secrets import Secrets
    from failsoft._command._signals import Signals
    from failsoft._errors import AttemptTimeoutError

MESSAGE = 10
"""So many of the last lines are the error's message."""
_RAISED = re.compile(
    r"^(?:[A-Za-z_]\w*\.)*([A-Z]\w*(?:Error|Exception|Timeout|Interrupt|Refused|Reset))(?::\s*(.*))?$"
)
"""The last line of a traceback, in Python and in most other languages: the error's type, and what it says."""


class CommandError(FailsoftError):
    """A command that failed.

    Attributes:
        returncode: Its exit status, or the negative number of the signal that ended it.
        code: The same for rules of a policy: the status, or the signal's name.
    """

    def __init__(self, message: str, returncode: int) -> None:
        super().__init__(message)
        self.returncode: int = returncode
        self.code: int | str = returncode if returncode >= 0 else signal_name(-returncode)


def signal_name(number: int) -> str:
    """What a signal is called."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Command:
    """A command that may be run several times; made for one thread.

    Args:
        arguments: The program and its arguments.
        matches: Tells whether a line of its output is that of a failure, whatever its exit status.
        secrets: Kept out of what its errors say.
        signals: Heard while it runs.
        grace: Seconds that it has to end after it was asked to, before it is killed.
        stdin: A file that each attempt reads from its beginning; None for nothing, or the terminal if there is one.
        out: Where its output goes; None for nowhere.
        err: The same for its errors.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        matches: Callable[[str], bool],
        secrets: Secrets,
        signals: Signals,
        grace: float = 5.0,
        stdin: IO[bytes] | None = None,
        out: IO[bytes] | None = None,
        err: IO[bytes] | None = None,
    ) -> None:
        self.arguments = list(arguments)
        self.returncode: int | None = None
        """Of the last attempt; None if it did not end by itself, or was never begun."""
        self.out_lines: list[str] = []
        self.err_lines: list[str] = []
        self._matches = matches
        self._secrets = secrets
        self._signals = signals
        self._grace = grace
        self._stdin = stdin
        self._sinks = (out, err)

    def run(self, limit: float | None, late: type[AttemptTimeoutError]) -> None:
        """Run it once.

        Args:
            limit: Seconds that it may take; None for any time.
            late: What to raise when it takes longer.

        Raises:
            CommandError: It failed; by a type of its own, if its last line names one.
            AttemptTimeoutError: It took too long, and it and what it had begun were killed.
            OSError: It can't be begun.
            Interrupted: A signal came, which was passed on; it has ended.
        """
        self.returncode, self.out_lines, self.err_lines = None, [], []
        process = subprocess.Popen(  # noqa: S603  to run what it is told is what it is for
            self.arguments,
            stdin=self._source(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A group of its own: a late attempt is killed with all that it has begun, and a terminal's Ctrl-C
            # reaches it through us only.
            start_new_session=True,
        )
        out, err = (
            Pump(pipe, sink, self._matches) for pipe, sink in zip(_pipes(process), self._sinks, strict=True)
        )
        out.start()
        err.start()
        over = self._watched(process)
        try:
            in_time = self._signals.wait(limit, over)
            if not in_time:
                self._end(process, over, signal.SIGTERM)
        except BaseException as error:
            self._end(process, over, error.number if isinstance(error, Interrupted) else signal.SIGTERM)
            raise
        finally:
            out.finish()
            err.finish()
            self.out_lines, self.err_lines = list(out.lines), list(err.lines)
        if not in_time:
            raise late(limit or 0.0)
        if out.broken or err.broken:
            raise Interrupted(signal.SIGPIPE)
        self.returncode = process.returncode
        matched = err.matched or out.matched
        if process.returncode or matched is not None:
            raise self._error(process.returncode, matched)

    def _source(self) -> Any:
        if self._stdin is not None:
            self._stdin.seek(0)
            return self._stdin
        return None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL

    def _watched(self, process: subprocess.Popen[bytes]) -> Callable[[], bool]:
        """Whether the process has ended; whoever waits with our signals hears of its end."""
        over = threading.Event()

        def watch() -> None:
            process.wait()
            over.set()
            self._signals.wake()

        threading.Thread(target=watch, name="failsoft-command", daemon=True).start()
        return over.is_set

    def _end(self, process: subprocess.Popen[bytes], over: Callable[[], bool], number: int) -> None:
        """Pass a signal on to the command and all that it has begun; kill what is still there after a while."""
        _signal(process, number)
        self._signals.forget()
        # A second signal means at once.
        with contextlib.suppress(Interrupted):
            deadline = time.monotonic() + self._grace
            # A shell ends at once; what it has begun may take its time.
            if self._signals.wait(self._grace, over):
                while _is_there(process) and time.monotonic() < deadline:
                    self._signals.sleep(0.02)
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()

    def _error(self, returncode: int, matched: str | None) -> CommandError:
        said = [line for line in self.err_lines if line.strip()] or [
            line for line in self.out_lines if line.strip()
        ]
        said = self._secrets.hide_lines(said)
        kind = CommandError
        named = _RAISED.match(said[-1].strip()) if said else None
        lines = said[-MESSAGE:]
        if named is not None:
            kind, lines = _kind(named[1]), [named[2] or ""]
        elif returncode == -signal.SIGINT:
            # Somebody has stopped it by hand.
            kind = _kind("KeyboardInterrupt")
        if matched is not None:
            hidden = self._secrets.hide(matched)
            # Its words decide, so they come first, if its type is not made of the same line.
            if named is None or hidden != said[-1]:
                lines = [hidden, *(line for line in lines if line != hidden)]
        return kind("\n".join(line for line in lines if line) or ended(returncode), returncode)


def ended(returncode: int) -> str:
    """How a process ended, in words."""
    return f"exit status {returncode}" if returncode >= 0 else f"ended by {signal_name(-returncode)}"


def _kind(name: str) -> type[CommandError]:
    # Known to the core by this name, as if it had been raised here.
    return type(name, (CommandError,), {"__module__": "builtins"})


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdout is not None and process.stderr is not None  # noqa: S101,PT018  asked for above
    return process.stdout, process.stderr


def _is_there(process: subprocess.Popen[bytes]) -> bool:
    """Whether anything is left of what it has begun."""
    if os.name == "nt":  # pragma: no cover
        return False
    try:
        os.killpg(process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "nt":  # pragma: no cover
            process.terminate()
        else:
            os.killpg(process.pid, number)
