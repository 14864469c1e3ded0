"""A command under a policy, from its first attempt to its exit status."""

from __future__ import annotations

import json
import logging
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from failsoft._clock import Clock
from failsoft._command import _policies
from failsoft._command._attempt import Command, CommandError
from failsoft._command._errors import OPEN_CIRCUIT, TIMEOUT, Interrupted
from failsoft._command._journal import Journal, SharedCall, breaker_document
from failsoft._command._story import Story, seconds, what
from failsoft._driver import Core
from failsoft._errors import AttemptTimeoutError, CircuitBreakerOpenError
from failsoft._faults import fault_text
from failsoft._run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from failsoft import _native
    from failsoft._command._aftermath import Aftermath
    from failsoft._command._log import Log
    from failsoft._command._secrets import Secrets
    from failsoft._command._signals import Signals

FAILED = 1
"""A pattern said that the command failed, and its own status said nothing."""
CANNOT_RUN, NOT_FOUND = 126, 127
"""As shells have it."""


@dataclass
class Job:
    """What is to be run, and how.

    Attributes:
        name: What it is called.
        document: Its policy, as the user wrote it.
        command: What is run.
        state: The file with its breaker's state.
        strict: Whether ``log_and_continue`` leaves the exit status alone.
    """

    name: str
    document: Mapping[str, Any]
    command: Command
    state: Path
    strict: bool = False


class _Told(Run):
    """A call whose failures are handed in as text, which the state file can keep."""

    __slots__ = ()

    def settle(self, error: Exception) -> _native._Said:
        """Hand a failed attempt in; the answer is what follows."""
        return self.native.fail(fault_text(error), self.core.clock.now())


class Workstream:
    """Runs a job; once."""

    def __init__(
        self,
        job: Job,
        *,
        log: Log,
        secrets: Secrets,
        signals: Signals,
        aftermath: Callable[[Mapping[str, Any], Callable[[], dict[str, Any]]], Aftermath],
        now: Callable[[], float],
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        # The story is told by us; the library's own lines would tell it twice.
        logging.getLogger("failsoft").addHandler(logging.NullHandler())
        made = _policies.for_command(job.document)
        self._job = job
        self._log = log
        self._secrets = secrets
        self._now = now
        self._core = Core.of(made, clock=Clock(now=now, sleep=sleep or signals.sleep))
        self._journal: Journal | None = None
        if self._core.has_breaker:
            self._journal = Journal(job.state, job.name, breaker_document(made), self._core.engine, now)
        facts = json.loads(self._core.engine.describe())
        waits = json.loads(self._core.engine.explain())["attempts"]
        self._story = Story(
            log,
            jittered=len(waits) > 1 and waits[1]["shortest_wait"] != waits[1]["longest_wait"],
            max_attempts=self._core.max_attempts,
            escalate_after=facts.get("escalate_after"),
            classify=made["classify"],
        )
        self._patient = _policies.pauses(job.document) and not _waits_anyhow(job.document)
        self._aftermath = aftermath(self._core.error_handling, self._known)
        self._native: _native.Guarded | SharedCall | None = None
        self._attempts = 0
        self._began = 0.0

    def run(self) -> int:
        """Run it to its end; answers the exit status.

        Raises:
            StateProblem: The state file can't be used.
        """
        job, core = self._job, self._core
        self._began = self._now()
        seed = core.seed()
        native = core.engine.begin(seed, self._began)
        self._native = native if self._journal is None else SharedCall(self._journal, native, seed)
        run = _Told(core, cast("Any", self._native), stands_in=False)
        shown = self._secrets.hide_arguments(job.command.arguments)
        self._story.begins(job.name, shown)
        if self._journal is not None:
            with self._journal.turn():
                self._story.stands(self._state())
        try:
            error = self._attempts_of(run)
        except Interrupted as interrupted:
            return self._interrupted(run, interrupted.number)
        if error is None:
            return self._complete()
        return self._refused(error) if self._attempts == 0 else self._failed(error)

    def _attempts_of(self, run: Run) -> BaseException | None:
        """Make attempts until one succeeds (None), or there is no further one (the last error)."""
        error: BaseException | None = None
        opened = False
        while not run.over:
            if run.wait:
                self._wait(run, opened=opened)
            admitted = run.admit(_STEP)
            if run.wait and not run.under_way and self._attempts == 0 and self._patient and self._is_open():
                # Only a run that saw the circuit open pauses for it; whoever comes later fails fast.
                error = CircuitBreakerOpenError(self._job.name, run.wait)
                run.abandon()
                return error
            if not admitted:
                refusal = run.take_refusal()
                return error if error is not None else refusal
            if run.wait:
                continue
            self._story.moves(self._state())
            self._story.tests()
            self._attempts = run.attempt
            error, opened = self._attempt(run)
        return error

    def _attempt(self, run: Run) -> tuple[BaseException | None, bool]:
        """Make one attempt; answers its error, and whether the circuit opened by it."""
        number = run.attempt
        try:
            self._job.command.run(run.timeout, run.late)
        except Interrupted:
            raise
        except Exception as error:  # noqa: BLE001  what it means is the core's to say
            before = self._state()
            run.failed(error, _STEP)
            state = self._native.then if isinstance(self._native, SharedCall) else None
            self._story.failed(number, error, run.native.category, state)
            self._story.moves(state)
            opened = state is not None and state["state"] == "open" and (before or {}).get("state") != "open"
            if not run.over:
                self._story.escalates(error, self._now())
            if opened and not run.over:
                self._happens("on_circuit_open", number, error, state)
            return error, opened
        run.succeeded(None, _STEP)
        self._story.succeeded(number)
        self._story.moves(self._state())
        return None, False

    def _wait(self, run: Run, *, opened: bool) -> None:
        number = run.attempt
        wait = max(
            run.wait,
            self._aftermath.pause("on_circuit_open") if opened else self._aftermath.pause("on_retry"),
        )
        self._story.waits(wait, number, for_circuit=opened or self._is_open())
        self._happens("on_retry", number, run.error)
        with run:
            self._core.clock.sleep(wait)

    def _happens(
        self, event: str, attempt: int, error: BaseException | None, at: dict[str, Any] | None = None
    ) -> None:
        """Do what the document says to do when this happens."""
        words = self._aftermath.message(event)
        if words is not None:
            self._story.says(*_line(event, words), attempt + 1 if event == "on_retry" else attempt)
        self._aftermath.collect(event, full=event == "on_failure")
        state = self._state() if at is None else at
        self._aftermath.tell(
            event,
            attempts=attempt,
            max_attempts=self._core.max_attempts,
            error=None if error is None else what(error),
            circuit=None if state is None else state["state"],
            command=self._secrets.hide_arguments(self._job.command.arguments),
            elapsed=self._elapsed(),
        )

    def _complete(self) -> int:
        more = ""
        if self._attempts > 1:
            self._story.recovered(self._attempts)
            self._happens("on_recovery", self._attempts, None)
            more = f" (took {seconds(self._elapsed())} including retries)"
        self._story.ends("complete", f"✓ Workstream complete{more}", **self._facts(0))
        return 0

    def _failed(self, error: BaseException) -> int:
        report, state = self._report(), self._state()
        last = next((each["verdict"] for each in reversed(report["attempts"]) if each["verdict"]), None)
        reason = report["stop_reason"]
        self._story.gives_up(reason, last, None if state is None else state["retry_after"])
        if reason in {"exhausted", "permanent"}:
            self._story.is_permanent(breaker=self._journal is not None)
        self._happens("on_failure", self._attempts, error)
        own = self._own_status(error)
        status = 0 if self._aftermath.continues and not self._job.strict else own
        plural = "attempt" if self._attempts == 1 else "attempts"
        text = f"✗ Workstream failed (after {self._attempts} {plural}, {seconds(self._elapsed())} elapsed)"
        bundle = self._aftermath.bundle
        more = {"bundle": str(bundle)} if bundle is not None else {}
        self._story.ends("failed", text, error=what(error), **more, **self._facts(status))
        self._aftermath.show_bundle()
        if status != own:
            self._story.ends(
                "continues", f"Continuing, as on_failure says (the command's own status was {own})"
            )
        return status

    def _refused(self, error: BaseException) -> int:
        self._story.refused(error, getattr(error, "retry_after", None), self._job.name)
        self._story.ends("refused", "✗ Workstream not run", **self._facts(OPEN_CIRCUIT))
        return OPEN_CIRCUIT

    def _interrupted(self, run: Run, number: int) -> int:
        if run.under_way or not run.over:
            run.abandon()
        status = 128 + number
        if number != getattr(signal, "SIGPIPE", None):
            name = signal.Signals(number).name
            self._story.ends(
                "interrupted", f"✗ Workstream interrupted ({name})", signal=name, **self._facts(status)
            )
        return status

    def _own_status(self, error: BaseException) -> int:
        if isinstance(error, CommandError):
            code = error.returncode
            return FAILED if code == 0 else code if code > 0 else 128 - code
        if isinstance(error, AttemptTimeoutError):
            return TIMEOUT
        return NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_RUN

    def _facts(self, status: int) -> dict[str, Any]:
        state = self._state()
        return {
            "name": self._job.name,
            "status": status,
            "returncode": self._job.command.returncode,
            "attempts": self._attempts,
            "max_attempts": self._core.max_attempts,
            "elapsed": self._elapsed(),
            "stop_reason": self._report()["stop_reason"],
            "circuit": None if state is None else state["state"],
        }

    def _known(self) -> dict[str, Any]:
        """What a bundle holds of this run."""
        return {
            "policy.json": self._job.document,
            "report.json": self._report(),
            "breaker.json": self._state(),
            "command.json": {
                "name": self._job.name,
                "command": self._secrets.hide_arguments(self._job.command.arguments),
                "returncode": self._job.command.returncode,
                "attempts": self._attempts,
                "elapsed": self._elapsed(),
            },
            "stdout.txt": self._job.command.out_lines,
            "stderr.txt": self._job.command.err_lines,
        }

    def _report(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._native.report()) if self._native is not None else {}
        return told

    def _state(self) -> dict[str, Any] | None:
        if self._journal is None:
            return None
        return self._journal.state(self._now())

    def _is_open(self) -> bool:
        state = self._state()
        return state is not None and state["state"] == "open"

    def _elapsed(self) -> float:
        return round(max(0.0, self._now() - self._began), 3)


def _waits_anyhow(document: Mapping[str, Any]) -> bool:
    return bool((document.get("retry") or {}).get("retry_open_circuit"))


def _line(event: str, words: tuple[str, str]) -> tuple[str, str, str]:
    return words[0], event, words[1]


def _STEP() -> None:  # noqa: N802  what the library's own messages call it
    """Stand for the command in the library's own messages."""
