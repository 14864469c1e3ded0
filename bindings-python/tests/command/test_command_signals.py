"""Ctrl-C and SIGTERM: the command is ended with us, and nothing is counted."""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
import time as real_time

import pytest

from failsoft._command._errors import Interrupted
from failsoft._command._signals import Signals


@pytest.fixture
def running(shell):
    """A run whose command is under way, and leaves a file with the signal that it was sent."""

    def begin(*lines: str):
        policy = shell.policy(circuit_breaker={"failure_threshold": 1, "recovery_timeout": 3600})
        handler = (
            "import signal",
            "def told(number, _): pathlib.Path('told').write_text(signal.Signals(number).name); sys.exit(9)",
            "signal.signal(signal.SIGINT, told); signal.signal(signal.SIGTERM, told)",
            "pathlib.Path('ready').touch()",
        )
        script = shell.script(*handler, *(lines or ("time.sleep(60)",)))
        process = shell.begins(
            "run", "--policy", policy, "--state", "st", "--grace", "1", "--", sys.executable, script
        )
        deadline = real_time.monotonic() + 30
        while not (shell.place / "ready").exists():
            assert real_time.monotonic() < deadline
            real_time.sleep(0.02)
        return process

    return begin


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_passed_on_and_nothing_is_counted(shell, running, number, status):
    process = running()
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert (shell.place / "told").read_text() == number.name
    assert err.decode().splitlines()[-1] == f"✗ Workstream interrupted ({number.name})"
    told = json.loads(shell("status", "ws", "--state", "st", "--json").out[0])
    assert (told["state"], told["failures"], told["under_way"]) == ("closed", 0, 0)
    assert shell.runs == 1


def test_a_command_that_does_not_heed_the_signal_is_killed_after_its_grace(shell, running):
    process = running(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)", "pathlib.Path('deaf').touch()", "time.sleep(60)"
    )
    while not (shell.place / "deaf").exists():
        real_time.sleep(0.02)
    begun = real_time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert real_time.monotonic() - begun < 10


def test_what_a_shell_has_begun_has_its_grace_although_the_shell_is_gone(shell):
    policy = shell.policy()
    tidy = "def tidy(*_): time.sleep(0.5); pathlib.Path('tidied').touch(); sys.exit()"
    script = shell.script(
        "import signal",
        tidy,
        "signal.signal(signal.SIGTERM, tidy)",
        "pathlib.Path('ready').touch()",
        "time.sleep(60)",
    )
    process = shell.begins("run", "--policy", policy, "--", "sh", "-c", f"{sys.executable} {script}; true")
    while not (shell.place / "ready").exists():
        real_time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert (shell.place / "tidied").exists()


def test_a_signal_ends_a_wait_too(shell):
    policy = shell.policy(retry={"initial_delay": 60})
    process = shell.begins("run", "--policy", policy, "--log", "log", "--", "false")
    log = shell.place / "log"
    while not log.exists() or "Retrying in" not in log.read_text(encoding="utf-8"):
        real_time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="this system has no signals for a thread")
def test_a_signal_that_comes_just_before_a_wait_ends_it():
    def comes():
        # The note of it is taken, and what interrupts a system's wait is gone, before the wait has begun.
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    def over():
        other = threading.Thread(target=comes)
        other.start()
        other.join()
        return False

    with Signals() as signals, pytest.raises(Interrupted) as interrupted:
        signals.wait(60, over)
    assert interrupted.value.number == signal.SIGTERM


def test_signals_are_told_to_whom_they_were_told_before():
    ear, mouth = socket.socketpair()
    with ear, mouth:
        mouth.settimeout(0)
        before = signal.set_wakeup_fd(mouth.fileno())
        handler = signal.getsignal(signal.SIGTERM)
        try:
            with Signals():
                assert signal.getsignal(signal.SIGTERM) is not handler
            assert signal.getsignal(signal.SIGTERM) is handler
        finally:
            assert signal.set_wakeup_fd(before) == mouth.fileno()
