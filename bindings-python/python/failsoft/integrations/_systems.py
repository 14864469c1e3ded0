"""What a system knows of itself, as metrics of ``prometheus_client``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

from failsoft.integrations._labels import STATES, Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric

    from failsoft._system import System


class SystemCollector:
    """The health, level, analytics and breakers of systems, read when Prometheus asks; costs calls nothing.

    Register it with any registry: ``REGISTRY.register(SystemCollector(system))``. Counters start anew where
    ``error_analytics.clear_history()`` is called, which Prometheus takes for a restart. Where ``prometheus_client``
    works in several processes it is not collected, as no collector of a program's own is.

    Args:
        systems: A system, or several by name. The name is the label ``system``; of a single one it is ``default``.
    """

    def __init__(self, systems: System | Mapping[str, System]) -> None:
        self._systems = dict(systems) if isinstance(systems, Mapping) else {"default": systems}
        self._names = Names()
        self._levels: dict[str, dict[str, None]] = {}
        """The levels that each system was seen at, so that one that has been left falls to 0."""

    def describe(self) -> Iterable[Metric]:
        """What there is."""
        return _families().values()

    def collect(self) -> Iterable[Metric]:
        """What there is, with its values."""
        families = _families()
        for name, system in _labelled(self._names, self._systems).items():
            self._read(families, name, system)
        return families.values()

    def _read(self, families: dict[str, Any], name: str, system: System) -> None:
        health = system.get_system_health()
        told = system.error_analytics.get_statistics()
        level = system.graceful_degradation.get_current_level()
        for status in _STATUSES:
            families["status"].add_metric((name, status), int(status == health["status"]))
        families["error_ratio"].add_metric((name,), health["error_rate"])
        seen = self._levels.setdefault(name, {})
        now = self._names.of(level["name"])
        seen[now] = None
        for known in list(seen):
            families["degradation_level"].add_metric((name, known), int(known == now))
        families["service_ratio"].add_metric((name,), level["percentage"] / 100)
        for ending in ("succeeded", "failed"):
            families["calls"].add_metric((name, ending), told[ending])
        families["attempts"].add_metric((name,), told["attempts"])
        families["retries"].add_metric((name,), told["retries"])
        for category, count in told["by_category"].items():
            families["errors"].add_metric((name, category), count)
        for label, breaker in _labelled(self._names, health["circuit_breakers"]).items():
            for state in STATES:
                families["breaker_state"].add_metric((name, label, state), int(state == breaker["state"]))
            families["breaker_failures"].add_metric((name, label), breaker["failure_count"])


def _labelled(names: Names, things: Mapping[str, Any]) -> dict[str, Any]:
    """The same by their labels; of several that have the same label the first one, as no sample may be there twice."""
    labelled: dict[str, Any] = {}
    for name, thing in things.items():
        labelled.setdefault(names.of(name), thing)
    return labelled


def _families() -> dict[str, Any]:
    return {
        key: kind(f"failsoft_system_{key}", text, labels=("system", *labels))
        for key, (kind, text, labels) in _WHAT.items()
    }


_STATUSES = ("healthy", "degraded", "unhealthy")
_WHAT: dict[str, tuple[type[CounterMetricFamily | GaugeMetricFamily], str, tuple[str, ...]]] = {
    "status": (GaugeMetricFamily, "1 for the status that the system has, 0 for the others.", ("status",)),
    "error_ratio": (GaugeMetricFamily, "The share of calls that failed of late, from 0 to 1.", ()),
    "degradation_level": (GaugeMetricFamily, "1 for the level that the system serves at.", ("level",)),
    "service_ratio": (GaugeMetricFamily, "The share of its service that the system gives, from 0 to 1.", ()),
    "calls": (CounterMetricFamily, "Calls through the system's parts, by how they ended.", ("outcome",)),
    "attempts": (CounterMetricFamily, "Attempts of calls through the system's parts.", ()),
    "retries": (CounterMetricFamily, "Attempts that were not the first of their calls.", ()),
    "errors": (CounterMetricFamily, "Errors of attempts, by what was wrong.", ("category",)),
    "breaker_state": (
        GaugeMetricFamily,
        "1 for the state that the breaker of this part is in, 0 for the others.",
        ("breaker", "state"),
    ),
    "breaker_failures": (
        GaugeMetricFamily,
        "Failures that this breaker counts towards opening.",
        ("breaker",),
    ),
}
