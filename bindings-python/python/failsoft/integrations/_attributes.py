"""The attributes of spans, their events and metrics: OpenTelemetry's own where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from failsoft import _events

if TYPE_CHECKING:
    from failsoft._event import Event

AGENT = "gen_ai.agent.name"
ERROR = "error.type"
MESSAGE = "exception.message"

POLICY = "failsoft.policy.name"
MAX_ATTEMPTS = "failsoft.policy.max_attempts"
ATTEMPTS = "failsoft.call.attempts"
OUTCOME = "failsoft.call.outcome"
REASON = "failsoft.call.reason"
SERVED_BY = "failsoft.call.served_by"
FALLBACK = "failsoft.fallback.name"
ATTEMPT = "failsoft.attempt.number"
ATTEMPT_CATEGORY = "failsoft.attempt.category"
ATTEMPT_STATUS = "failsoft.attempt.status"
ATTEMPT_RETRYABLE = "failsoft.attempt.retryable"
ATTEMPT_RULE = "failsoft.attempt.rule"
RETRY_AFTER = "failsoft.attempt.retry_after"
WAIT = "failsoft.attempt.wait"
BREAKER = "failsoft.breaker.name"
BREAKER_STATE = "failsoft.breaker.state"
BREAKER_BEFORE = "failsoft.breaker.state_before"
BREAKER_REASON = "failsoft.breaker.reason"


def error_type(error: BaseException) -> str:
    """The name of an error's type, with its module unless it is Python's own."""
    kind = type(error)
    module = str(getattr(kind, "__module__", "builtins"))
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def facts_of(error: BaseException | None) -> dict[str, Any]:
    """What a span says of an error, without secrets."""
    return {} if error is None else {ERROR: error_type(error), MESSAGE: _events.brief(error)}


def attempt_of(event: Event) -> dict[str, Any]:
    """What a span says of a failed attempt: its number, its verdict with the rule that decided, and the wait."""
    verdict = event.verdict
    known: dict[str, Any] = {
        ATTEMPT: event.attempt,
        ATTEMPT_CATEGORY: event.category,
        WAIT: event.wait,
    }
    if verdict is not None:
        known |= {
            ATTEMPT_STATUS: verdict.status,
            ATTEMPT_RETRYABLE: verdict.retryable,
            ATTEMPT_RULE: verdict.rule,
            RETRY_AFTER: verdict.retry_after,
        }
    return {**_given(known), **facts_of(event.error)}


def story_of(event: Event) -> tuple[str, dict[str, Any]] | None:
    """What a span says of something else: an event's name and its attributes; None if it is no news to it."""
    kind = event.kind
    if kind in {"retry", "gave_up"}:
        return "failsoft.attempt.failed", attempt_of(event)
    if kind == "refused":
        return "failsoft.call.refused", {REASON: event.reason or "unknown", **facts_of(event.error)}
    if kind in {"fell_back", "fallback_failed"}:
        ending = "answered" if kind == "fell_back" else "failed"
        error = facts_of(event.error) if kind == "fallback_failed" else {}
        return f"failsoft.fallback.{ending}", {FALLBACK: _events.clean(event.served_by or ""), **error}
    if kind == "transition":
        known = {
            BREAKER: event.policy and _events.clean(event.policy),
            BREAKER_STATE: event.after,
            BREAKER_BEFORE: event.before,
            BREAKER_REASON: event.reason,
        }
        return "failsoft.breaker.transition", _given(known)
    return None


def _given(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}
