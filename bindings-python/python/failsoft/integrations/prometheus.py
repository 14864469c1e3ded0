"""Metrics for Prometheus, through ``prometheus_client``.

In a program that has loaded ``prometheus_client`` failsoft counts what is off the happy path (retries, failures,
refusals, fallbacks, and the states of breakers) in the default registry, without a word in the program's own code.
:func:`instrument` counts every call too. What there is of metrics and labels is in ``docs/python/observability.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import REGISTRY

from failsoft import _events
from failsoft._forks import Lock
from failsoft.integrations._families import Calls, News
from failsoft.integrations._labels import BUCKETS, agent
from failsoft.integrations._systems import SystemCollector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from prometheus_client.registry import CollectorRegistry

    from failsoft._event import Event
    from failsoft._system import System

__all__ = ["BUCKETS", "SystemCollector", "agent", "instrument", "uninstrument"]


def instrument(
    registry: CollectorRegistry = REGISTRY,
    *,
    buckets: Sequence[float] = BUCKETS,
    agent: str | None = None,
    system: System | Mapping[str, System] | None = None,
) -> Callable[[], None]:
    """Count every call, from now on: by outcome, with its attempts, its duration, and while it is under way.

    Each call then costs some microseconds more. What is counted by mere presence goes to this registry alone as
    long as this holds. Safe to call from any thread.

    Args:
        registry: Where the metrics are. Default: the default registry.
        buckets: The bounds of the histogram of durations, in seconds, rising.
            Default: from 5 ms to two minutes.
        agent: The label ``agent`` of calls that are made outside of every :func:`agent` block. Default: none.
        system: A system, or several by name, whose health, level, analytics and breakers are to be there as well;
            see :class:`SystemCollector`.

    Returns:
        What takes it back: the metrics are no longer in the registry.

    Raises:
        ValueError: The registry is instrumented already, has other metrics of these names, or the buckets make no
            sense.
    """
    with _changing:
        if registry in _active:
            raise ValueError("the registry is instrumented already: take that back first")
        news = _news.pop(registry, None) or News(registry)
        try:
            calls = Calls(registry, news, buckets, agent or "")
        except BaseException:
            news.unregister()
            raise
        collector = None if system is None else SystemCollector(system)
        if collector is not None:
            try:
                registry.register(collector)
            except BaseException:
                calls.unregister()
                raise
        # What was counted by presence goes on here, or is not there twice.
        for other in list(_news):
            _news.pop(other).unregister()
        stop = _events.listen(calls.hear, every_call=True)

        def take_back() -> None:
            with _changing:
                if _active.get(registry) is not take_back:
                    return
                stop()
                del _active[registry]
                calls.unregister()
                if collector is not None:
                    registry.unregister(collector)

        _active[registry] = take_back
    return take_back


def uninstrument() -> None:
    """Take every :func:`instrument` back, and count nothing by presence any more."""
    global _off  # noqa: PLW0603
    _off = True
    for take_back in list(_active.values()):
        take_back()
    with _changing:
        for registry in list(_news):
            _news.pop(registry).unregister()


def present(event: Event | None = None) -> None:
    """Count what has happened in the default registry, unless :func:`instrument` does; or just be there."""
    news = _news.get(REGISTRY)
    if news is None:
        with _changing:
            if _off or _active:
                return
            news = _news.get(REGISTRY)
            if news is None:
                news = _news[REGISTRY] = News(REGISTRY)
    if event is not None:
        news.hear(event)


_changing = Lock()
_off = False
_active: dict[CollectorRegistry, Callable[[], None]] = {}
_news: dict[CollectorRegistry, News] = {}
"""What counts by presence."""
