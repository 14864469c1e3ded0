"""Notifications: by a webhook on loopback, or by a command of the user's."""

from __future__ import annotations

import json
import sys
import threading
import time as real_time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


class Hook:
    """A webhook that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.status = 200
        self.answers = threading.Event()
        self.answers.set()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                hook.answers.wait(30)
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.url = f"{self.address}/hooks/s3cr3t-path"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    thread = threading.Thread(target=hook.server.serve_forever)
    thread.start()
    yield hook
    hook.answers.set()
    hook.server.shutdown()
    thread.join()
    hook.server.server_close()


@pytest.fixture
def failed(shell):
    def run(*arguments: str, notify: list[str] | None = None, **env: str):
        policy = shell.policy(
            retry={"max_attempts": 2},
            error_handling={"on_failure": {"notify": notify or ["example@team.com"]}},
        )
        fails = ("sh", "-c", "echo 'ConnectionError: password=hunter2000' >&2; exit 3")
        return shell("run", "--policy", policy, *arguments, "--", *fails, **env)

    return run


def test_w3_a_webhook_is_told_of_a_failure(failed, hook):
    done = failed("--notify-url", hook.url)
    (told,) = hook.told
    kept = {
        key: told[key]
        for key in ("event", "name", "recipients", "attempts", "max_attempts", "error", "circuit")
    }
    assert kept == {
        "event": "failure",
        "name": "ws",
        "recipients": ["example@team.com"],
        "attempts": 2,
        "max_attempts": 2,
        "error": "ConnectionError",
        "circuit": None,
    }
    assert "hunter2000" not in json.dumps(told)
    assert (done.status, "[INFO] Notifying: example@team.com" in done.err) == (3, True)


def test_the_environment_may_name_the_webhook_and_a_recipient_may_be_one(failed, hook):
    failed(FAILSOFT_NOTIFY_URL=hook.url)
    failed(notify=[hook.url])
    assert [told["event"] for told in hook.told] == ["failure", "failure"]


def test_a_command_of_the_user_s_is_told_on_its_standard_input(shell, failed):
    shell.write(
        "tell.py", "import sys, os; open('told', 'w').write(os.environ['FAILSOFT_EVENT'] + sys.stdin.read())"
    )
    failed("--notify-command", f"{sys.executable} tell.py")
    event, _, rest = (shell.place / "told").read_text().partition("{")
    assert (event, json.loads("{" + rest)["name"]) == ("failure", "ws")


def test_whom_no_channel_reaches_is_said_not_to_be_notified(failed):
    done = failed()
    assert "[WARN] Not notified: no channel is configured (--notify-url, --notify-command)" in done.err


@pytest.mark.parametrize("channel", ["url", "command"])
def test_a_channel_that_hangs_holds_nobody_up_for_long(failed, hook, channel):
    hook.answers.clear()
    asked = ("--notify-url", hook.url) if channel == "url" else ("--notify-command", "sleep 30")
    begun = real_time.monotonic()
    done = failed(*asked)
    assert real_time.monotonic() - begun < 12
    assert done.status == 3
    assert any(line.endswith(": no answer within 5 s") for line in done.err)


def test_a_channel_that_fails_is_told_without_the_secret_of_its_address(failed, hook):
    hook.status = 500
    done = failed("--notify-url", hook.url)
    assert "[WARN] Not notified: http://127.0.0.1: HTTP 500" in done.err
    assert "s3cr3t" not in "\n".join(done.err)
    assert "[WARN] Not notified: false: exit status 1" in failed("--notify-command", "false").err


def test_w3_a_circuit_that_opens_is_told_while_the_run_goes_on(shell, hook):
    policy = shell.policy(
        retry={"max_attempts": 3},
        circuit_breaker={"failure_threshold": 1, "recovery_timeout": "10ms"},
        error_handling={
            "on_circuit_open": {"action": "pause_and_notify", "pause_duration": "200ms", "notify": ["ops"]}
        },
    )
    script = shell.script("sys.exit(run == 1)")
    done = shell("run", "--policy", policy, "--notify-url", hook.url, "--", sys.executable, script)
    assert done.status == 0
    assert [(told["event"], told["circuit"], told["recipients"]) for told in hook.told] == [
        ("circuit_open", "open", ["ops"])
    ]
    assert "[WARN] Pausing for 0.2s..." in done.err
