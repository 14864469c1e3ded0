"""Breakers in files: what one process leaves behind, the next one finds; and several share one at the same time."""

from __future__ import annotations

import json
import os
import signal
import sys
import time as real_time

import pytest

BREAKER = {"failure_threshold": 2, "recovery_timeout": "1h"}


@pytest.fixture
def fails(shell):
    """A run that fails once under a breaker."""

    def run(**breaker: object):
        policy = shell.policy(retry={"max_attempts": 1}, circuit_breaker={**BREAKER, **breaker})
        return shell(
            "run", "--policy", policy, "--state", "st", "--", "sh", "-c", "echo ConnectionError >&2; exit 3"
        )

    return run


def test_w6_the_next_process_finds_the_circuit_open_and_does_not_run_its_command(shell, fails):
    assert [fails().status, fails().status] == [3, 3]
    done = shell("run", "--policy", "ws.json", "--state", "st", "--", sys.executable, shell.script())
    assert (done.status, shell.runs) == (75, 0)
    assert done.err[1].startswith("[WARN] Circuit breaker OPEN - fast failing ws (retry in ")


def test_w6_another_process_reads_how_the_breaker_stands(shell, fails):
    fails()
    told = json.loads(shell("status", "ws", "--state", "st", "--json").out[0])
    kept = {key: told[key] for key in ("name", "state", "failure_count", "retry_after", "under_way")}
    assert kept == {"name": "ws", "state": "closed", "failure_count": 1, "retry_after": 0.0, "under_way": 0}
    fails()
    assert shell("status", "ws", "--state", "st").out[1].split()[:3] == ["ws", "open", "2"]
    assert json.loads(shell("status", "ws", "--state", "st", "--json").out[0])["retry_after"] > 3500


def test_w6_status_shows_all_breakers_of_a_place_and_changes_none(shell, fails):
    fails()
    shell("run", "--policy", "ws.json", "--name", "other one", "--state", "st", "--", "true")
    before = {path: path.read_bytes() for path in (shell.place / "st").glob("*.json")}
    names = [each["name"] for each in json.loads(shell("status", "--state", "st", "--json").out[0])]
    assert sorted(names) == ["other one", "ws"]
    assert {path: path.read_bytes() for path in (shell.place / "st").glob("*.json")} == before


def test_w6_a_breaker_that_nobody_has_used_has_no_status(shell):
    done = shell("status", "nobody", "--state", "st")
    assert (done.status, done.err) == (1, ["failsoft: nobody: no breaker of this name in st"])


def test_l12_reset_closes_the_circuit_for_the_next_process(shell, fails):
    fails(), fails()
    assert shell("reset", "ws", "--state", "st").out == ["ws: closed, was open"]
    done = shell("run", "--policy", "ws.json", "--state", "st", "--", "true")
    assert done.status == 0
    assert shell("reset", "nobody", "--state", "st").status == 1


def test_after_the_cooldown_the_next_process_tests_and_closes(shell, fails):
    fails(recovery_timeout="300ms"), fails(recovery_timeout="300ms")
    real_time.sleep(0.3)
    done = shell("run", "--policy", "ws.json", "--state", "st", "--", "true")
    assert done.status == 0
    assert "[INFO] Circuit breaker CLOSED - resuming normal operation" in done.err
    assert json.loads(shell("status", "ws", "--state", "st", "--json").out[0])["state"] == "closed"


def test_several_processes_at_once_lose_no_count(shell):
    policy = shell.policy(retry={"max_attempts": 3}, circuit_breaker={"failure_threshold": 1000})
    fails = ("run", "--policy", policy, "--state", "st", "--", "sh", "-c", "sleep 0.1; exit 1")
    running = [shell.begins(*fails) for _ in range(6)]
    for each in running:
        each.communicate(timeout=60)
    told = json.loads(shell("status", "ws", "--state", "st", "--json").out[0])
    assert (told["failure_count"], told["under_way"]) == (18, 0)


def test_only_one_of_several_processes_tests_a_half_open_circuit(shell, fails):
    fails(recovery_timeout="100ms"), fails(recovery_timeout="100ms")
    real_time.sleep(0.1)
    probe = shell.begins("run", "--policy", "ws.json", "--state", "st", "--", "sleep", "30")
    wait_until(lambda: under_way(shell) == 1)
    assert shell("run", "--policy", "ws.json", "--state", "st", "--", "true").status == 75
    probe.send_signal(signal.SIGTERM)
    probe.communicate(timeout=30)
    assert shell("run", "--policy", "ws.json", "--state", "st", "--", "true").status == 0


def test_the_place_of_a_process_that_was_killed_comes_free(shell, fails):
    fails(recovery_timeout="100ms"), fails(recovery_timeout="100ms")
    real_time.sleep(0.1)
    probe = shell.begins("run", "--policy", "ws.json", "--state", "st", "--", "sleep", "3")
    wait_until(lambda: under_way(shell) == 1)
    probe.kill()
    probe.communicate(timeout=30)
    assert shell("run", "--policy", "ws.json", "--state", "st", "--", "true").status == 0


def test_a_result_that_comes_after_a_reset_changes_nothing(shell):
    policy = shell.policy(
        retry={"max_attempts": 1}, circuit_breaker={"failure_threshold": 1, "recovery_timeout": 3600}
    )
    slow = shell.begins(
        "run",
        "--policy",
        policy,
        "--state",
        "st",
        "--",
        "sh",
        "-c",
        "until test -e go; do sleep 0.05; done; exit 1",
    )
    wait_until(lambda: under_way(shell) == 1)
    assert shell("reset", "ws", "--state", "st").status == 0
    shell.write("go", "")
    slow.communicate(timeout=30)
    told = json.loads(shell("status", "ws", "--state", "st", "--json").out[0])
    assert (told["state"], told["failure_count"], told["stale"]) == ("closed", 0, 1)


def test_a_torn_file_is_moved_aside_and_named(shell, fails):
    fails()
    path = shell.place / "st" / "ws.json"
    torn = path.read_bytes()[:-40]
    path.write_bytes(torn)
    assert shell("status", "ws", "--state", "st").status == 74
    assert path.read_bytes() == torn
    done = fails()
    assert done.status == 74
    assert done.err[-1].startswith("failsoft: st/ws.json: torn")
    aside = next(path.parent.glob("ws.json.broken-*"))
    assert aside.name in done.err[-1]
    assert aside.read_bytes() == torn
    assert fails().status == 3


def test_a_file_whose_state_makes_no_sense_to_the_core_is_torn_too(shell, fails):
    fails()
    path = shell.place / "st" / "ws.json"
    told = json.loads(path.read_text())
    told["snapshot"]["state"] = {"name": "ajar"}
    path.write_text(json.dumps(told))
    assert fails().status == 74
    assert len(list(path.parent.glob("ws.json.broken-*"))) == 1


@pytest.mark.parametrize("text", ['{"mine": 1}', '{"what": "failsoft breaker", "version": 99}'])
def test_a_foreign_file_is_left_as_it_is_and_named(shell, text):
    shell.policy(retry={"max_attempts": 1}, circuit_breaker=BREAKER)
    path = shell.write("mine.json", text)
    done = shell("run", "--policy", "ws.json", "--state", "mine.json", "--", "true")
    assert done.status == 74
    assert done.err[-1].startswith("failsoft: mine.json: ")
    assert path.read_text() == text


def test_a_place_that_cannot_be_written_is_named(shell, fails):
    shell.write("st", "")
    done = fails()
    assert done.status == 74
    assert "st" in done.err[-1]


def test_a_breaker_that_its_policy_holds_open_is_seen_so_by_others(shell):
    policy = shell.policy(circuit_breaker={"mode": "forced_open"})
    done = shell("run", "--policy", policy, "--state", "st", "--", "true")
    assert (done.status, done.err[1]) == (
        75,
        "[WARN] Circuit breaker OPEN - fast failing ws (held open by hand)",
    )
    assert shell("status", "--state", "st").out[1].split()[:2] == ["ws", "forced_open"]


def test_without_a_breaker_nothing_is_kept(shell):
    shell("run", "--policy", shell.policy(), "--state", "st", "--", "true")
    assert not (shell.place / "st").exists()


def test_a_name_is_a_file_whatever_is_in_it(shell):
    policy = shell.policy(circuit_breaker={})
    name = f"../{os.sep}etc: ü"
    assert shell("run", "--policy", policy, "--name", name, "--state", "st", "--", "true").status == 0
    assert json.loads(shell("status", name, "--state", "st", "--json").out[0])["name"] == name
    assert [path.parent.name for path in shell.place.rglob("*.json") if path.name != "ws.json"] == ["st"]


def under_way(shell) -> int:
    path = shell.place / "st" / "ws.json"
    if not path.exists():
        return 0
    return json.loads(shell("status", "ws", "--state", "st", "--json").out[0])["under_way"]


def wait_until(happened) -> None:
    deadline = real_time.monotonic() + 30
    while not happened():
        assert real_time.monotonic() < deadline
        real_time.sleep(0.02)
