"""Every snippet of the page about clients runs, against a real server on loopback, and prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_sdks import CHAT, MESSAGE, fine

from loopback import Loopback, answer

PAGE = Path(__file__).parents[3] / "docs" / "python" / "clients.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def server():
    def twice(path, good):
        """Fail once and then answer."""
        failed = []

        def play(connection):
            line = good if failed else answer(503, b"not yet")
            failed.append(path)
            return line(connection)

        server.at(path, play)

    with Loopback() as server:
        twice("/flaky", answer(200))
        twice("/v1/chat/completions", fine(CHAT))
        twice("/v1/messages", fine(MESSAGE))
        twice("/", fine(b'{"QueueUrls": ["first"]}'))
        server.at("/missing", answer(404))
        server.at("/broken", answer(500))
        yield server


def test_there_is_a_snippet_for_each_client():
    text = "\n".join(SNIPPETS)
    clients = ["httpx", "requests", "aiohttp", "urllib3", "openai", "anthropic", "botocore"]
    assert [client for client in clients if f"failsoft.integrations.{client}" not in text] == []


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.strip().splitlines()[-1][:40])
def test_a_snippet_runs_and_prints_what_it_says(snippet, server, capsys):
    expected = re.findall(r"print\(.*\)\s+# (.+)$", snippet, re.MULTILINE)
    code = snippet.replace("https://api.example.com", server.url)
    exec(compile(code, str(PAGE), "exec"), {"__name__": "clients"})  # noqa: S102
    printed = capsys.readouterr().out.replace(server.host, "api.example.com")
    assert printed.splitlines() == expected
