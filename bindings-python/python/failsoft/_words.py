"""What log lines say; loaded with the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._events import brief, clean
from failsoft._figures import figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from failsoft._event import Event


def words(event: Event) -> str:
    """An event's line, without secrets; in the document's own words, where it has some."""
    return _filled(event, event.template) if event.template else _WORDS[event.kind](event)


def facts(event: Event) -> dict[str, Any]:
    """What is known of an event, by name, for lines that machines read; without secrets, and without what is None."""
    error = event.error
    known: dict[str, Any] = {
        "event_kind": event.kind,
        "policy": event.policy and clean(event.policy),
        "attempt": event.attempt or None,
        "max_attempts": event.max_attempts or None,
        "wait": event.wait,
        "reason": event.reason,
        "category": event.category,
        "error_type": None if error is None else type(error).__qualname__,
        "before": event.before,
        "after": event.after,
        "served_by": event.served_by and clean(event.served_by),
        "elapsed": event.elapsed,
    }
    return {name: value for name, value in known.items() if value is not None}


def _filled(event: Event, template: str) -> str:
    number = event.attempt + 1 if event.kind == "retry" else event.attempt
    text = template.replace("${attempt_number}", str(number))
    return _native.redact(text.replace("${max_attempts}", str(event.max_attempts)))


def _name(event: Event) -> str:
    return clean(event.label)


def _said(event: Event) -> str:
    return brief(event.error) if event.error is not None else ""


def _retry(event: Event) -> str:
    return (
        f"{_name(event)}: attempt {event.attempt} of {event.max_attempts} failed "
        f"({event.category}: {_said(event)}), retrying in {figure(event.wait or 0)} s"
    )


def _gave_up(event: Event) -> str:
    return (
        f"{_name(event)}: giving up after {event.attempt} of {event.max_attempts} attempts, "
        f"{event.reason} ({event.category}: {_said(event)})"
    )


def _call_ended(event: Event) -> str:
    outcome = (
        f"answered by {clean(event.served_by or '')}"
        if event.error is None
        else f"failed, {event.reason} ({_said(event)})"
    )
    return f"{_name(event)}: {outcome} after {event.attempt} attempts in {figure(event.elapsed or 0)} s"


_WORDS: dict[str, Callable[[Event], str]] = {
    "retry": _retry,
    "gave_up": _gave_up,
    "refused": lambda event: f"{_name(event)}: not called: {_said(event)}",
    "recovered": lambda event: f"{_name(event)}: succeeded on attempt {event.attempt}",
    "fell_back": lambda event: f"{_name(event)}: answered by its fallback {clean(event.served_by or '')}",
    "fallback_failed": lambda event: (
        f"{_name(event)}: its fallback {clean(event.served_by or '')} failed ({_said(event)})"
    ),
    "transition": lambda event: (
        f"{_name(event)}: circuit breaker {event.after}, was {event.before} ({event.reason})"
    ),
    "call_started": lambda event: f"{_name(event)}: called",
    "call_ended": _call_ended,
    "attempt_started": lambda event: f"{_name(event)}: attempt {event.attempt} of {event.max_attempts}",
    "call_left": lambda event: f"{_name(event)}: goes on as a coroutine",
    "call_resumed": lambda event: f"{_name(event)}: awaited",
}
