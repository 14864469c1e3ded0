"""Metrics through OpenTelemetry's API, named as its semantic conventions have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.metrics import Observation

from failsoft.integrations._attributes import (
    AGENT,
    ATTEMPT_CATEGORY,
    BREAKER,
    BREAKER_REASON,
    BREAKER_STATE,
    ERROR,
    FALLBACK,
    OUTCOME,
    POLICY,
    REASON,
    error_type,
)
from failsoft.integrations._labels import BUCKETS, UNNAMED, Names, agent_now, breaker_states, outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.metrics import CallbackOptions, Meter

    from failsoft._event import Event


class Meters:
    """The instruments of one meter.

    Their names begin with ``failsoft.client``, so that they meet none of those for Prometheus where a program exports
    these through ``prometheus_client`` too.
    """

    def __init__(self, meter: Meter) -> None:
        self.on: bool = True
        """Whether the states of breakers are told; an instrument that observes can't be taken back."""
        self.agent: str | None = None
        self._names, self._agents, self._errors = Names(), Names(), Names()

        def counter(name: str, unit: str, text: str) -> Any:
            return meter.create_counter(f"failsoft.client.{name}", unit, text)

        self._retries = counter("retries", "{retry}", "Failed attempts that another one follows.")
        self._failed = counter("failed_attempts", "{attempt}", "Attempts that failed.")
        self._given_up = counter("given_up", "{call}", "Calls whose last attempt failed.")
        self._refusals = counter("refusals", "{call}", "Calls that were ended before an attempt.")
        self._recoveries = counter(
            "recoveries", "{call}", "Calls that a later attempt than the first answered."
        )
        self._fallbacks = counter("fallbacks", "{call}", "Calls that were left to a fallback.")
        self._transitions = counter(
            "breaker.transitions", "{transition}", "Changes of a circuit breaker's state."
        )
        meter.create_observable_up_down_counter(
            "failsoft.client.breaker.state",
            [self._states],
            "{breaker}",
            "How many circuit breakers of this name are in this state.",
        )
        self._attempts = counter("attempts", "{attempt}", "Attempts of calls that have ended.")
        self._active = meter.create_up_down_counter(
            "failsoft.client.active_calls", "{call}", "Calls that are under way."
        )
        self._seconds = meter.create_histogram(
            "failsoft.client.call.duration",
            "s",
            "How long calls took, with their retries and waits.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )

    def hear(self, event: Event) -> None:
        """Count what is off the happy path."""
        kind = event.kind
        if kind == "transition":
            changed = {BREAKER: self._names.of(event.policy or UNNAMED), BREAKER_STATE: event.after}
            self._transitions.add(1, {**changed, BREAKER_REASON: event.reason})
            return
        call = self.labels(event)
        if kind == "retry":
            self._retries.add(1, call)
            self._failed.add(1, self._failure(event, call))
        elif kind == "gave_up":
            self._failed.add(1, self._failure(event, call))
            self._given_up.add(1, {**call, REASON: event.reason or "unknown"})
        elif kind == "refused":
            self._refusals.add(1, {**call, REASON: event.reason or "unknown"})
        elif kind == "recovered":
            self._recoveries.add(1, call)
        elif kind in _FALLBACKS:
            served_by = self._names.of(event.served_by or "")
            self._fallbacks.add(1, {**call, FALLBACK: served_by, OUTCOME: _FALLBACKS[kind]})

    def labels(self, event: Event) -> dict[str, Any]:
        """Through what a call is made, and on whose behalf."""
        agent = agent_now() or self.agent
        named = {POLICY: self._names.of(event.label)}
        return named if agent is None else {**named, AGENT: self._agents.of(agent)}

    def started(self, call: dict[str, Any]) -> None:
        """A call is under way."""
        self._active.add(1, call)

    def ended(self, call: dict[str, Any], event: Event) -> None:
        """It is over."""
        self._active.add(-1, call)
        self._attempts.add(event.attempt, call)
        ending = {**call, OUTCOME: outcome(event)}
        if event.error is not None:
            ending[ERROR] = self._errors.of(error_type(event.error))
        self._seconds.record(event.elapsed or 0.0, ending)

    def _failure(self, event: Event, call: dict[str, Any]) -> dict[str, Any]:
        failure = {**call, ATTEMPT_CATEGORY: event.category or "unknown"}
        if event.error is not None:
            failure[ERROR] = self._errors.of(error_type(event.error))
        return failure

    def _states(self, _: CallbackOptions) -> Iterable[Observation]:
        if self.on:
            for name, counts in breaker_states(self._names).items():
                for state, count in counts.items():
                    yield Observation(count, {BREAKER: name, BREAKER_STATE: state})


_FALLBACKS = {"fell_back": "answered", "fallback_failed": "failed"}
