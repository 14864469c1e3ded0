"""The page about the command: each of its examples runs, and shows what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "python" / "command.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(json|console) ?(\S*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_every_example_of_the_page_shows_what_it_says(shell):
    program = shell.write("bin-failsoft", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m failsoft "$@"\n')
    (shell.place / "bin").mkdir()
    program.rename(shell.place / "bin" / "failsoft").chmod(0o755)
    env = {**shell.env, "PATH": f"{shell.place / 'bin'}:{shell.env['PATH']}"}
    wrong: list[str] = []
    ran = status = 0
    for kind, name, text in BLOCKS:
        if kind == "json":
            shell.write(name, text)
            continue
        for command, shown in examples(text):
            if command != "echo $?":
                done = subprocess.run(  # noqa: S603  the page's own
                    ["sh", "-c", f"{command} 2>&1"],  # noqa: S607  the same
                    cwd=shell.place,
                    env=env,
                    capture_output=True,
                    timeout=60,
                    check=False,
                )
                status, said = done.returncode, done.stdout.decode()
            else:
                said = f"{status}\n"
            ran += 1
            if not fits(shown, said):
                wrong.append(f"$ {command}\n{said}")
    assert wrong == []
    assert ran > 12


def test_every_option_of_a_run_is_on_the_page(shell):
    options = set(re.findall(r"--[a-z-]+", "\n".join(shell("run", "--help").out))) - {"--help", "--"}
    assert len(options) > 8
    assert {option for option in options if option not in PAGE} == set()


def examples(text: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def fits(shown: str, said: str) -> bool:
    """Whether it is what was shown, where dots stand for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.rstrip("\n").split("…"))
    return re.fullmatch(pattern, said.rstrip("\n"), re.DOTALL) is not None
