"""The metrics of calls, as families of ``prometheus_client``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily

from failsoft.integrations._labels import STATES, UNNAMED, Names, agent_now, breaker_states, outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prometheus_client.metrics_core import Metric
    from prometheus_client.registry import Collector, CollectorRegistry

    from failsoft._event import Event

_CALL = ("agent", "policy")


class _Family:
    """A family of metrics, whose members are found sooner than by itself."""

    def __init__(self, metric: Any) -> None:
        self.metric = metric
        self._members: dict[tuple[str, ...], Any] = {}

    def at(self, *labels: str) -> Any:
        """The member with these labels."""
        member = self._members.get(labels)
        if member is None:
            member = self._members[labels] = self.metric.labels(*labels)
        return member


class News:
    """What is off the happy path: counters, and the states of breakers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self.names = Names()
        self.agents = Names()
        self.agent = ""
        self._retries = _counter("retries", "Failed attempts that another one follows.", *_CALL)
        self._failed = _counter(
            "failed_attempts", "Attempts that failed, by what was wrong.", *_CALL, "category"
        )
        self._given_up = _counter(
            "given_up", "Calls whose last attempt failed, by why there was no other.", *_CALL, "reason"
        )
        self._refusals = _counter(
            "refusals", "Calls that were ended before an attempt, by why.", *_CALL, "reason"
        )
        self._recoveries = _counter(
            "recoveries", "Calls that a later attempt than the first answered.", *_CALL
        )
        self._fallbacks = _counter(
            "fallbacks", "Calls that were left to a fallback.", *_CALL, "fallback", "outcome"
        )
        self._transitions = _counter(
            "breaker_transitions",
            "Changes of a circuit breaker's state, by the new one.",
            "breaker",
            "state",
            "reason",
        )
        self._states: _States | Gauge = _States(self.names)
        if _in_several_processes():
            # A collector of our own would be asked in one process only, that of the scrape.
            labels = ("breaker", "state")
            self._states = Gauge(_STATE, _STATE_TEXT, labels, registry=None, multiprocess_mode="livesum")
        own = [value.metric for value in vars(self).values() if isinstance(value, _Family)]
        self._collectors: list[Collector] = [*own, self._states]
        _register(registry, self._collectors)

    def hear(self, event: Event) -> None:
        """Count what has happened."""
        kind = event.kind
        if kind == "transition":
            self._changed(event)
            return
        call = self.labels(event)
        if kind == "retry":
            self._retries.at(*call).inc()
            self._failed.at(*call, event.category or "unknown").inc()
        elif kind == "gave_up":
            self._failed.at(*call, event.category or "unknown").inc()
            self._given_up.at(*call, event.reason or "unknown").inc()
        elif kind == "refused":
            self._refusals.at(*call, event.reason or "unknown").inc()
        elif kind == "recovered":
            self._recoveries.at(*call).inc()
        elif kind in _FALLBACKS:
            served_by = self.names.of(event.served_by or "")
            self._fallbacks.at(*call, served_by, _FALLBACKS[kind]).inc()

    def labels(self, event: Event) -> tuple[str, str]:
        """On whose behalf a call is made, and through what."""
        return self.agents.of(agent_now() or self.agent), self.names.of(event.label)

    def unregister(self) -> None:
        """Leave the registry."""
        _unregister(self._registry, self._collectors)

    def _changed(self, event: Event) -> None:
        name = self.names.of(event.policy or UNNAMED)
        self._transitions.at(name, event.after or "", event.reason or "").inc()
        if isinstance(self._states, Gauge):
            for state, count in breaker_states(self.names).get(name, {}).items():
                self._states.labels(name, state).set(count)


class Calls:
    """Every call, and what :class:`News` counts."""

    def __init__(self, registry: CollectorRegistry, news: News, buckets: Sequence[float], agent: str) -> None:
        self._registry = registry
        self._news = news
        self._calls = _counter("calls", "Calls that have ended, by how.", *_CALL, "outcome")
        self._attempts = _counter("attempts", "Attempts of calls that have ended.", *_CALL)
        self._seconds = _Family(
            Histogram(
                "failsoft_call_duration_seconds",
                "How long calls took, with their retries and waits.",
                _CALL,
                buckets=buckets,
                registry=None,
            )
        )
        self._in_flight = _Family(
            Gauge(
                "failsoft_calls_in_flight",
                "Calls that are under way.",
                _CALL,
                registry=None,
                multiprocess_mode="livesum",
            )
        )
        self._under_way: dict[int, tuple[str, str]] = {}
        """The labels of the calls that are under way, by their ids: an end counts where its beginning did."""
        self._collectors = [value.metric for value in vars(self).values() if isinstance(value, _Family)]
        _register(registry, self._collectors)
        news.agent = agent

    def hear(self, event: Event) -> None:
        """Count what has happened."""
        if event.kind == "call_started":
            call = self._news.labels(event)
            self._under_way[id(event.call)] = call
            self._in_flight.at(*call).inc()
        elif event.kind == "call_ended":
            self._ended(event)
        else:
            self._news.hear(event)

    def unregister(self) -> None:
        """Leave the registry, with what :class:`News` counts."""
        _unregister(self._registry, self._collectors)
        self._news.unregister()

    def _ended(self, event: Event) -> None:
        call = self._under_way.pop(id(event.call), None)
        if call is None:
            # It was under way already when this began to listen.
            return
        self._in_flight.at(*call).dec()
        self._calls.at(*call, outcome(event)).inc()
        self._attempts.at(*call).inc(event.attempt)
        self._seconds.at(*call).observe(event.elapsed or 0.0)


class _States:
    """The states of all breakers, as they are when somebody asks: one opens its door by the mere passing of time."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def describe(self) -> Iterable[Metric]:
        """What there is."""
        return [GaugeMetricFamily(_STATE, _STATE_TEXT, labels=("breaker", "state"))]

    def collect(self) -> Iterable[Metric]:
        """What there is, with its values."""
        family = GaugeMetricFamily(_STATE, _STATE_TEXT, labels=("breaker", "state"))
        for name, counts in sorted(breaker_states(self._names).items()):
            for state in STATES:
                family.add_metric((name, state), counts[state])
        return [family]


def _counter(name: str, text: str, *labels: str) -> _Family:
    return _Family(Counter(f"failsoft_{name}_total", text, labels, registry=None))


def _register(registry: CollectorRegistry, families: Iterable[Collector]) -> None:
    """Register all of them or none."""
    done: list[Collector] = []
    try:
        for family in families:
            registry.register(family)
            done.append(family)
    except BaseException:
        _unregister(registry, done)
        raise


def _unregister(registry: CollectorRegistry, families: Iterable[Collector]) -> None:
    for family in families:
        try:
            registry.unregister(family)
        except KeyError:  # the program has done it
            continue


def _in_several_processes() -> bool:
    """Whether ``prometheus_client`` keeps its numbers in files, in both of its spellings."""
    return "PROMETHEUS_MULTIPROC_DIR" in os.environ or "prometheus_multiproc_dir" in os.environ


_STATE = "failsoft_breaker_state"
_STATE_TEXT = "How many circuit breakers of this name are in this state: 0 or 1, if names are used once."
_FALLBACKS = {"fell_back": "answered", "fallback_failed": "failed"}
