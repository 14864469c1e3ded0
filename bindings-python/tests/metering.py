"""What has been counted and traced: for the tests of Prometheus and of OpenTelemetry."""

from __future__ import annotations

import subprocess
import sys

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from failsoft.integrations import opentelemetry

CANARY = "cAnArY7f3e9d1b"


class Telemetry:
    """An SDK, and what has come out of it."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])
        self.tracer = self.tracers.get_tracer("the program's own")

    def close(self):
        opentelemetry.uninstrument()
        opentelemetry._off = False
        self.tracers.shutdown()
        self.meters.shutdown()

    def instrument(self, **settings):
        return opentelemetry.instrument(self.tracers, self.meters, **settings)

    @property
    def spans(self):
        return {span.name: span for span in self.exporter.get_finished_spans()}

    def metrics(self):
        """Each metric by its name: its unit, and its points as (attributes, value)."""
        data = self.reader.get_metrics_data()
        if data is None:
            return {}
        metrics = data.resource_metrics[0].scope_metrics[0].metrics
        return {metric.name: (metric.unit, points(metric)) for metric in metrics}


def points(metric):
    """The points of a metric; of a histogram their counts and sums."""
    return [
        (dict(point.attributes), point.value if hasattr(point, "value") else (point.count, point.sum))
        for point in metric.data.data_points
    ]


def events(span):
    """The events of a span."""
    return [(event.name, dict(event.attributes)) for event in span.events]


def counted(registry, *names):
    """The samples of these families, by name and labels; without empty labels, as Prometheus sees them."""
    found = {}
    for family in registry.collect():
        for sample in family.samples:
            if family.name.startswith("failsoft_") and (not names or family.name in names):
                labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()) if value)
                found[f"{sample.name}{{{labels}}}"] = sample.value
    beside = ("_created{", "_bucket{", "breaker_state{")
    return {key: value for key, value in found.items() if not any(word in key for word in beside)}


def samples(registry):
    return [sample for family in registry.collect() for sample in family.samples]


def run(program):
    """Run a program by itself."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
