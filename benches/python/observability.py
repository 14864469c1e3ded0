"""What it costs that calls are heard of: microseconds for each call, the best of many short runs.

Run it with failsoft, prometheus_client and opentelemetry-sdk installed: python benches/python/observability.py
"""

from __future__ import annotations

import logging
import timeit
from contextlib import suppress
from typing import TYPE_CHECKING

import failsoft

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Print a table; the order matters, as what is loaded is heard by."""
    logging.getLogger("failsoft").setLevel(logging.CRITICAL)
    say("a guarded call, nothing loaded", guarded(), retried(), refused())
    stop = failsoft.listen(hear, every_call=True)
    say("a listener of every call", guarded(), retried(), refused())
    stop()
    from prometheus_client import CollectorRegistry  # noqa: PLC0415

    from failsoft.integrations import prometheus  # noqa: PLC0415

    say("prometheus_client loaded", guarded(), retried(), refused())
    stop = prometheus.instrument(CollectorRegistry())
    say("prometheus.instrument()", guarded(), retried(), refused())
    stop()
    prometheus.uninstrument()
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415

    from failsoft.integrations import opentelemetry  # noqa: PLC0415

    say("opentelemetry loaded", guarded(), retried(), refused())
    tracers, meters = TracerProvider(), MeterProvider([InMemoryMetricReader()])
    stop = opentelemetry.instrument(tracers, meters)
    say("opentelemetry.instrument()", guarded(), retried(), refused())
    stop()
    tracer, histogram = tracers.get_tracer("bare"), meters.get_meter("bare").create_histogram("bare")

    def bare() -> None:
        with tracer.start_as_current_span("bare", attributes={"policy": "prices"}) as span:
            span.add_event("attempt", {"number": 1})
            span.set_attributes({"attempts": 1, "outcome": "success"})
        histogram.record(1.0, {"policy": "prices", "outcome": "success"})

    say("the SDK's own span, event and histogram", bare)


def guarded() -> Callable[[], object]:
    """A call that succeeds at once."""
    return failsoft.Policy(name="prices", retry={"initial_delay": 0}, circuit_breaker={})(nothing)


def retried() -> Callable[[], object]:
    """A call that succeeds on its second attempt."""
    calls = 0

    @failsoft.Policy(name="prices", retry={"initial_delay": 0})
    def fetch() -> None:
        nonlocal calls
        calls += 1
        if calls % 2:
            raise ConnectionError

    return fetch


def refused() -> Callable[[], object]:
    """A call that an open breaker turns away."""
    breaker = failsoft.CircuitBreaker("prices")
    breaker.force_open()

    def call() -> None:
        with suppress(failsoft.CircuitBreakerOpenError):
            turned_away()

    turned_away = breaker(nothing)
    return call


def nothing() -> int:
    """Stand for what is guarded."""
    return 0


def hear(_: object) -> None:
    """Hear, and do nothing."""


def say(what: str, once: Callable[[], object], *others: Callable[[], object]) -> None:
    """Print what a call costs that succeeds at once, one that succeeds on its second attempt, and one turned away."""
    print(f"{what:42}{best(once, 100):8.2f}" + "".join(f"{best(other, 20):8.1f}" for other in others))


def best(function: Callable[[], object], number: int) -> float:
    """Microseconds for each call."""
    return min(timeit.repeat(function, number=number, repeat=300)) / number * 1e6


if __name__ == "__main__":
    main()
