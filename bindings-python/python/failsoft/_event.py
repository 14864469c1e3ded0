"""Something that happened to a call or to a breaker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from failsoft._verdict import Verdict


class Event:
    """Something that happened to a call or to a breaker.

    Attributes:
        kind: ``retry``: an attempt failed and there will be another. ``gave_up``: the call is over, and its last
            attempt failed. ``refused``: it is over before an attempt was made. ``recovered``: an attempt after the
            first answered. ``fell_back``, ``fallback_failed``: the fallback was called. ``transition``: the breaker
            changed its state. For listeners that hear every call (:func:`listen`) also ``call_started`` and
            ``call_ended``; for those that hear every attempt ``attempt_started`` and, where a plain function has
            answered with a coroutine, ``call_left`` and ``call_resumed``: the call goes on where that is awaited.
        level: How a log has it: 10 (debug), 20 (information), 30 (warning) or 40 (error); 0 if it is not logged.
        policy: The policy's or breaker's name, or None.
        label: The policy's name, or else the function's.
        call: What tells the calls apart that are under way: the same object in all events of one; None for a
            transition.
        attempt: The number of the last attempt; 0 if none was made.
        max_attempts: How many there may be.
        wait: Seconds until the next attempt.
        reason: Why the call ended, or why the breaker changed its state.
        category: The category of the last error.
        error: The caller's own error, as it is.
        before: The breaker's state before.
        after: The breaker's state now.
        served_by: Who answered: ``function``, ``fallback``, the name of a chain's step, or None.
        elapsed: Seconds from the beginning of the call to its end.
    """

    __slots__ = (
        "_message",
        "after",
        "attempt",
        "before",
        "call",
        "category",
        "elapsed",
        "error",
        "kind",
        "label",
        "level",
        "max_attempts",
        "policy",
        "reason",
        "served_by",
        "template",
        "wait",
    )

    def __init__(self, kind: str, level: int, policy: str | None, label: str) -> None:
        self.kind: str = kind
        self.level: int = level
        self.policy: str | None = policy
        self.label: str = label
        self.call: object | None = None
        self.attempt: int = 0
        self.max_attempts: int = 0
        self.wait: float | None = None
        self.reason: str | None = None
        self.category: str | None = None
        self.error: BaseException | None = None
        self.before: str | None = None
        self.after: str | None = None
        self.served_by: str | None = None
        self.elapsed: float | None = None
        self.template: str | None = None
        self._message: str | None = None

    @property
    def message(self) -> str:
        """A line for the log, without secrets; in the document's own words, where its ``error_handling`` has some."""
        if self._message is None:
            from failsoft._words import words  # noqa: PLC0415  not for programs without failures

            self._message = words(self)
        return self._message

    @property
    def verdict(self) -> Verdict | None:
        """What the last error means and which rule decided, read from the call's record; None if there is none."""
        if self.category is None or self.call is None:
            return None
        from failsoft._report import verdict_of  # noqa: PLC0415  it imports what imports this module

        run: Any = self.call
        return verdict_of(run.native, self.attempt)

    def __repr__(self) -> str:
        return f"<Event {self.kind}: {self.message}>"
