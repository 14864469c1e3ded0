"""Every Python snippet of the README runs, against a real server on loopback."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

README = Path(__file__).parents[2] / "README.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


class Weather(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    weather = ThreadingHTTPServer(("127.0.0.1", 0), Weather)
    thread = threading.Thread(target=weather.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{weather.server_port}"
    weather.shutdown()
    thread.join()
    weather.server_close()


def test_there_are_snippets():
    assert len(SNIPPETS) > 0


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.strip().splitlines()[-1][:40])
def test_a_snippet_of_the_readme_runs(snippet, server):
    exec(snippet.replace("https://api.example.com", server), {"__name__": "readme"})  # noqa: S102


def test_the_comments_beside_prints_say_what_is_printed(capsys):
    snippet = next(snippet for snippet in SNIPPETS if "stop_reason" in snippet)
    exec(snippet, {"__name__": "readme"})  # noqa: S102
    expected = re.findall(r"print\(.*\)\s+# (.+)$", snippet, re.MULTILINE)
    assert capsys.readouterr().out.split() == expected


@pytest.mark.parametrize("word", ["run_batch", "get_system_health"])
def test_the_comments_beside_parts_say_what_is_printed(word, capsys):
    snippet = next(snippet for snippet in SNIPPETS if word in snippet)
    exec(snippet, {"__name__": "readme"})  # noqa: S102
    assert capsys.readouterr().out.splitlines() == re.findall(r"  # (.+)$", snippet, re.MULTILINE)


def test_the_readme_shows_what_a_policy_says_of_itself(capsys):
    assert_prints_what_it_shows("explain()", capsys)


def test_the_readme_shows_the_errors_of_wrong_settings_as_they_are(capsys):
    assert_prints_what_it_shows("ConfigError", capsys)


def assert_prints_what_it_shows(word, capsys):
    """The comments at the end of the snippet with this word are its output, up to the dots in each line."""
    snippet = next(snippet for snippet in SNIPPETS if word in snippet)
    exec(snippet, {"__name__": "readme"})  # noqa: S102
    printed = capsys.readouterr().out.splitlines()
    shown = [line[2:].split("…")[0] for line in snippet.splitlines() if line.startswith("# ")]
    assert [line[: len(start)] for line, start in zip(printed, shown, strict=True)] == shown
