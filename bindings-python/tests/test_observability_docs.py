"""The page about logs, metrics and traces: its snippets run, and its tables say what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import promql_parser
import pytest

from failsoft import Policy, System
from failsoft.integrations import _attributes, prometheus
from metering import samples

PAGE = (Path(__file__).parents[2] / "docs" / "python" / "observability.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
QUERIES = "".join(re.findall(r"^```promql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)).splitlines()
METRICS = dict(re.findall(r"^\| `(failsoft_\w+)` \| ([\w, ]+) \|", PAGE, re.MULTILINE))
"""The metrics of Prometheus and their labels."""
CONVENTIONS = {
    name: (unit, set(re.findall(r"`([\w.]+)`", labels)))
    for name, unit, labels in re.findall(
        r"^\| `(failsoft\.[\w.]+)` \| `([^`]+)` \| (.+?) \|", PAGE, re.MULTILINE
    )
}
"""The metrics of OpenTelemetry, their units and their attributes beside the policy's."""


def test_there_are_snippets_queries_and_tables():
    assert min(len(SNIPPETS), len(QUERIES), len(METRICS), len(CONVENTIONS)) > 4


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_prints_what_it_shows(number):
    snippet = SNIPPETS[number]
    # Each is a program of its own: some of what it sets up is for a whole process.
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", snippet], capture_output=True, text=True, check=True
    )
    printed = done.stdout.splitlines()
    shown = [line[2:].split("…")[0] for line in snippet.splitlines() if line.startswith("# ")]
    assert [line[: len(start)] for line, start in zip(printed, shown, strict=True)] == shown


@pytest.fixture
def exported(registry):
    """The labels of every metric for Prometheus, by its name."""
    system = System()
    prometheus.instrument(registry, agent="ReviewerGPT", system=system)
    policy = Policy(
        name="prices",
        retry={"max_attempts": 2, "initial_delay": 0},
        circuit_breaker={"failure_threshold": 4},
        fallback=dict,
    )
    lines = iter([ConnectionError(), None])
    policy.call(lambda: fail(next(lines)))
    policy.call(lambda: fail(ConnectionError()))
    policy.circuit_breaker.force_open()
    policy.call(len, "")
    with pytest.raises(ValueError):
        system.execute_with_resilience(int, "x", circuit_breaker_name="stock")
    found = {}
    for sample in samples(registry):
        name = re.sub(r"_(bucket|sum|count)$", "", sample.name)
        found.setdefault(name, set()).update(sample.labels)
    return {name: labels - {"le"} for name, labels in found.items() if not name.endswith("_created")}


def test_the_table_for_prometheus_is_what_is_exported(exported):
    assert {name: set(labels.split(", ")) for name, labels in METRICS.items()} == exported


def test_the_queries_ask_for_what_is_exported(exported):
    for query in QUERIES:
        promql_parser.parse(query)
        asked = set(re.findall(r"failsoft_\w+", query))
        assert asked
        assert asked <= set(exported)


def test_the_table_for_opentelemetry_is_what_is_measured(telemetry, time, script):
    telemetry.instrument()
    policy = Policy(name="prices", retry={"max_attempts": 2}, circuit_breaker={}, clock=time.clock)
    policy.call(script(ConnectionError(), "fresh"))
    with pytest.raises(ValueError):
        policy.call(int, "x")
    policy.circuit_breaker.force_open()
    Policy(name="prices", circuit_breaker=policy.circuit_breaker, fallback=dict).call(len, "")
    found = {
        name: (unit, set().union(*(labels for labels, _ in told)) - {"failsoft.policy.name"})
        for name, (unit, told) in telemetry.metrics().items()
    }
    assert found == CONVENTIONS


def test_every_attribute_of_spans_is_named():
    known = {value for name, value in vars(_attributes).items() if name.isupper() and "." in str(value)}
    assert {name for name in known if f"`{name}`" not in PAGE} == set()


def fail(error):
    if error is not None:
        raise error
