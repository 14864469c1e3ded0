"""What log lines say; loaded with the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from failsoft import _native
from failsoft._events import brief

if TYPE_CHECKING:
    from collections.abc import Callable

    from failsoft._events import Event


def words(event: Event) -> str:
    """An event's line, without secrets; in the document's own words, where it has some."""
    return _filled(event, event.template) if event.template else _WORDS[event.kind](event)


def _filled(event: Event, template: str) -> str:
    number = event.attempt + 1 if event.kind == "retry" else event.attempt
    text = template.replace("${attempt_number}", str(number))
    return _native.redact(text.replace("${max_attempts}", str(event.max_attempts)))


def _said(event: Event) -> str:
    return brief(event.error) if event.error is not None else ""


def _retry(event: Event) -> str:
    return (
        f"{event.label}: attempt {event.attempt} of {event.max_attempts} failed "
        f"({event.category}: {_said(event)}), retrying in {event.wait or 0:.3g} s"
    )


def _gave_up(event: Event) -> str:
    return (
        f"{event.label}: giving up after {event.attempt} of {event.max_attempts} attempts, "
        f"{event.reason} ({event.category}: {_said(event)})"
    )


def _call_ended(event: Event) -> str:
    outcome = (
        f"answered by {event.served_by}"
        if event.error is None
        else f"failed, {event.reason} ({_said(event)})"
    )
    return f"{event.label}: {outcome} after {event.attempt} attempts in {event.elapsed or 0:.3g} s"


_WORDS: dict[str, Callable[[Event], str]] = {
    "retry": _retry,
    "gave_up": _gave_up,
    "refused": lambda event: f"{event.label}: not called: {_said(event)}",
    "recovered": lambda event: f"{event.label}: succeeded on attempt {event.attempt}",
    "fell_back": lambda event: f"{event.label}: answered by its fallback {event.served_by}",
    "fallback_failed": lambda event: f"{event.label}: its fallback {event.served_by} failed ({_said(event)})",
    "transition": lambda event: (
        f"{event.label}: circuit breaker {event.after}, was {event.before} ({event.reason})"
    ),
    "call_started": lambda event: f"{event.label}: called",
    "call_ended": _call_ended,
    "attempt_started": lambda event: f"{event.label}: attempt {event.attempt} of {event.max_attempts}",
    "call_left": lambda event: f"{event.label}: goes on as a coroutine",
    "call_resumed": lambda event: f"{event.label}: awaited",
}
