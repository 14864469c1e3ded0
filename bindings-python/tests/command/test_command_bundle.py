"""The diagnostic bundle of a failed run."""

from __future__ import annotations

import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

FILES = [
    "breaker.json",
    "command.json",
    "environment.txt",
    "log.txt",
    "policy.json",
    "report.json",
    "stderr.txt",
    "stdout.txt",
    "versions.json",
]
CANARIES = {
    "DEPLOY_TOKEN": "c4n4ry-env-91ab77",
    "argument": "c4n4ry-arg-5521",
    "output": "c4n4ry-out-8f21d3",
    "policy": "c4n4ry-policy-66",
}


@pytest.fixture
def failed(shell):
    """A run that fails and knows secrets."""

    def run(*arguments: str, collect: bool = True):
        policy = shell.policy(
            retry={"max_attempts": 2},
            circuit_breaker={"failure_threshold": 9},
            error_handling={
                "on_failure": {"collect_diagnostics": collect, "message": f"password={CANARIES['policy']}"},
            },
        )
        script = shell.script(
            "print('using', os.environ['DEPLOY_TOKEN'])",
            f"print('-----BEGIN RSA PRIVATE KEY-----\\n{CANARIES['output']}\\n-----END RSA PRIVATE KEY-----')",
            f"sys.exit('ConnectionError: https://user:{CANARIES['output']}@example.com failed')",
        )
        return shell(
            *("run", "--policy", policy, "--state", "st", *arguments, "--", sys.executable, script),
            *("--api-key", CANARIES["argument"]),
            DEPLOY_TOKEN=CANARIES["DEPLOY_TOKEN"],
        )

    return run


def place(done) -> str:
    return next(line for line in done.err if line.startswith("Diagnostic bundle saved to: ")).partition(": ")[
        2
    ]


def test_w7_a_failed_run_leaves_a_bundle_and_says_where(shell, failed):
    bundle = shell.place / place(failed())
    assert sorted(path.name for path in bundle.iterdir()) == FILES
    report = json.loads((bundle / "report.json").read_text())
    assert (report["attempt_count"], report["stop_reason"]) == (2, "exhausted")
    assert json.loads((bundle / "breaker.json").read_text())["failure_count"] == 2
    assert json.loads((bundle / "command.json").read_text())["returncode"] == 1
    assert json.loads((bundle / "policy.json").read_text())["retry"]["max_attempts"] == 2
    assert "DEPLOY_TOKEN" in (bundle / "environment.txt").read_text().splitlines()
    assert (bundle / "stdout.txt").read_text().splitlines() == ["using [redacted]", *["[redacted]"] * 3]
    assert (bundle / "log.txt").read_text(encoding="utf-8").startswith("[INFO] Executing step...\n")


def test_w7_without_being_asked_for_there_is_none(shell, failed):
    done = failed(collect=False)
    assert not any("Diagnostic" in line for line in done.err)
    assert not (shell.place / "st" / "diagnostics").exists()


def test_l11_no_secret_is_in_a_bundle_the_log_or_the_state(shell, failed):
    done = failed("--log", "log")
    kept = [
        path
        for path in shell.place.rglob("*")
        if path.is_file() and path.name not in {"script.py", "ws.json"}
    ]
    kept.append(shell.place / "st" / "ws.json")
    assert len(kept) > len(FILES)
    texts = {str(path): path.read_text(encoding="utf-8") for path in kept}
    texts["log lines"] = "\n".join(line for line in done.err if line.startswith(("[", "✗")))
    found = [
        (path, name) for path, text in texts.items() for name, value in CANARIES.items() if value in text
    ]
    assert found == []


def test_w7_the_user_says_where_it_goes_and_of_which_kind_it_is(shell, failed):
    assert place(failed("--diagnostics", "out/b.tar.gz", collect=False)) == "out/b.tar.gz"
    with tarfile.open(shell.place / "out" / "b.tar.gz") as archive:
        assert sorted(Path(name).name for name in archive.getnames()) == FILES
    assert place(failed("--diagnostics", "out/b.zip", collect=False)) == "out/b.zip"
    with zipfile.ZipFile(io.BytesIO((shell.place / "out" / "b.zip").read_bytes())) as archive:
        assert sorted(Path(name).name for name in archive.namelist()) == FILES
    assert Path(place(failed("--diagnostics", "out", collect=False))).parent == Path("out")


def test_a_bundle_that_cannot_be_written_is_told_and_changes_no_status(shell, failed):
    shell.write("file", "")
    done = failed("--diagnostics", "file/b.zip")
    assert done.status == 1
    assert any(line.startswith("[WARN] No diagnostics: file/b.zip: ") for line in done.err)


def test_nobody_else_may_read_a_bundle(shell, failed):
    bundle = shell.place / place(failed())
    assert {path.stat().st_mode & 0o777 for path in bundle.iterdir()} == {0o600}
