"""``failsoft run``: a shell command under a policy."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from failsoft._command import _patterns, _policies
from failsoft._command._aftermath import Aftermath
from failsoft._command._attempt import Command
from failsoft._command._errors import CommandProblem
from failsoft._command._journal import WallClock
from failsoft._command._log import Log
from failsoft._command._notify import Channels
from failsoft._command._secrets import Secrets
from failsoft._command._signals import Signals
from failsoft._command._workstream import Job, Workstream

if TYPE_CHECKING:
    import argparse

_STATUSES = """\
exit status: the command's own, or 0 if on_failure says log_and_continue (not with --strict); 128 and the signal's
number if a signal ended it; 124 if its last attempt took too long; 75 if it was not run, because its circuit is open or
a limit refused it; 74 if the state file can't be used; 126 or 127 if it can't be run or isn't found; 130 after Ctrl-C;
2 if the arguments or the policy make no sense."""


def add(parser: argparse.ArgumentParser) -> None:
    """Say what its arguments are."""
    parser.usage = "failsoft run --policy FILE [OPTION ...] -- COMMAND [ARGUMENT ...]"
    parser.description = "Run a command until it succeeds or the policy says that it is enough."
    parser.epilog = _STATUSES
    parser.add_argument(
        "--policy",
        required=True,
        action="append",
        metavar="FILE",
        help="the policy document; may be given again for documents of other sections",
    )
    parser.add_argument(
        "--name", help="what the run and its breaker are called (default: the document's name, or its file's)"
    )
    parser.add_argument("--log", metavar="FILE", help="add the log to this file, too")
    parser.add_argument(
        "--state",
        metavar="PLACE",
        help="the breaker's state: a .json file, or a directory (default: FAILSOFT_STATE)",
    )
    parser.add_argument(
        "--diagnostics",
        metavar="PLACE",
        help="write a diagnostic bundle of each failed run: a .tar.gz or .zip file, or a directory to make one in",
    )
    parser.add_argument(
        "--notify-url", metavar="URL", help="webhook for notifications (default: FAILSOFT_NOTIFY_URL)"
    )
    parser.add_argument(
        "--notify-command",
        metavar="COMMAND",
        help="command that gets notifications as JSON on its standard input (default: FAILSOFT_NOTIFY_COMMAND)",
    )
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="WORDS",
        help="an attempt whose output has these words has failed, whatever its exit status; may be given again",
    )
    parser.add_argument(
        "--grace",
        type=_seconds,
        default=5.0,
        metavar="SECONDS",
        help="how long a late attempt has from SIGTERM to SIGKILL (default: 5)",
    )
    parser.add_argument(
        "--stdin", action="store_true", help="read standard input whole and give it to each attempt"
    )
    parser.add_argument(
        "--strict", action="store_true", help="keep the command's exit status, whatever on_failure says"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="JSON lines on standard output; the command's own output on standard error",
    )
    parser.add_argument(
        "command", nargs="*", metavar="COMMAND", help="the command and its arguments, after --"
    )
    parser.set_defaults(carry_out=carry_out)


def carry_out(options: argparse.Namespace) -> int:
    """Run it."""
    if not options.command:
        raise CommandProblem("run: no command; write it after --")
    document = _policies.load(options.policy)
    name = _policies.name_of(document, options.name, options.policy[0])
    url = options.notify_url or os.environ.get("FAILSOFT_NOTIFY_URL")
    if url and not url.startswith(("http://", "https://")):
        raise CommandProblem("--notify-url: expected an address that begins with http:// or https://")
    state = _policies.state_path(options.state, name)
    secrets, clock = Secrets(), WallClock()
    log = Log(secrets, as_json=options.json, path=options.log, now=clock.now)
    channels = Channels(url, options.notify_command or os.environ.get("FAILSOFT_NOTIFY_COMMAND"))
    place = Path(options.diagnostics) if options.diagnostics else state.parent / "diagnostics"

    def aftermath(actions: Any, known: Any) -> Aftermath:
        return Aftermath(
            name,
            actions,
            channels=channels,
            place=place,
            always=bool(options.diagnostics),
            known=known,
            log=log,
            secrets=secrets,
            now=clock.now,
        )

    with Signals() as signals:
        command = Command(
            options.command,
            matches=_patterns.matcher(_patterns.of_document(document, options.fail_on)),
            secrets=secrets,
            signals=signals,
            grace=options.grace,
            stdin=_spooled() if options.stdin else None,
            out=sys.stderr.buffer if options.json else sys.stdout.buffer,
            err=sys.stderr.buffer,
        )
        job = Job(name, document, command, state, strict=options.strict)
        try:
            return Workstream(
                job, log=log, secrets=secrets, signals=signals, aftermath=aftermath, now=clock.now
            ).run()
        finally:
            log.close()


def _spooled() -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the process
    shutil.copyfileobj(sys.stdin.buffer, file)
    return file


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 86400:  # noqa: PLR2004  a day
        raise ValueError(text)
    return number
