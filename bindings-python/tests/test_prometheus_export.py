"""What Prometheus gets to see: names by its rules, systems, and programs of several processes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_open_metrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open_metrics

from failsoft import Policy, System
from failsoft.integrations import _labels, prometheus

UNITS = {"seconds", "ratio"}
"""The base units that are in use here."""


@pytest.fixture
def registry():
    """One with a sample of every family: calls of every outcome, and a system that has seen some."""
    registry = CollectorRegistry()
    system = System()
    take_back = prometheus.instrument(registry, agent="ReviewerGPT", system={"shop": system})
    policy = Policy(
        name="prices",
        retry={"max_attempts": 2, "initial_delay": 0},
        circuit_breaker={"failure_threshold": 4},
        fallback=dict,
    )
    failing = iter([ConnectionError(), None])
    policy.call(lambda: fail(next(failing)))
    for _ in range(3):
        policy.call(lambda: fail(ConnectionError()))
    system.execute_with_resilience(len, "", circuit_breaker_name="stock")
    with pytest.raises(ValueError):
        system.execute_with_resilience(int, "x", circuit_breaker_name="stock")
    system.graceful_degradation.degrade("a test")
    yield registry
    take_back()


def fail(error):
    if error is not None:
        raise error


class TestNames:
    def test_every_family_has_a_sample_here(self, registry):
        assert [family.name for family in registry.collect() if not family.samples] == []

    def test_follow_the_rules(self, registry):
        assert [problem for family in registry.collect() for problem in problems(family)] == []

    def test_the_rules_find_what_is_wrong(self):
        class Wrong:
            def __init__(self, name, type_, labels=None):
                self.name, self.type, self.documentation, self.samples = name, type_, "Text.", []
                self.samples = [type("S", (), {"name": name, "labels": labels or {}})]

        wrong = [
            Wrong("failsoft_calls", "counter"),
            Wrong("failsoft_call_duration_milliseconds", "histogram"),
            Wrong("failsoft:calls", "gauge"),
            Wrong("failsoft_calls_total", "gauge"),
            Wrong("failsoftCalls", "gauge"),
            Wrong("calls", "gauge"),
            Wrong("failsoft_calls", "gauge", {"le": "1"}),
            Wrong("failsoft_gauge_calls", "gauge"),
        ]
        assert [bool(problems(family)) for family in wrong] == [True] * 8

    def test_promtool_agrees_where_it_is_installed(self, registry):
        promtool = shutil.which("promtool")
        # Elsewhere there are the rules above, which are its own.
        command = [promtool, "check", "metrics"] if promtool else [sys.executable, "-c", ""]
        done = subprocess.run(  # noqa: S603
            command, input=generate_latest(registry), capture_output=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    def test_open_metrics_can_be_read_too(self, registry):
        families = list(parse_open_metrics(generate_open_metrics(registry).decode()))
        assert {family.name for family in families} == {family.name for family in registry.collect()}


class TestSystems:
    def test_tell_their_health_level_analytics_and_breakers(self, registry):
        told = {
            f"{sample.name}{labels(sample)}": sample.value
            for family in registry.collect()
            for sample in family.samples
            if sample.name.startswith("failsoft_system_") and sample.value
        }
        assert told == {
            "failsoft_system_status(shop,degraded)": 1,
            "failsoft_system_degradation_level(shop,high)": 1,
            "failsoft_system_service_ratio(shop)": 0.8,
            "failsoft_system_calls_total(shop,succeeded)": 1,
            "failsoft_system_calls_total(shop,failed)": 1,
            "failsoft_system_attempts_total(shop)": 2,
            "failsoft_system_errors_total(shop,invalid_request)": 1,
            "failsoft_system_breaker_state(shop,stock,closed)": 1,
        }

    def test_t11_success_rate_average_attempts_and_retry_rate_follow(self, time, script):
        system = System(clock=time.clock)
        policy = system.policy("prices", {"retry": {"max_attempts": 2}})
        registry = CollectorRegistry()
        registry.register(prometheus.SystemCollector(system))
        for outcome in ("fresh", "fresh", ConnectionError()):
            policy.call(script(outcome, "fresh"))
        with pytest.raises(ValueError):
            policy.call(int, "x")

        def value(name, **others):
            return registry.get_sample_value(f"failsoft_system_{name}_total", {"system": "default", **others})

        calls = value("calls", outcome="succeeded") + value("calls", outcome="failed")
        statistics = system.error_analytics.get_statistics()
        assert value("calls", outcome="succeeded") / calls == statistics["success_rate"] == 0.75
        assert value("attempts") / calls == statistics["average_attempts"] == 1.25
        assert value("retries") / calls == statistics["retry_rate"] == 0.25

    def test_a_level_that_was_left_falls_to_zero(self):
        system = System()
        registry = CollectorRegistry()
        registry.register(prometheus.SystemCollector(system))
        list(registry.collect())
        system.graceful_degradation.set_level("minimal")
        levels = {
            level: registry.get_sample_value(
                "failsoft_system_degradation_level", {"system": "default", "level": level}
            )
            for level in ("full", "minimal")
        }
        assert levels == {"full": 0, "minimal": 1}

    def test_more_parts_than_labels_are_no_sample_twice(self, monkeypatch):
        monkeypatch.setattr(_labels.Names.__init__, "__defaults__", (2,))
        system = System()
        breakers = [system.get_circuit_breaker(f"part-{number}") for number in range(5)]
        (family,) = (
            family
            for family in prometheus.SystemCollector(system).collect()
            if family.name == "failsoft_system_breaker_failures"
        )
        told = [sample.labels["breaker"] for sample in family.samples]
        assert len(told) == len(set(told)) < len(breakers)

    def test_a_second_collector_of_one_registry_is_refused(self, registry):
        with pytest.raises(ValueError, match="Duplicated"):
            registry.register(prometheus.SystemCollector(System()))


class TestSeveralProcesses:
    WORKER = (
        "import failsoft\n"
        "from failsoft.integrations import prometheus\n"
        "prometheus.instrument(system=failsoft.System())\n"
        "def down(): raise ConnectionError\n"
        "policy = failsoft.Policy(name='prices', retry={'max_attempts': 2, 'initial_delay': 0},"
        " circuit_breaker={'failure_threshold': 2}, fallback=dict)\n"
        "policy.call(len, '')\n"
        "policy.call(down)\n"
        "policy.call(len, '')\n"
    )
    SCRAPE = (
        "import prometheus_client\n"
        "from prometheus_client.multiprocess import MultiProcessCollector\n"
        "registry = prometheus_client.CollectorRegistry()\n"
        "MultiProcessCollector(registry)\n"
        "print(prometheus_client.generate_latest(registry).decode())\n"
    )

    def test_are_added_up(self, tmp_path):
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        for _ in range(2):
            subprocess.run(  # noqa: S603
                [sys.executable, "-c", self.WORKER], env=environment, capture_output=True, check=True
            )
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", self.SCRAPE], capture_output=True, text=True, check=True, env=environment
        )
        lines = {line for line in done.stdout.splitlines() if line.startswith("failsoft_")}
        assert {
            'failsoft_retries_total{agent="",policy="prices"} 2.0',
            'failsoft_calls_total{agent="",outcome="success",policy="prices"} 2.0',
            'failsoft_calls_total{agent="",outcome="fallback",policy="prices"} 4.0',
            'failsoft_call_duration_seconds_count{agent="",policy="prices"} 6.0',
            'failsoft_calls_in_flight{agent="",policy="prices"} 0.0',
            'failsoft_breaker_state{breaker="prices",state="open"} 2.0',
            'failsoft_breaker_state{breaker="prices",state="closed"} 0.0',
        } <= lines


def labels(sample):
    order = ("system", "breaker", "status", "level", "outcome", "category", "state")
    return f"({','.join(sample.labels[name] for name in order if name in sample.labels)})"


def problems(family):
    """What Prometheus' rules for names have against a family; those that ``promtool check metrics`` knows."""
    samples = [sample.name for sample in family.samples]
    names = {label for sample in family.samples for label in sample.labels} - {
        "le" if family.type == "histogram" else ""
    }
    words = set(family.name.split("_"))
    checks = {
        "no lower case with underscores": not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", family.name),
        "another application's": not family.name.startswith("failsoft_"),
        "no help": not family.documentation.endswith("."),
        "a counter without _total": family.type == "counter"
        and not all(name.endswith(("_total", "_created")) for name in samples),
        "_total on what is no counter": family.type != "counter"
        and any(name.endswith("_total") for name in samples),
        "a suffix of histograms on what is none": family.type != "histogram"
        and any(name.endswith(("_count", "_sum", "_bucket", "_info")) for name in samples),
        "a unit that is no base unit": bool(
            words & {"milliseconds", "ms", "minutes", "hours", "percent", "kilobytes", "millis"}
        ),
        "a histogram without a unit": family.type == "histogram" and family.name.split("_")[-1] not in UNITS,
        "its type in its name": family.type in words,
        "a label with a bad or reserved name": any(
            not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in {"le", "quantile", "job", "instance"}
            for name in names
        ),
    }
    return [f"{family.name}: {problem}" for problem, found in checks.items() if found]
