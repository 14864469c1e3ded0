"""Log lines through structlog, in a program that has loaded it; see :mod:`failsoft._log` for their levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from failsoft._events import Event


def write(event: Event) -> None:
    """Write an event: its line, and its facts by name."""
    facts: dict[str, Any] = {
        "policy": event.policy,
        "attempt": event.attempt or None,
        "max_attempts": event.max_attempts or None,
        "wait": event.wait,
        "reason": event.reason,
        "category": event.category,
        "before": event.before,
        "after": event.after,
        "served_by": event.served_by,
    }
    given = {name: value for name, value in facts.items() if value is not None}
    structlog.get_logger("failsoft").log(event.level, event.message, event_kind=event.kind, **given)
