"""The command as its users have it: a process of its own, and for long waits the same in this one, with faked time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import failsoft
from failsoft._command._aftermath import Aftermath
from failsoft._command._attempt import Command
from failsoft._command._log import Log
from failsoft._command._notify import Channels
from failsoft._command._patterns import matcher, of_document
from failsoft._command._policies import load
from failsoft._command._secrets import Secrets
from failsoft._command._signals import Signals
from failsoft._command._workstream import Job, Workstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORKSTREAMS = Path(__file__).parent / "workstreams"
AS_GIVEN = [str(WORKSTREAMS / f"{block}.json") for block in ("circuit_breaker", "retry", "error_handling")]


class Done:
    """What a finished program has left: its exit status, and the lines that it wrote."""

    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.status = done.returncode
        self.out = done.stdout.decode().splitlines()
        self.err = done.stderr.decode().splitlines()

    @property
    def told(self) -> list[dict[str, Any]]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out]

    def __repr__(self) -> str:
        return "\n".join([f"status {self.status}", "-- out", *self.out, "-- err", *self.err])


class Shell:
    """Runs the real program in a directory of its own."""

    def __init__(self, place: Path, compiled: Path) -> None:
        self.place = place
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("FAILSOFT")}
        # The package that is tested, wherever the tests found it.
        self.env["PYTHONPATH"] = str(Path(failsoft.__file__).parents[1])
        # Programs are begun a hundred times here; the first one compiles for all of them.
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)
        self.env["PYTHONPYCACHEPREFIX"] = str(compiled)
        self.env["XDG_STATE_HOME"] = str(place / "state")

    def arguments(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "failsoft", *arguments]

    def __call__(self, *arguments: str, stdin: str = "", **env: str) -> Done:
        done = subprocess.run(  # noqa: S603  what is tested
            self.arguments(*arguments),
            input=stdin.encode(),
            capture_output=True,
            cwd=self.place,
            env={**self.env, **env},
            timeout=60,
            check=False,
        )
        return Done(done)

    def begins(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        """Begin it, and let it run beside the test."""
        return subprocess.Popen(  # noqa: S603  the same
            self.arguments(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.place,
            env={**self.env, **env},
        )

    def write(self, name: str, text: str) -> Path:
        path = self.place / name
        path.write_text(text, encoding="utf-8")
        return path

    def policy(self, name: str = "ws", /, **sections: Any) -> str:
        """A policy file whose waits are too short to notice."""
        retry = {"initial_delay": "1ms", "jitter": False, **sections.pop("retry", {})}
        self.write(f"{name}.json", json.dumps({"retry": retry, **sections}))
        return f"{name}.json"

    def script(self, *lines: str) -> str:
        """A program in Python, beside which each of its runs leaves a mark; ``run`` is the number of this one."""
        counter = (
            "import sys, os, time, pathlib; runs = pathlib.Path('runs')",
            "run = 1 + len(runs.read_text()) if runs.exists() else 1; runs.open('a').write('.')",
        )
        self.write("script.py", "\n".join((*counter, *lines)))
        return "script.py"

    @property
    def runs(self) -> int:
        """How often the script was run."""
        marks = self.place / "runs"
        return len(marks.read_text()) if marks.exists() else 0


@pytest.fixture(scope="session")
def compiled(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def shell(tmp_path, compiled) -> Shell:
    return Shell(tmp_path, compiled)


@pytest.fixture
def workstream(tmp_path, time, monkeypatch) -> Iterator[Callable[..., tuple[int, list[str]]]]:
    """Run a command under document 000's own files, with faked time; answers its status and its lines."""
    monkeypatch.chdir(tmp_path)

    def run(arguments: list[str], *, strategy: str | None = None) -> tuple[int, list[str]]:
        document = load(AS_GIVEN)
        if strategy is not None:
            document["circuit_breaker"]["escalation_strategy"] = strategy
        secrets = Secrets({})
        log = Log(secrets, as_json=False, path=None, now=lambda: time.now)
        command = Command(
            arguments,
            matches=matcher(of_document(document)),
            secrets=secrets,
            signals=signals,
            out=None,
            err=None,
        )

        def aftermath(actions: Any, known: Any) -> Aftermath:
            return Aftermath(
                "ws-example-03",
                actions,
                channels=Channels(None, f"{sys.executable} -c 0"),
                place=tmp_path / "diagnostics",
                always=False,
                known=known,
                log=log,
                secrets=secrets,
                now=lambda: time.now,
            )

        job = Job("ws-example-03", document, command, tmp_path / "ws.json")
        status = Workstream(
            job,
            log=log,
            secrets=secrets,
            signals=signals,
            aftermath=aftermath,
            now=lambda: time.now,
            sleep=time.sleep,
        ).run()
        return status, log.lines

    with Signals() as signals:
        yield run


def without_numbers(lines: list[str]) -> list[str]:
    """The lines, but for what chance decides: waits that are spread, and when a bundle was written."""
    lines = [re.sub(r"Retrying in [\d.]+m?s", "Retrying in …", line) for line in lines]
    return [re.sub(r"saved to: .*", "saved to: …", line) for line in lines]


@pytest.fixture
def told() -> Callable[[list[str]], list[str]]:
    return without_numbers
