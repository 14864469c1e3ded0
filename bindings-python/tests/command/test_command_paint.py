"""What people see: colours on a terminal, plain text everywhere else."""

from __future__ import annotations

import os
import pty
import subprocess

import pytest

ESCAPE = "\x1b["


@pytest.fixture
def terminal(shell):
    """Run the program on a terminal of its own; answers all that it has shown."""

    def run(*arguments: str, **env: str) -> str:
        ours, theirs = pty.openpty()
        kept = {key: value for key, value in shell.env.items() if key not in {"NO_COLOR", "FORCE_COLOR"}}
        process = subprocess.Popen(  # noqa: S603  what is tested
            shell.arguments(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            cwd=shell.place,
            env={**kept, "TERM": "xterm-256color", "COLUMNS": "120", **env},
        )
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:
            # The other end is closed.
            pass
        os.close(ours)
        process.wait(30)
        return shown.decode()

    return run


def test_a_terminal_shows_colours(shell, terminal):
    shown = terminal("run", "--policy", shell.policy(), "--", "true")
    assert ESCAPE in shown
    assert "✓ Workstream complete" in shown


def test_no_color_is_honoured(shell, terminal):
    shown = terminal("run", "--policy", shell.policy(retry={"max_attempts": 2}), "--", "false", NO_COLOR="1")
    assert "\x1b[3" not in shown
    assert "[WARN] Retrying in 1ms..." in shown


def test_a_terminal_shows_tables(shell, terminal):
    shell("run", "--policy", shell.policy(circuit_breaker={}), "--state", "st", "--", "true")
    shown = terminal("status", "--state", "st")
    assert "closed" in shown
    assert ESCAPE in shown


def test_what_is_piped_is_plain_whatever_the_terminal_can_do(shell):
    done = shell("run", "--policy", shell.policy(), "--", "true", TERM="xterm-256color", FORCE_COLOR="1")
    assert ESCAPE not in "\n".join(done.err)


def test_without_rich_a_terminal_shows_the_same_plainly(shell, terminal):
    blocked = shell.place / "without"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys; sys.modules['rich'] = None\n")
    path = os.pathsep.join((str(blocked), shell.env["PYTHONPATH"]))
    shown = terminal("run", "--policy", shell.policy(), "--", "true", PYTHONPATH=path)
    assert shown.splitlines() == [
        "[INFO] Executing step...",
        "[INFO] Step completed successfully (0 retries)",
        "✓ Workstream complete",
    ]


def test_a_terminal_that_knows_few_letters_is_no_reason_to_fail(shell):
    done = shell("run", "--policy", shell.policy(), "--", "true", PYTHONIOENCODING="ascii")
    assert (done.status, done.err[-1]) == (0, "? Workstream complete")
