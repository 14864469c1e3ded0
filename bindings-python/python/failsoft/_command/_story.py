"""What a run tells of itself, line by line: the log of document 000's workstreams."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._command._attempt import CommandError
from failsoft._command._log import ERROR, INFO, PLAIN, WARN
from failsoft._events import clean
from failsoft._faults import fault_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failsoft._command._log import Log

_TRIPS = {
    "consecutive_failures": "threshold exceeded",
    "identical_failures": "threshold exceeded",
    "count_window": "threshold exceeded",
    "time_window": "threshold exceeded",
    "failure_rate": "failure rate exceeded",
    "slow_call_rate": "rate of slow calls exceeded",
    "probe_failed": "test request failed",
    "probe_slow": "test request was slow",
}
_STOPS = {
    "deadline": "No time left for another attempt",
    "budget": "The retry budget is spent",
    "retry_after_over_cap": "The server asks for a longer wait than retry.max_delay",
    "not_idempotent": "Not retried: it might be done twice (retry.idempotent is false)",
    "rate_limited": "Not retried: the policy's rate limit is reached",
    "throttled": "Not retried: calls are held back, as most of them were refused of late",
    "bulkhead_full": "Not retried: too many calls are under way",
    "concurrency_limited": "Not retried: too many calls are under way",
    "cancelled": "The command was stopped by hand",
}


def seconds(value: float) -> str:
    """A duration for people: ``250ms``, ``1.2s``, ``31s``, ``2m 5s``."""
    if 0 < value < 0.1:  # noqa: PLR2004  below that a tenth says nothing
        return f"{value * 1000:.0f}ms"
    if value < 60:  # noqa: PLR2004  a minute
        return f"{value:.1f}".removesuffix(".0") + "s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}m {rest}s" if rest else f"{minutes}m"


class Story:
    """Tells one run.

    Args:
        log: Where to.
        jittered: Whether the waits are spread.
        max_attempts: How many attempts there may be.
        escalate_after: After so many identical failures the waits grow faster; None for never.
        classify: The document's ``classify`` section.
    """

    def __init__(
        self,
        log: Log,
        *,
        jittered: bool,
        max_attempts: int,
        escalate_after: int | None,
        classify: Mapping[str, Any],
    ) -> None:
        self._log = log
        self._jittered = jittered
        self._max_attempts = max_attempts
        self._escalate_after = escalate_after
        self._identical: _native.Engine | None = None
        if escalate_after is not None:
            # What is identical the core knows: a breaker of this story's own opens when they are.
            own = {"circuit_breaker": {"identical_failures": escalate_after}, "classify": classify}
            self._identical = _native.Engine(json.dumps(own))
        self._circuit = "closed"

    def begins(self, name: str, command: str) -> None:
        """The run begins."""
        self._log.say(INFO, "executing", "Executing step...", name=name, command=command)

    def stands(self, state: Mapping[str, Any] | None) -> None:
        """How the circuit stood before the run."""
        if state is not None:
            # That its wait is over is news to whoever comes next.
            self._circuit = "open" if state["state"] == "half_open" else state["state"]

    def succeeded(self, attempt: int) -> None:
        """An attempt succeeded."""
        if self._circuit == "half_open":
            self._log.say(INFO, "attempt_succeeded", "Test request succeeded", attempt=attempt)
        elif attempt > 1:
            self._log.say(INFO, "attempt_succeeded", f"Attempt {attempt} succeeded", attempt=attempt)
        else:
            text = "Step completed successfully (0 retries)"
            self._log.say(INFO, "attempt_succeeded", text, attempt=attempt)

    def recovered(self, attempt: int) -> None:
        """The run succeeded after retries."""
        text = f"Step recovered after {attempt} attempts"
        self._log.say(INFO, "recovered", text, attempt=attempt)

    def failed(
        self, attempt: int, error: BaseException, category: str | None, state: Mapping[str, Any] | None
    ) -> None:
        """An attempt failed."""
        tripped = state is not None and state["state"] == "open" and self._circuit == "closed"
        identical = tripped and state is not None and state["last_trip"]["reason"] == "identical_failures"
        more = " (identical)" if identical else ""
        text = f"Attempt {attempt} failed: {what(error)}{more}"
        facts = {"attempt": attempt, "category": category, "error": what(error)}
        if isinstance(error, CommandError):
            facts["returncode"] = error.returncode
        self._log.say(ERROR, "attempt_failed", text, **facts)

    def moves(self, state: Mapping[str, Any] | None) -> None:
        """Tell of the circuit's state, if it is another one than before."""
        if state is None or state["state"] == self._circuit:
            return
        before, self._circuit = self._circuit, state["state"]
        facts = {"from": before, "to": self._circuit, "retry_after": state["retry_after"]}
        if self._circuit == "open":
            why = _TRIPS.get((state.get("last_trip") or {}).get("reason", ""), "by hand")
            self._log.say(WARN, "circuit", f"Circuit breaker OPENED ({why})", **facts)
            wait = seconds(state["retry_after"] or 0)
            self._log.say(WARN, "fast_failing", f"Fast-failing all requests for {wait} cooldown", **facts)
        elif self._circuit == "half_open":
            self._log.say(INFO, "circuit", "Circuit breaker entering HALF-OPEN state", **facts)
        elif self._circuit == "closed":
            text = "Circuit breaker CLOSED - resuming normal operation"
            self._log.say(INFO, "circuit", text, **facts)
        else:
            self._log.say(
                WARN, "circuit", f"Circuit breaker held {self._circuit.removeprefix('forced_')}", **facts
            )

    def tests(self) -> None:
        """An attempt begins that is a probe."""
        if self._circuit == "half_open":
            self._log.say(INFO, "testing", "Testing with single request...")

    def escalates(self, error: BaseException, now: float) -> None:
        """Tell when identical failures make the waits grow."""
        if self._identical is None:
            return
        scratch = self._identical.begin(0, now)
        if scratch.admit(now)[0] != 0:
            return
        change = scratch.fail(fault_text(error), now)[4]
        if change is not None:
            self._identical = None
            count = self._escalate_after
            text = f"Circuit breaker: {count} identical errors detected"
            self._log.say(WARN, "identical", text, count=count)
            self._log.say(WARN, "escalating", "Escalating to exponential backoff...")

    def waits(self, wait: float, attempt: int, *, for_circuit: bool) -> None:
        """The run waits for its next attempt."""
        if for_circuit:
            text = f"Pausing for {seconds(wait)}..."
            self._log.say(WARN, "pausing", text, wait=wait, next_attempt=attempt + 1)
            return
        jitter = " (jitter applied)" if self._jittered else ""
        text = f"Retrying in {seconds(wait)}{jitter}..."
        self._log.say(WARN, "retrying", text, wait=wait, next_attempt=attempt + 1)

    def says(self, level: str, event: str, template: str, attempt: int) -> None:
        """The document's own words."""
        text = template.replace("${attempt_number}", str(attempt))
        text = text.replace("${max_attempts}", str(self._max_attempts))
        self._log.say(level, event, text, attempt=attempt, max_attempts=self._max_attempts)

    def gives_up(
        self, reason: str | None, verdict: Mapping[str, Any] | None, retry_after: float | None
    ) -> None:
        """Tell why there is no further attempt."""
        if reason == "exhausted" and self._max_attempts > 1:
            text = f"Max attempts ({self._max_attempts}) exceeded"
        elif reason == "permanent" and verdict is not None:
            text = f"Not retried: {verdict['category']} ({verdict['rule']})"
        elif reason == "circuit_open":
            text = f"Not retried: circuit breaker open for another {seconds(retry_after or 0)}"
        elif reason in _STOPS:
            text = _STOPS[reason]
        else:
            return
        self._log.say(ERROR, "gave_up", text, reason=reason)

    def is_permanent(self, *, breaker: bool) -> None:
        """No attempt succeeded, and none will."""
        text = "Circuit breaker: permanent failure detected" if breaker else "Permanent failure detected"
        self._log.say(ERROR, "permanent_failure", text)

    def refused(self, error: BaseException, retry_after: float | None, name: str) -> None:
        """The command was not run at all."""
        if getattr(error, "error_type", "") != "open_circuit":
            self._log.say(WARN, "not_run", f"Not run: {error}", retry_after=retry_after)
            return
        when = "held open by hand" if retry_after is None else f"retry in {seconds(retry_after)}"
        self._log.say(
            WARN, "not_run", f"Circuit breaker OPEN - fast failing {name} ({when})", retry_after=retry_after
        )

    def ends(self, event: str, text: str, **facts: Any) -> None:
        """The last line."""
        self._log.say(PLAIN, event, text, **facts)


def what(error: BaseException) -> str:
    """An error for people: its type, or what it says if its type is ours; on one line."""
    text = str(error).strip()
    if type(error) is CommandError:
        return clean(text.splitlines()[-1] if text else "")
    if isinstance(error, CommandError):
        return type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return clean(text) or type(error).__name__
