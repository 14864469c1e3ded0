"""Prometheus, of every call: outcomes, durations, agents, labels, and a scrape over HTTP."""

from __future__ import annotations

import asyncio
import gc
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.parser import text_string_to_metric_families

import failsoft
from failsoft import CircuitBreaker, Policy
from failsoft.integrations import _labels, prometheus
from metering import CANARY, counted, samples

pytestmark = pytest.mark.usefixtures("nothing_counted")


@pytest.fixture
def policy(time):
    return Policy(name="prices", retry={"max_attempts": 2, "jitter": False}, clock=time.clock)


@pytest.fixture
def breaker(time):
    """One whose name no other test uses: the states of all that are alive are counted."""
    gc.collect()
    return CircuitBreaker("stock", failure_threshold=3, recovery_timeout=60, clock=time.clock)


class TestEveryCall:
    def test_l10_is_counted_by_its_outcome(self, registry, policy, script, breaker):
        prometheus.instrument(registry)
        policy.call(len, "")
        policy.call(script(ConnectionError(), "fresh"))
        with pytest.raises(ValueError):
            policy.call(int, "x")
        with pytest.raises(KeyboardInterrupt):
            policy.call(script(KeyboardInterrupt()))
        Policy(name="rates", retry={"max_attempts": 1}, fallback=dict).call(script(ConnectionError()))
        breaker.force_open()
        with pytest.raises(failsoft.CircuitBreakerOpenError):
            breaker.call(len, "")
        assert counted(registry, "failsoft_calls", "failsoft_attempts", "failsoft_calls_in_flight") == {
            "failsoft_calls_total{outcome=success,policy=prices}": 2,
            "failsoft_calls_total{outcome=failure,policy=prices}": 1,
            "failsoft_calls_total{outcome=cancelled,policy=prices}": 1,
            "failsoft_calls_total{outcome=fallback,policy=rates}": 1,
            "failsoft_calls_total{outcome=refused,policy=stock}": 1,
            "failsoft_attempts_total{policy=prices}": 5,
            "failsoft_attempts_total{policy=rates}": 1,
            "failsoft_calls_in_flight{policy=prices}": 0,
            "failsoft_calls_in_flight{policy=rates}": 0,
            "failsoft_attempts_total{policy=stock}": 0,
            "failsoft_calls_in_flight{policy=stock}": 0,
        }

    def test_l10_has_a_duration_in_seconds_with_its_waits(self, registry, policy, script):
        prometheus.instrument(registry, buckets=(0.5, 2.0))
        policy.call(script(ConnectionError(), "fresh"))
        policy.call(len, "")
        family = next(f for f in registry.collect() if f.name == "failsoft_call_duration_seconds")
        buckets = {s.labels["le"]: s.value for s in family.samples if s.name.endswith("_bucket")}
        assert buckets == {"0.5": 1, "2.0": 2, "+Inf": 2}
        assert counted(registry, family.name)["failsoft_call_duration_seconds_sum{policy=prices}"] == 1.0

    def test_l10_is_in_flight_until_it_ends(self, registry, policy):
        prometheus.instrument(registry)
        during = policy.call(lambda: counted(registry, "failsoft_calls_in_flight"))
        assert during == {"failsoft_calls_in_flight{policy=prices}": 1}
        assert counted(registry, "failsoft_calls_in_flight") == {"failsoft_calls_in_flight{policy=prices}": 0}

    def test_in_all_shapes(self, registry, policy):
        @policy
        async def fetch():
            return 1

        @policy
        def compute():
            return 1

        async def block():
            async for attempt in policy.attempts():
                with attempt:
                    pass

        async def everything():
            await fetch()
            await policy.call(lambda *_: fetch.__wrapped__(), 1)
            await block()

        compute()
        prometheus.instrument(registry)
        asyncio.run(everything())
        compute()
        for attempt in policy.attempts():
            with attempt:
                pass
        assert counted(registry, "failsoft_calls", "failsoft_calls_in_flight") == {
            "failsoft_calls_total{outcome=success,policy=prices}": 5,
            "failsoft_calls_in_flight{policy=prices}": 0,
        }

    def test_one_that_was_under_way_before_does_not_count(self, registry, policy):
        other = CollectorRegistry()
        prometheus.instrument(other)
        policy.call(lambda: prometheus.instrument(registry))
        assert counted(registry, "failsoft_calls", "failsoft_calls_in_flight") == {}

    def test_a_policy_without_a_name_goes_by_its_functions(self, registry, time, down):
        prometheus.instrument(registry)
        with pytest.raises(ConnectionError):
            Policy(retry={"max_attempts": 1}, clock=time.clock).call(down)
        assert counted(registry, "failsoft_calls") == {
            f"failsoft_calls_total{{outcome=failure,policy={down.__qualname__}}}": 1
        }

    def test_l13_of_many_threads_is_counted(self, registry, time):
        prometheus.instrument(registry)
        guarded = Policy(name="prices", circuit_breaker={}, clock=time.clock)(len)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(guarded, [""] * 4_000))
        assert counted(registry, "failsoft_calls", "failsoft_calls_in_flight") == {
            "failsoft_calls_total{outcome=success,policy=prices}": 4_000,
            "failsoft_calls_in_flight{policy=prices}": 0,
        }


class TestAgents:
    def test_l10_each_agent_has_its_own_series(self, registry, policy):
        prometheus.instrument(registry, agent="Planner")
        with prometheus.agent("ReviewerGPT"):
            policy.call(len, "")
            policy.call(len, "")
        policy.call(len, "")
        assert counted(registry, "failsoft_calls") == {
            "failsoft_calls_total{agent=ReviewerGPT,outcome=success,policy=prices}": 2,
            "failsoft_calls_total{agent=Planner,outcome=success,policy=prices}": 1,
        }

    def test_agents_that_work_at_once_are_told_apart(self, registry, policy):
        prometheus.instrument(registry)

        async def work(name, calls):
            with prometheus.agent(name):
                for _ in range(calls):
                    await policy.call(asyncio.sleep, 0)

        async def everybody():
            await asyncio.gather(*(work(f"agent-{n}", n) for n in range(1, 4)))

        asyncio.run(everybody())
        assert counted(registry, "failsoft_calls") == {
            f"failsoft_calls_total{{agent=agent-{n},outcome=success,policy=prices}}": n for n in range(1, 4)
        }

    def test_by_presence_too(self, policy, script):
        with prometheus.agent("ReviewerGPT"):
            policy.call(script(ConnectionError(), "fresh"))
        assert counted(REGISTRY, "failsoft_retries") == {
            "failsoft_retries_total{agent=ReviewerGPT,policy=prices}": 1
        }


class TestLabels:
    # mode: registry grows with its keys
    def test_names_beyond_so_many_are_one(self, registry, time, monkeypatch):
        monkeypatch.setattr(_labels.Names.__init__, "__defaults__", (3,))
        prometheus.instrument(registry)
        for number in range(10):
            Policy(name=f"tenant-{number}", clock=time.clock).call(len, "")
        assert counted(registry, "failsoft_calls") == {
            "failsoft_calls_total{outcome=success,policy=tenant-0}": 1,
            "failsoft_calls_total{outcome=success,policy=tenant-1}": 1,
            "failsoft_calls_total{outcome=success,policy=tenant-2}": 1,
            "failsoft_calls_total{outcome=success,policy=_OTHER}": 7,
        }

    # mode: secret in a log
    def test_l11_no_secret_and_no_message_is_in_one(self, registry, time, script):
        prometheus.instrument(registry)

        class ServerError(Exception):
            status_code = 503

        error = ServerError(f"GET https://api.example.org/v1?api_key={CANARY}&q=1 failed")
        policy = Policy(
            name=f"https://me:{CANARY}@example.org/",
            retry={"max_attempts": 2},
            circuit_breaker={"failure_threshold": 1},
            clock=time.clock,
        )
        with prometheus.agent(f"token={CANARY}"), pytest.raises(ServerError):
            policy.call(script(error))
        text = str(list(registry.collect()))
        assert "failsoft_given_up" in text
        assert CANARY not in text
        assert "failed" not in {label for s in samples(registry) for label in s.labels.values()}

    def test_a_name_of_kilobytes_is_cut(self, registry, time):
        prometheus.instrument(registry)
        Policy(name="x" * 5_000, clock=time.clock).call(len, "")
        assert {len(s.labels["policy"]) for s in samples(registry) if "policy" in s.labels} == {100}


class TestScrape:
    def test_over_http(self, registry, policy, script, breaker):
        prometheus.instrument(registry, agent="ReviewerGPT")
        breaker.force_open()
        policy.call(script(ConnectionError(), "fresh"))
        server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics") as answer:
            text = answer.read().decode()
        server.shutdown()
        thread.join()
        server.server_close()
        told = {
            (
                sample.name,
                *(sample.labels.get(label) for label in ("agent", "breaker", "state")),
            ): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        assert told["failsoft_calls_total", "ReviewerGPT", None, None] == 1
        assert told["failsoft_retries_total", "ReviewerGPT", None, None] == 1
        assert told["failsoft_call_duration_seconds_count", "ReviewerGPT", None, None] == 1
        assert told["failsoft_breaker_state", None, "stock", "forced_open"] == 1

    def test_while_breakers_come_and_go(self, registry, time):
        prometheus.instrument(registry)
        done = threading.Event()

        def churn():
            while not done.is_set():
                CircuitBreaker("prices", clock=time.clock)

        thread = threading.Thread(target=churn)
        thread.start()
        for _ in range(200):
            list(registry.collect())
        done.set()
        thread.join()
