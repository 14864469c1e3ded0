"""Traces and metrics for OpenTelemetry, through its API.

In a program that has loaded ``opentelemetry.trace`` failsoft says on the current span what is off the happy path, and
counts it, without a word in the program's own code. :func:`instrument` gives each call a span and a duration too. What
there is of names and attributes is in ``docs/python/observability.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import metrics, trace

from failsoft import _events
from failsoft._forks import Lock
from failsoft.integrations._labels import agent
from failsoft.integrations._meters import Meters
from failsoft.integrations._spans import Spans, add_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from failsoft._event import Event

__all__ = ["agent", "instrument", "uninstrument"]


def instrument(
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    *,
    agent: str | None = None,
    attempt_spans: bool = False,
) -> Callable[[], None]:
    """Give each call a span, from now on, that is current while it is under way; and measure its duration.

    What the call does (a request, a query) nests under its span; each attempt is an event on it. Each call then costs
    as much as a span does. Safe to call from any thread.

    Args:
        tracer_provider: Where spans go. Default: the global one.
        meter_provider: Where metrics go. Default: the global one.
        agent: Who makes the calls outside of every :func:`agent` block, as ``gen_ai.agent.name``. Default: nobody.
        attempt_spans: Whether each attempt has a span of its own, under which what it does nests, in the place of an
            event. Default: no.

    Returns:
        What takes it back. Calls that are under way end as they would have.

    Raises:
        ValueError: It is instrumented already.
    """
    global _take_back  # noqa: PLW0603
    with _changing:
        if _take_back is not None:
            raise ValueError("instrumented already: take that back first")
        meters = _meters_of(meter_provider)
        for other in _meters.values():
            other.on = other is meters
        meters.agent = agent
        tracer = trace.get_tracer(_NAME, _version(), tracer_provider)
        spans = Spans(tracer, meters, attempt_spans=attempt_spans)
        stop = _events.listen(spans.hear, every_attempt=True)

        def take_back() -> None:
            global _take_back
            with _changing:
                if _take_back is not take_back:
                    return
                _take_back, meters.agent = None, None
                for provider, other in _meters.items():
                    other.on = provider is None and not _off
            spans.stop_with(stop)

        _take_back = take_back
    return take_back


def uninstrument() -> None:
    """Take :func:`instrument` back, and say and count nothing by presence any more."""
    global _off  # noqa: PLW0603
    _off = True
    if _take_back is not None:
        _take_back()
    for meters in list(_meters.values()):
        meters.on = False


def present(event: Event | None = None) -> None:
    """Tell what has happened on the current span and count it, unless :func:`instrument` does; or just be there."""
    if _off or _take_back is not None:
        return
    meters = _meters.get(None)
    if meters is None:
        with _changing:
            meters = _meters_of(None)
    if event is not None:
        meters.hear(event)
        add_event(trace.get_current_span(), event)


def _meters_of(provider: MeterProvider | None) -> Meters:
    """The instruments of a provider; the same each time, as no provider likes two of one name."""
    meters = _meters.get(provider)
    if meters is None:
        meters = _meters[provider] = Meters(metrics.get_meter(_NAME, _version(), provider))
    return meters


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  loaded by OpenTelemetry itself

    try:
        return version(_NAME)
    except PackageNotFoundError:
        return ""


_NAME = "failsoft"
_changing = Lock()
_off = False
_take_back: Callable[[], None] | None = None
_meters: dict[MeterProvider | None, Meters] = {}
"""The instruments of each provider; None is the global one."""
