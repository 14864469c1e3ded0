"""Spans of calls and of their attempts, through OpenTelemetry's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import context, trace
from opentelemetry.trace import Status, StatusCode

from failsoft import _events
from failsoft.integrations._attributes import (
    ATTEMPT,
    ATTEMPTS,
    MAX_ATTEMPTS,
    OUTCOME,
    REASON,
    SERVED_BY,
    attempt_of,
    facts_of,
    story_of,
)
from failsoft.integrations._labels import outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

    from failsoft._event import Event
    from failsoft.integrations._meters import Meters


class Spans:
    """A span for each call, current while it is under way, so that what the call does nests under it."""

    def __init__(self, tracer: Tracer, meters: Meters, *, attempt_spans: bool) -> None:
        self._tracer = tracer
        self._meters = meters
        self._attempt_spans = attempt_spans
        self._open: dict[int, _Open] = {}
        """The calls that are under way, by their ids."""
        self._stop: Callable[[], None] | None = None

    def hear(self, event: Event) -> None:
        """Tell what has happened."""
        if event.kind == "call_started":
            self._started(event)
            return
        under_way = self._open.get(id(event.call))
        if event.kind == "call_ended":
            if under_way is not None:
                self._ended(under_way, event)
        elif event.kind == "attempt_started":
            if under_way is not None and self._attempt_spans:
                under_way.attempt = self._attempt(under_way, event)
        elif event.kind == "call_left":
            if under_way is not None:
                under_way.leave()
        elif event.kind == "call_resumed":
            if under_way is not None:
                under_way.resume()
        else:
            self._meters.hear(event)
            self._tell(under_way, event)

    def stop_with(self, stop: Callable[[], None]) -> None:
        """Hear of no more calls; those that are under way end as they would have."""
        self._stop = stop
        if not self._open:
            stop()

    def _started(self, event: Event) -> None:
        if self._stop is not None:
            return
        call = self._meters.labels(event)
        attributes = {**call, MAX_ATTEMPTS: event.max_attempts}
        span = self._tracer.start_span(_events.clean(event.label), attributes=attributes)
        self._open[id(event.call)] = _Open(_Current(span), call)
        self._meters.started(call)

    def _attempt(self, under_way: _Open, event: Event) -> _Current:
        parent = trace.set_span_in_context(under_way.call.span)
        name = f"{_events.clean(event.label)} attempt"
        return _Current(self._tracer.start_span(name, parent, attributes={ATTEMPT: event.attempt}))

    def _tell(self, under_way: _Open | None, event: Event) -> None:
        if under_way is not None and under_way.attempt is not None and event.kind in {"retry", "gave_up"}:
            attempt, under_way.attempt = under_way.attempt, None
            if attempt.span.is_recording():
                attempt.span.set_attributes(attempt_of(event))
                _failed(attempt.span, event)
            attempt.end()
            return
        add_event(trace.get_current_span() if under_way is None else under_way.call.span, event)

    def _ended(self, under_way: _Open, event: Event) -> None:
        del self._open[id(event.call)]
        ending = outcome(event)
        span = under_way.call.span
        if under_way.attempt is not None:
            # It answered, or was cancelled.
            under_way.attempt.end()
        elif ending == "success" and span.is_recording():
            span.add_event("failsoft.attempt.answered", {ATTEMPT: event.attempt})
        if span.is_recording():
            known: dict[str, Any] = {ATTEMPTS: event.attempt, OUTCOME: ending, REASON: event.reason}
            known[SERVED_BY] = event.served_by and _events.clean(event.served_by)
            span.set_attributes({name: value for name, value in known.items() if value is not None})
            if ending in {"failure", "refused"}:
                span.set_attributes(facts_of(event.error))
                _failed(span, event)
        under_way.call.end()
        self._meters.ended(under_way.labels, event)
        if self._stop is not None and not self._open:
            self._stop()


class _Current:
    """A span that is the current one of this thread or task."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self._token: Token[Context] | None = None
        self.attach()

    def attach(self) -> None:
        self._token = context.attach(trace.set_span_in_context(self.span))

    def detach(self) -> None:
        token, self._token = self._token, None
        # A coroutine may be closed in another context than it ran in, by the garbage collector for one.
        if token is not None and trace.get_current_span() is self.span:
            context.detach(token)

    def end(self) -> None:
        self.detach()
        self.span.end()


class _Open:
    """A call that is under way."""

    def __init__(self, call: _Current, labels: dict[str, Any]) -> None:
        self.call = call
        self.labels = labels
        self.attempt: _Current | None = None

    def leave(self) -> None:
        """It goes on elsewhere: what the caller does meanwhile is no part of it."""
        if self.attempt is not None:
            self.attempt.detach()
        self.call.detach()

    def resume(self) -> None:
        """It goes on here."""
        self.call.attach()
        if self.attempt is not None:
            self.attempt.attach()


def add_event(span: Span, event: Event) -> None:
    """Say on a span what has happened, if anybody records it."""
    if not span.is_recording():
        return
    story = story_of(event)
    if story is not None:
        span.add_event(*story)


def _failed(span: Span, event: Event) -> None:
    text = None if event.error is None else _events.brief(event.error)
    span.set_status(Status(StatusCode.ERROR, text))
