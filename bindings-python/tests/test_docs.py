"""Every Python snippet of the README and of the pages under `docs/python` runs and prints what it says it prints.

How a page is written, so that this holds:

- A block of ``python`` is a program, run by itself in a process of its own. One of ``python continued`` goes on where
  the ``python`` block above it ended: they are run as one program.
- What a program prints stands behind its ``print(...)  # like this``, or as comment lines after its last line of
  code. Where a program shows any output it shows all of it; an ellipsis (one character) stands for the rest of a
  line. A program that shows none may print what it likes. What goes to stderr, such as log lines, is not compared.
- A block with a file's name (``json policy.json``, ``python test_weather.py``) is not run: the file is there for all
  blocks after it.
- A block of ``console`` has commands behind ``$ `` (a line that ends in a backslash goes on), each followed by its
  output, stderr included, with ellipses as above; a line of an ellipsis alone stands for any number of lines. They
  are run by bash, one after the other, in one directory for the page. A command that shows no output has to succeed.
  ``failsoft``, ``pytest`` and ``python`` are those of the tests.
- Other blocks (``sh``, ``json`` without a name, ``text``) are not run.
- A setup that no reader needs to see is a block inside of an HTML comment; the block after it is then a continued one.
- ``https://api.example.com`` is a server on loopback, another one for each block of ``python`` and for each page's
  commands. It answers with 200 and ``{"path": ...}``; but a path that begins with ``/flaky`` fails the first time that
  it is asked for, and ``/status/503`` says 503, or any other status.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "python").glob("*.md"))]
PYTEST = "-p no:cacheprovider -o asyncio_default_fixture_loop_scope=function"
ADDRESS = "https://api.example.com"


class Block(NamedTuple):
    page: Path
    number: int
    kind: str
    name: str
    """What stands behind the kind: nothing, a file's name, or ``continued``."""
    text: str

    @property
    def is_file(self) -> bool:
        return "." in self.name


def blocks_of(page: Path) -> list[Block]:
    fences = re.findall(
        r"^```(\w+)[ \t]*([^\n]*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    return [Block(page, number, *fence) for number, fence in enumerate(fences, 1)]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
PROGRAMS = [block for block in BLOCKS if block.kind == "python" and not block.is_file]
STORIES = [page for page in PAGES if any(block.kind == "console" for block in blocks_of(page))]


def named(value: Block | Path) -> str:
    return f"{value.page.stem}-{value.number}" if isinstance(value, Block) else value.stem


class Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = 200
        if told := re.match(r"/status/(\d{3})", self.path):
            status = int(told[1])
        elif self.path.startswith("/flaky") and self.path not in self.server.asked:
            status = 503
        self.server.asked.add(self.path)
        body = json.dumps({"path": self.path}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  what the base class looks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    api = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    api.asked = set()
    thread = threading.Thread(target=api.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{api.server_port}"
    api.shutdown()
    thread.join()
    api.server_close()


@pytest.fixture
def command(tmp_path, server) -> object:
    """Runs a command in a page's directory: what it printed, and its exit status."""
    tools = tmp_path / "tools"
    tools.mkdir()
    plugin = "" if [*entry_points(group="pytest11", name="failsoft")] else " -p _failsoft_pytest"
    lines = {"python": "", "failsoft": "-m failsoft", "pytest": f"-m pytest {PYTEST}{plugin}"}
    for name, arguments in lines.items():
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        (tools / name).chmod(0o755)
    home = tmp_path / "page"
    home.mkdir()
    # The package may be found by a path from where the tests were started.
    path = os.pathsep.join(
        str(Path(entry).resolve()) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry
    )
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": path,
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "120",
    }

    def run(*words: str, errors: int | None = subprocess.STDOUT) -> tuple[str, int]:
        done = subprocess.run(  # noqa: S603
            words,
            cwd=home,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            timeout=120,
        )
        # Commands that print the server's address print the one that the page has.
        return done.stdout.replace(server, ADDRESS), done.returncode

    def write(block: Block) -> None:
        (home / block.name).write_text(block.text.replace(ADDRESS, server), encoding="utf-8")

    run.write = write
    return run


def test_there_are_snippets():
    assert {page.stem for page in PAGES if any(block.page == page for block in PROGRAMS)} >= {
        "README",
        "testing",
    }


@pytest.mark.parametrize("block", PROGRAMS, ids=named)
def test_a_snippet_runs_and_prints_what_it_shows(block, command, server):
    for other in BLOCKS:
        if other.page == block.page and other.number < block.number and other.is_file:
            command.write(other)
    program = program_of(block)
    # Log lines are for the reader's own terminal; where a program fails they are in the test's output.
    printed, status = command("python", "-c", program.replace(ADDRESS, server), errors=None)
    assert status == 0, printed
    if shown := shown_by(program):
        assert_same(printed.splitlines(), shown)


@pytest.mark.parametrize("page", STORIES, ids=named)
def test_the_commands_of_a_page_print_what_it_shows(page, command, server):
    for block in blocks_of(page):
        if block.is_file:
            command.write(block)
        if block.kind != "console":
            continue
        for line, shown in commands_of(block.text):
            printed, status = command("bash", "-c", line.replace(ADDRESS, server))
            if shown:
                assert_same(printed.splitlines(), shown)
            else:
                assert status == 0, printed


def program_of(block: Block) -> str:
    """The block's text, behind that of those that it continues."""
    text = block.text
    while block.name == "continued":
        block = max(other for other in PROGRAMS if other.page == block.page and other.number < block.number)
        text = block.text + text
    return text


def shown_by(program: str) -> list[str]:
    """The lines that a program says it prints: behind each ``print``, and after its last line of code."""
    lines = program.rstrip().splitlines()
    end = len(lines)
    while end and lines[end - 1].startswith("# "):
        end -= 1
    behind = [found[1] for line in lines[:end] if (found := re.search(r"print\(.*\)\s+# (.+)$", line))]
    return [*behind, *(line.removeprefix("# ") for line in lines[end:])]


def commands_of(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a console, each with the lines that it prints."""
    commands: list[tuple[str, list[str]]] = []
    for line in re.sub(r"\\\n", "", text).splitlines():
        if line.startswith("$ "):
            commands.append((line.removeprefix("$ "), []))
        else:
            commands[-1][1].append(line)
    return commands


def assert_same(printed: list[str], shown: list[str]) -> None:
    """What is printed is what is shown: up to the dots in each line, and with any lines for dots alone."""
    pattern = "".join(
        r"(?:.*\n)*?"
        if line.strip() == "…"
        else re.escape(line.split("…")[0]) + (".*\n" if "…" in line else "\n")
        for line in shown
    )
    text = "".join(f"{line}\n" for line in printed)
    if not re.fullmatch(pattern, text):
        # Compared whole, so that pytest shows where they differ.
        assert printed == shown


class TestTheConvention:
    """What this file says of itself holds."""

    def test_what_is_shown_is_found_behind_prints_and_at_the_end(self):
        program = 'print(1)  # one\nx = 5  # no output\nprint("a")\n# two …\n# three\n'
        assert shown_by(program) == ["one", "two …", "three"]

    def test_commands_have_their_output_and_may_go_on(self):
        assert commands_of("$ one \\\n  two\nout\n$ three\n") == [("one   two", ["out"]), ("three", [])]

    @pytest.mark.parametrize(
        ("printed", "shown"),
        [(["a", "bc"], ["a", "b…"]), (["a", "x", "y", "c"], ["a", "…", "c"]), (["a.b"], ["a.b"])],
    )
    def test_dots_stand_for_the_rest(self, printed, shown):
        assert_same(printed, shown)

    @pytest.mark.parametrize(
        ("printed", "shown"), [(["a"], ["b"]), (["a", "b"], ["a"]), ([], ["a"]), (["axb"], ["a.b"])]
    )
    def test_other_output_is_a_failure(self, printed, shown):
        with pytest.raises(AssertionError):
            assert_same(printed, shown)
