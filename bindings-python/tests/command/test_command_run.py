"""``failsoft run``: what counts as a failure, what is retried, and how it ends."""

from __future__ import annotations

import json
import os
import re
import select
import sys
from pathlib import Path
from pkgutil import resolve_name

import pytest

from failsoft import _command


def test_a_command_that_succeeds_leaves_its_output_alone(shell):
    done = shell("run", "--policy", shell.policy(), "--", "sh", "-c", "echo out; echo err >&2")
    assert (done.status, done.out) == (0, ["out"])
    assert "err" in done.err


def test_an_exit_status_of_which_nothing_can_be_told_is_retried_and_is_the_command_s_own_at_the_end(shell):
    policy = shell.policy(retry={"max_attempts": 3})
    done = shell("run", "--policy", policy, "--", sys.executable, shell.script("sys.exit(7)"))
    assert (done.status, shell.runs) == (7, 3)
    assert "[ERROR] Attempt 3 failed: exit status 7" in done.err


def test_a_policy_may_say_that_what_nothing_can_be_told_of_is_permanent(shell):
    policy = shell.policy(classify={"unknown": "permanent"})
    done = shell("run", "--policy", policy, "--", sys.executable, shell.script("sys.exit(7)"))
    assert (done.status, shell.runs) == (7, 1)
    assert "[ERROR] Not retried: unknown (unknown)" in done.err


def test_a_rule_of_the_policy_fits_an_exit_status(shell):
    policy = shell.policy(classify={"rules": [{"match": {"code": 64}, "then": "permanent"}]})
    done = shell(
        "run", "--policy", policy, "--", sys.executable, shell.script("sys.exit(64 if run == 2 else 1)")
    )
    assert (done.status, shell.runs) == (64, 2)
    assert "[ERROR] Not retried: unknown (rules[0])" in done.err


def test_what_the_command_says_decides_whether_it_is_retried(shell):
    done = shell(
        "run", "--policy", shell.policy(), "--", sys.executable, shell.script("sys.exit('Permission denied')")
    )
    assert (done.status, shell.runs) == (1, 1)
    assert "[ERROR] Not retried: auth (words.permission denied)" in done.err


def test_a_traceback_names_the_type_of_the_error(shell):
    done = shell(
        "run", "--policy", shell.policy(), "--", sys.executable, shell.script("raise KeyError('name')")
    )
    assert (done.status, shell.runs) == (1, 1)
    assert "[ERROR] Attempt 1 failed: KeyError" in done.err
    assert "[ERROR] Not retried: invalid_request (type.KeyError)" in done.err


def test_an_error_pattern_in_the_output_is_a_failure_although_the_exit_status_is_zero(shell):
    policy = shell.policy(retry={"max_attempts": 3}, circuit_breaker={"error_patterns": ["widget jammed"]})
    script = shell.script("print('oh: Widget  jammed!'.replace('  ', ' ') if run < 3 else 'fine')")
    done = shell("run", "--policy", policy, "--", sys.executable, script)
    assert (done.status, shell.runs, done.out[-1]) == (0, 3, "fine")
    assert "[ERROR] Attempt 1 failed: oh: Widget jammed!" in done.err


def test_a_pattern_of_the_command_line_is_one_too_and_no_part_of_a_word(shell):
    policy = shell.policy(retry={"max_attempts": 2})
    arguments = ("run", "--policy", policy, "--fail-on", "stalled", "--")
    assert shell(*arguments, "echo", "uninstalled").status == 0
    assert shell(*arguments, "echo", "it has stalled").status == 1


def test_a_signal_that_ended_it_is_told_as_shells_tell_it(shell):
    policy = shell.policy(retry={"max_attempts": 1})
    done = shell("run", "--policy", policy, "--", "sh", "-c", "kill -KILL $$")
    assert done.status == 128 + 9
    assert "[ERROR] Attempt 1 failed: ended by SIGKILL" in done.err


def test_a_late_attempt_is_killed_with_all_that_it_has_begun(shell):
    policy = shell.policy(retry={"max_attempts": 2}, timeout={"attempt": "2s"})
    os.mkfifo(shell.place / "pipe")
    read = os.open(shell.place / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    # What it has begun could write for as long as it lives.
    begun = "subprocess.run(['sleep', '60'], pass_fds=[pipe.fileno()])"
    script = shell.script("import subprocess; pipe = open('pipe', 'w')", begun)
    done = shell("run", "--policy", policy, "--", sys.executable, script)
    assert (done.status, shell.runs) == (124, 2)
    assert "[ERROR] Attempt 2 failed: attempt timed out after 2 s" in done.err
    ended, _, _ = select.select([read], [], [], 20)
    os.close(read)
    assert ended == [read]


def test_a_late_attempt_that_does_not_heed_sigterm_is_killed_after_its_grace(shell):
    policy = shell.policy(retry={"max_attempts": 1}, timeout={"attempt": "500ms"})
    script = shell.script("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)", "time.sleep(30)")
    done = shell("run", "--policy", policy, "--grace", "0.2", "--", sys.executable, script)
    assert done.status == 124


@pytest.mark.parametrize(
    ("program", "status", "why"), [("./nowhere", 127, "not_found"), ("./plain", 126, "auth")]
)
def test_what_cannot_be_run_ends_as_in_a_shell(shell, program, status, why):
    shell.write("plain", "no program")
    done = shell("run", "--policy", shell.policy(), "--", program)
    assert done.status == status
    assert any(line.startswith(f"[ERROR] Not retried: {why}") for line in done.err)


def test_w3_log_and_continue_ends_well_although_the_command_failed(shell):
    policy = shell.policy(
        retry={"max_attempts": 1}, error_handling={"on_failure": {"action": "log_and_continue"}}
    )
    arguments = ("run", "--policy", policy)
    assert shell(*arguments, "--", "sh", "-c", "exit 5").status == 0
    assert shell(*arguments, "--strict", "--", "sh", "-c", "exit 5").status == 5


def test_w6_the_log_can_be_followed_in_a_file(shell):
    policy = shell.policy()
    for _ in range(2):
        shell("run", "--policy", policy, "--log", "logs/orchestrator.log", "--", "true")
    lines = (shell.place / "logs" / "orchestrator.log").read_text(encoding="utf-8").splitlines()
    assert [line[20:] for line in lines] == 2 * [
        "[INFO] Executing step...",
        "[INFO] Step completed successfully (0 retries)",
        "✓ Workstream complete",
    ]


def test_json_is_all_that_is_on_standard_output(shell):
    policy = shell.policy(retry={"max_attempts": 2})
    done = shell(
        "run",
        "--policy",
        policy,
        "--json",
        "--",
        sys.executable,
        shell.script("print('mine')", "sys.exit(run == 1)"),
    )
    told = done.told
    assert [each["event"] for each in told] == [
        "executing",
        "attempt_failed",
        "retrying",
        "attempt_succeeded",
        "recovered",
        "complete",
    ]
    assert told[2]["wait"] == 0.001
    last = {
        key: told[-1][key] for key in ("name", "status", "returncode", "attempts", "stop_reason", "circuit")
    }
    assert last == {
        "name": "ws",
        "status": 0,
        "returncode": 0,
        "attempts": 2,
        "stop_reason": "success",
        "circuit": None,
    }
    assert done.err == ["mine", "mine"]


def test_each_attempt_reads_the_whole_of_what_is_piped_in_if_asked_to(shell):
    script = shell.script("text = sys.stdin.read(); print(text)", "sys.exit(run == 1)")
    policy = shell.policy()
    assert (
        shell("run", "--policy", policy, "--stdin", "--", sys.executable, script, stdin="hello").out
        == ["hello"] * 2
    )
    assert shell("run", "--policy", policy, "--", sys.executable, script, stdin="hello").out == [""]


def test_a_child_that_is_left_behind_does_not_hold_the_run_up(shell):
    done = shell("run", "--policy", shell.policy(), "--json", "--", "sh", "-c", "sleep 20 & echo begun")
    assert done.status == 0
    assert done.told[-1]["elapsed"] < 10


def test_a_reader_that_goes_away_ends_it(shell):
    line = f"{' '.join(shell.arguments('run', '--policy', shell.policy(), '--', 'yes'))} | head -n 1"
    done = shell("run", "--policy", shell.policy("outer", retry={"max_attempts": 1}), "--", "sh", "-c", line)
    assert done.out == ["y"]


def test_sections_may_come_from_several_files_but_none_of_them_twice(shell):
    shell.write("a.json", '{"retry": {"max_attempts": 2, "initial_delay": 0}}')
    shell.write("b.json", '{"timeout": {"attempt": 60}}')
    assert shell("run", "--policy", "a.json", "--policy", "b.json", "--", "true").status == 0
    done = shell("run", "--policy", "a.json", "--policy", "b.json", "--policy", "a.json", "--", "true")
    assert (done.status, done.err) == (2, ["failsoft: a.json: retry: given in a.json too"])


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ('{"retry": {"jitter": "ful"}}', "p.json: retry.jitter: unknown jitter"),
        ('{"retry": ', "p.json: "),
        ('{"fallback": [{"name": "x"}]}', "fallback: a command has no steps to fall back to"),
        (None, "p.json: No such file or directory"),
    ],
)
def test_a_policy_that_makes_no_sense_ends_it_before_it_begins(shell, document, line):
    if document is not None:
        shell.write("p.json", document)
    done = shell("run", "--policy", "p.json", "--", sys.executable, shell.script())
    assert (done.status, shell.runs) == (2, 0)
    assert done.err[0].startswith(f"failsoft: {line}")


def test_arguments_that_make_no_sense_end_it_with_status_two(shell):
    assert shell("run", "--", "true").status == 2
    assert shell("run", "--policy", shell.policy(), "--notify-url", "mailto:x", "--", "true").status == 2
    assert shell().status == 2


def test_no_secret_of_the_command_or_of_the_environment_is_in_the_log(shell):
    canary = "c4n4ry-7f3a9b"
    script = shell.script(
        "print('deploying with', os.environ['DEPLOY_TOKEN'])",
        "sys.exit('cannot use ' + os.environ['DEPLOY_TOKEN'])",
    )
    arguments = ("run", "--policy", shell.policy(retry={"max_attempts": 2}), "--json", "--log", "log", "--")
    done = shell(*arguments, sys.executable, script, "--password", canary, DEPLOY_TOKEN=canary)
    assert canary not in "\n".join(done.out)
    assert canary not in (shell.place / "log").read_text(encoding="utf-8")
    assert json.loads(done.out[0])["command"].endswith("--password [redacted]")


def test_the_program_that_pip_installs_is_this_one():
    settings = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    (target,) = re.findall(r'^\[project.scripts\]\nfailsoft = "(.*)"$', settings, re.MULTILINE)
    assert resolve_name(target) is _command.main
