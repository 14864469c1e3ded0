"""Prometheus: what is counted by presence, and what is counted of every call."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Counter, start_http_server
from prometheus_client.parser import text_string_to_metric_families

import failsoft
from failsoft import CircuitBreaker, Policy
from failsoft.integrations import _labels, prometheus

CANARY = "cAnArY7f3e9d1b"


@pytest.fixture(autouse=True)
def _nothing_counted():
    """What is counted by presence belongs to the process; here to the test."""
    prometheus.uninstrument()
    prometheus._off = False
    yield
    prometheus.uninstrument()
    prometheus._off = False


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def policy(time):
    return Policy(name="prices", retry={"max_attempts": 2, "jitter": False}, clock=time.clock)


@pytest.fixture
def breaker(time):
    """One whose name no other test uses: the states of all that are alive are counted."""
    gc.collect()
    return CircuitBreaker("stock", failure_threshold=3, recovery_timeout=60, clock=time.clock)


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


class TestByPresence:
    def test_a_program_needs_no_word_about_it(self):
        done = run(
            "import prometheus_client, failsoft\n"
            "def down(): raise ConnectionError\n"
            "failsoft.Policy(name='prices', retry={'initial_delay': 0}, fallback=dict).call(down)\n"
            "print(prometheus_client.generate_latest().decode())"
        )
        assert 'failsoft_retries_total{agent="",policy="prices"} 3.0' in done.stdout

    def test_without_the_library_nothing_of_this_is_loaded(self):
        done = run(
            "import sys, failsoft\n"
            "def down(): raise ConnectionError\n"
            "failsoft.Policy(retry={'initial_delay': 0}, fallback=dict).call(down)\n"
            "print([name for name in sys.modules if 'integrations' in name or 'prometheus' in name])"
        )
        assert done.stdout == "[]\n"

    def test_what_is_off_the_happy_path_is_counted(self, policy, script, down, time):
        policy.call(len, "")
        policy.call(script(ConnectionError(), "fresh"))
        with pytest.raises(ValueError):
            policy.call(int, "x")
        CircuitBreaker("rates", clock=time.clock).force_open()

        def cached():
            return "cached"

        standing_in = Policy(name="rates", retry={"max_attempts": 1}, fallback=cached, clock=time.clock)
        standing_in.call(down)
        assert counted(REGISTRY) == {
            "failsoft_retries_total{policy=prices}": 1,
            "failsoft_failed_attempts_total{category=connection,policy=prices}": 1,
            "failsoft_failed_attempts_total{category=invalid_request,policy=prices}": 1,
            "failsoft_failed_attempts_total{category=connection,policy=rates}": 1,
            "failsoft_given_up_total{policy=prices,reason=permanent}": 1,
            "failsoft_given_up_total{policy=rates,reason=exhausted}": 1,
            "failsoft_recoveries_total{policy=prices}": 1,
            f"failsoft_fallbacks_total{{fallback={cached.__qualname__},outcome=answered,policy=rates}}": 1,
            "failsoft_breaker_transitions_total{breaker=rates,reason=manual,state=forced_open}": 1,
        }

    def test_refusals_and_failed_fallbacks_are_counted(self, breaker, time, down):
        breaker.force_open()
        with pytest.raises(failsoft.CircuitBreakerOpenError):
            breaker.call(len, "")
        with pytest.raises(ConnectionError):
            Policy(name="rates", retry={"max_attempts": 1}, fallback=down, clock=time.clock).call(down)
        assert counted(REGISTRY, "failsoft_refusals", "failsoft_fallbacks") == {
            "failsoft_refusals_total{policy=stock,reason=circuit_open}": 1,
            f"failsoft_fallbacks_total{{fallback={down.__qualname__},outcome=failed,policy=rates}}": 1,
        }

    def test_calls_keep_their_lane(self, policy, script):
        policy.call(script(ConnectionError(), "fresh"))
        assert not failsoft._events.hears_all()

    def test_one_may_say_that_nothing_is_to_be_counted(self, policy, script):
        prometheus.uninstrument()
        policy.call(script(ConnectionError(), "fresh"))
        assert counted(REGISTRY) == {}

    @pytest.mark.parametrize(
        "library",
        [
            "",
            "Counter = Gauge = None",
            "import failsoft\nfailsoft.Policy(name='early', retry={'initial_delay': 0}, fallback=dict).call(open)",
        ],
        ids=["that is empty", "that is another", "that makes guarded calls while it is loaded"],
    )
    def test_a_library_of_that_name(self, library, tmp_path):
        (tmp_path / "prometheus_client.py").write_text(library, encoding="utf-8")
        done = run(
            f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
            "import failsoft, prometheus_client\n"
            "policy = failsoft.Policy(name='prices', retry={'initial_delay': 0}, fallback=dict)\n"
            "policy.call(open); print(policy.call(open))"
        )
        assert done.stdout == "{}\n"
        assert done.stderr.count("a listener failed") == 1


class TestStatesOfBreakers:
    def test_are_there_from_the_beginning(self, registry, breaker):
        assert breaker.is_available()
        prometheus.instrument(registry)
        assert states(registry, "stock") == {"closed": 1}

    def test_change_by_the_mere_passing_of_time(self, registry, breaker, fails, time):
        prometheus.instrument(registry)
        fails(breaker, 3)
        assert states(registry, "stock") == {"open": 1}
        time.passes(60)
        assert states(registry, "stock") == {"half_open": 1}

    def test_can_be_those_set_by_hand(self, registry, breaker):
        prometheus.instrument(registry)
        breaker.force_close()
        assert states(registry, "stock") == {"forced_closed": 1}

    def test_a_breaker_that_policies_share_is_one(self, registry, breaker, time):
        policies = [Policy(name=name, circuit_breaker=breaker, clock=time.clock) for name in ("a", "b")]
        prometheus.instrument(registry)
        assert states(registry, "stock") == {"closed": 1}
        assert len(policies) == 2

    def test_two_of_one_name_are_counted(self, registry, breaker, time):
        other = CircuitBreaker("stock", clock=time.clock)
        other.force_open()
        prometheus.instrument(registry)
        assert states(registry, "stock") == {"closed": 1, "forced_open": 1}
        assert breaker.is_available()

    def test_a_breaker_that_is_gone_is_gone_here(self, registry, time):
        CircuitBreaker("forgotten", clock=time.clock).force_open()
        prometheus.instrument(registry)
        assert states(registry, "forgotten") == {}


class TestEveryCall:
    def test_is_counted_by_its_outcome(self, registry, policy, script, breaker):
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

    def test_has_a_duration_in_seconds_with_its_waits(self, registry, policy, script):
        prometheus.instrument(registry, buckets=(0.5, 2.0))
        policy.call(script(ConnectionError(), "fresh"))
        policy.call(len, "")
        family = next(f for f in registry.collect() if f.name == "failsoft_call_duration_seconds")
        buckets = {s.labels["le"]: s.value for s in family.samples if s.name.endswith("_bucket")}
        assert buckets == {"0.5": 1, "2.0": 2, "+Inf": 2}
        assert counted(registry, family.name)["failsoft_call_duration_seconds_sum{policy=prices}"] == 1.0

    def test_is_in_flight_until_it_ends(self, registry, policy):
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

    def test_of_many_threads_is_counted(self, registry, time):
        prometheus.instrument(registry)
        guarded = Policy(name="prices", circuit_breaker={}, clock=time.clock)(len)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(guarded, [""] * 4_000))
        assert counted(registry, "failsoft_calls", "failsoft_calls_in_flight") == {
            "failsoft_calls_total{outcome=success,policy=prices}": 4_000,
            "failsoft_calls_in_flight{policy=prices}": 0,
        }


class TestAgents:
    def test_each_agent_has_its_own_series(self, registry, policy):
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


class TestHowItIsPutIn:
    def test_presence_steps_back(self, registry, policy, script):
        policy.call(script(ConnectionError(), "fresh"))
        prometheus.instrument(registry)
        policy.call(script(ConnectionError(), "fresh"))
        assert counted(REGISTRY) == {}
        assert counted(registry, "failsoft_retries") == {"failsoft_retries_total{policy=prices}": 1}

    def test_in_the_default_registry_it_goes_on_with_what_was_counted(self, policy, script):
        policy.call(script(ConnectionError(), "fresh"))
        prometheus.instrument()
        policy.call(script(ConnectionError(), "fresh"))
        assert counted(REGISTRY, "failsoft_retries", "failsoft_calls") == {
            "failsoft_retries_total{policy=prices}": 2,
            "failsoft_calls_total{outcome=success,policy=prices}": 1,
        }

    def test_taken_back_it_leaves_nothing_and_can_come_again(self, registry, policy):
        take_back = prometheus.instrument(registry)
        take_back()
        take_back()
        policy.call(len, "")
        assert counted(registry) == {}
        prometheus.instrument(registry)
        policy.call(len, "")
        assert counted(registry, "failsoft_calls") == {
            "failsoft_calls_total{outcome=success,policy=prices}": 1
        }

    def test_twice_is_refused(self, registry):
        prometheus.instrument(registry)
        with pytest.raises(ValueError, match="instrumented already"):
            prometheus.instrument(registry)

    def test_two_registries_count_each(self, policy):
        one, other = CollectorRegistry(), CollectorRegistry()
        prometheus.instrument(one)
        prometheus.instrument(other)
        policy.call(len, "")
        assert counted(one, "failsoft_calls") == counted(other, "failsoft_calls") != {}

    def test_buckets_that_make_no_sense_are_refused_and_nothing_stays(self, registry):
        with pytest.raises(ValueError):
            prometheus.instrument(registry, buckets=(2.0, 1.0))
        assert counted(registry) == {}
        prometheus.instrument(registry)

    def test_where_a_name_is_taken_nothing_is_registered(self, registry):
        Counter("failsoft_calls_total", "somebody else's", registry=registry)
        with pytest.raises(ValueError, match="failsoft_calls"):
            prometheus.instrument(registry)
        assert [family.name for family in registry.collect()] == ["failsoft_calls"]


class TestLabels:
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

    def test_no_secret_and_no_message_is_in_one(self, registry, time, script):
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
            (s.name, s.labels.get("agent"), s.labels.get("state")): s.value
            for family in text_string_to_metric_families(text)
            for s in family.samples
        }
        assert told["failsoft_calls_total", "ReviewerGPT", None] == 1
        assert told["failsoft_retries_total", "ReviewerGPT", None] == 1
        assert told["failsoft_call_duration_seconds_count", "ReviewerGPT", None] == 1
        assert told["failsoft_breaker_state", None, "forced_open"] == 1

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


def samples(registry):
    return [sample for family in registry.collect() for sample in family.samples]


def states(registry, breaker):
    """The states of the breakers of this name, and how many are in each."""
    return {
        s.labels["state"]: s.value
        for s in samples(registry)
        if s.name == "failsoft_breaker_state" and s.labels["breaker"] == breaker and s.value
    }


def run(program):
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
