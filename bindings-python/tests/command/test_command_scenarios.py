"""Document 000's workstream files, unchanged, and the scenarios that it tells. The commands are real, time is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


@pytest.fixture
def script(shell):
    def of(error: str, failures: int) -> list[str]:
        text = f"if run <= {failures}: sys.exit('{error}: no answer')"
        return [sys.executable, shell.script(text)]

    return of


def test_w4_a_success_on_the_first_try(workstream, script, time):
    assert workstream(script("ConnectionError", 0)) == (
        0,
        [
            "[INFO] Executing step...",
            "[INFO] Step completed successfully (0 retries)",
            "✓ Workstream complete",
        ],
    )
    assert time.slept == []


def test_w4_a_transient_failure_with_recovery(workstream, script, time, told):
    status, lines = workstream(script("ConnectionError", 1))
    assert told(lines)[:-1] == [
        "[INFO] Executing step...",
        "[ERROR] Attempt 1 failed: ConnectionError",
        "[WARN] Retrying in … (jitter applied)...",
        "[WARN] Retrying (attempt 2/5)",
        "[INFO] Attempt 2 succeeded",
        "[INFO] Step recovered after 2 attempts",
        "[INFO] Recovered after 2 attempts",
    ]
    assert lines[-1].startswith("✓ Workstream complete (took ")
    assert status == 0
    assert 0.5 <= time.slept[0] <= 1.5


def test_w4_several_retries_with_escalation(workstream, script, time, told):
    status, lines = workstream(script("TimeoutError", 3))
    assert told(lines)[:-1] == [
        "[INFO] Executing step...",
        "[ERROR] Attempt 1 failed: TimeoutError",
        "[WARN] Retrying in … (jitter applied)...",
        "[WARN] Retrying (attempt 2/5)",
        "[ERROR] Attempt 2 failed: TimeoutError",
        "[WARN] Retrying in … (jitter applied)...",
        "[WARN] Retrying (attempt 3/5)",
        "[ERROR] Attempt 3 failed: TimeoutError",
        "[WARN] Circuit breaker: 3 identical errors detected",
        "[WARN] Escalating to exponential backoff...",
        "[WARN] Retrying in … (jitter applied)...",
        "[WARN] Retrying (attempt 4/5)",
        "[INFO] Attempt 4 succeeded",
        "[INFO] Step recovered after 4 attempts",
        "[INFO] Recovered after 4 attempts",
    ]
    assert lines[-1].endswith(" including retries)")
    assert status == 0
    assert [0.5 * base <= wait <= 1.5 * base for base, wait in zip((1, 2, 4), time.slept, strict=True)] == [
        True
    ] * 3


def test_w4_the_circuit_opens_cools_down_is_tested_and_closes(workstream, script, time, told):
    status, lines = workstream(script("ConnectionError", 3), strategy="open_circuit")
    assert told(lines)[:-1] == [
        "[INFO] Executing step...",
        "[ERROR] Attempt 1 failed: ConnectionError",
        "[WARN] Retrying in … (jitter applied)...",
        "[WARN] Retrying (attempt 2/5)",
        "[ERROR] Attempt 2 failed: ConnectionError",
        "[WARN] Retrying in … (jitter applied)...",
        "[WARN] Retrying (attempt 3/5)",
        "[ERROR] Attempt 3 failed: ConnectionError (identical)",
        "[WARN] Circuit breaker OPENED (threshold exceeded)",
        "[WARN] Fast-failing all requests for 30s cooldown",
        "[INFO] Collecting diagnostics...",
        "[INFO] Notifying: example@team.com",
        "[WARN] Pausing for 30s...",
        "[WARN] Retrying (attempt 4/5)",
        "[INFO] Circuit breaker entering HALF-OPEN state",
        "[INFO] Testing with single request...",
        "[INFO] Test request succeeded",
        "[INFO] Circuit breaker CLOSED - resuming normal operation",
        "[INFO] Step recovered after 4 attempts",
        "[INFO] Recovered after 4 attempts",
    ]
    assert lines[-1].startswith("✓ Workstream complete")
    assert status == 0
    assert time.slept[2] == 30


def test_w4_a_permanent_failure_after_the_last_attempt(workstream, script, time, told, tmp_path):
    # As given, identical failures make the waits grow; the fifth failure in a row opens the circuit as well.
    status, lines = workstream(script("ConnectionError", 5))
    kept = [line for line in told(lines) if "Retrying" not in line and "scalating" not in line]
    assert kept == [
        "[INFO] Executing step...",
        "[ERROR] Attempt 1 failed: ConnectionError",
        "[ERROR] Attempt 2 failed: ConnectionError",
        "[ERROR] Attempt 3 failed: ConnectionError",
        "[WARN] Circuit breaker: 3 identical errors detected",
        "[ERROR] Attempt 4 failed: ConnectionError",
        "[ERROR] Attempt 5 failed: ConnectionError",
        "[WARN] Circuit breaker OPENED (threshold exceeded)",
        "[WARN] Fast-failing all requests for 30s cooldown",
        "[ERROR] Max attempts (5) exceeded",
        "[ERROR] Circuit breaker: permanent failure detected",
        "[INFO] Collecting full diagnostics...",
        "[INFO] Notifying: example@team.com",
        lines[-4],
        "",
        "Diagnostic bundle saved to: …",
        "Continuing, as on_failure says (the command's own status was 1)",
    ]
    assert lines[-4].startswith("✗ Workstream failed (after 5 attempts, ")
    assert status == 0
    assert len(time.slept) == 4
    assert lines[-2].endswith(str(next((tmp_path / "diagnostics").iterdir())))


def test_w4_a_run_that_begins_while_the_circuit_is_open_fails_fast(workstream, script, time):
    workstream(script("ConnectionError", 99), strategy="open_circuit")
    time.slept.clear()
    assert workstream(script("ConnectionError", 99), strategy="open_circuit") == (
        75,
        [
            "[INFO] Executing step...",
            "[WARN] Circuit breaker OPEN - fast failing ws-example-03 (retry in 30s)",
            "✗ Workstream not run",
        ],
    )
    assert time.slept == []


def test_w4_another_process_after_the_cooldown_tests_with_a_single_request(workstream, script, time):
    workstream(script("ConnectionError", 99), strategy="open_circuit")
    time.passes(30)
    assert workstream(script("", 0), strategy="open_circuit") == (
        0,
        [
            "[INFO] Executing step...",
            "[INFO] Circuit breaker entering HALF-OPEN state",
            "[INFO] Testing with single request...",
            "[INFO] Test request succeeded",
            "[INFO] Circuit breaker CLOSED - resuming normal operation",
            "✓ Workstream complete",
        ],
    )


@pytest.mark.parametrize("block", ["circuit_breaker", "retry", "error_handling"])
def test_w1_w2_w3_each_block_of_the_document_is_a_policy_as_it_stands(shell, block):
    path = str(Path(__file__).parent / "workstreams" / f"{block}.json")
    done = shell("run", "--policy", path, "--", sys.executable, "-c", "print('done')")
    assert (done.status, done.out, done.err[-1]) == (0, ["done"], "✓ Workstream complete")
