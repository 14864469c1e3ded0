"""Prometheus by presence, the states of breakers, and how it is all put in."""

from __future__ import annotations

import gc
import sys

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Counter

import failsoft
from failsoft import CircuitBreaker, Policy, _events
from failsoft.integrations import prometheus
from metering import counted, run, samples

pytestmark = pytest.mark.usefixtures("nothing_counted")


@pytest.fixture
def policy(time):
    return Policy(name="prices", retry={"max_attempts": 2, "jitter": False}, clock=time.clock)


@pytest.fixture
def breaker(time):
    """One whose name no other test uses: the states of all that are alive are counted."""
    gc.collect()
    return CircuitBreaker("stock", failure_threshold=3, recovery_timeout=60, clock=time.clock)


class TestByPresence:
    def test_a_program_needs_no_word_about_it(self):
        done = run(
            "import prometheus_client, failsoft\n"
            "def down(): raise ConnectionError\n"
            "failsoft.Policy(name='prices', retry={'initial_delay': 0}, fallback=dict).call(down)\n"
            "print(prometheus_client.generate_latest().decode())"
        )
        assert 'failsoft_retries_total{agent="",policy="prices"} 3.0' in done.stdout

    def test_it_is_noticed_even_where_as_many_modules_have_gone(self):
        done = run(
            "import sys, failsoft\n"
            "sys.modules.update({f'spare_{number}': None for number in range(1000)})\n"
            "def down(): raise ConnectionError\n"
            "policy = failsoft.Policy(name='prices', retry={'initial_delay': 0}, fallback=dict)\n"
            "policy.call(down)\n"
            "before = len(sys.modules)\n"
            "import prometheus_client\n"
            "for number in range(len(sys.modules) - before): del sys.modules[f'spare_{number}']\n"
            "for _ in range(64): policy.call(down)\n"
            "print(len(sys.modules) >= before, b'failsoft_retries_total{' in prometheus_client.generate_latest())"
        )
        assert done.stdout == "True True\n"

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

    def test_the_library_may_make_guarded_calls_while_it_is_loaded(self):
        done = run(
            "import sys, failsoft\n"
            "policy = failsoft.Policy(name='prices', retry={'max_attempts': 1}, fallback=dict)\n"
            "class Early:\n"
            "    def find_spec(self, name, *_):\n"
            "        if name.startswith('prometheus_client.'): policy.call(open)\n"
            "sys.meta_path.insert(0, Early())\n"
            "import prometheus_client\n"
            "policy.call(open)\n"
            "value = prometheus_client.REGISTRY.get_sample_value\n"
            "labels = {'agent': '', 'policy': 'prices', 'reason': 'permanent'}\n"
            "print(value('failsoft_given_up_total', labels))"
        )
        assert done.stdout == "1.0\n"
        assert "a listener failed" not in done.stderr


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


class TestHowItIsPutIn:
    def test_presence_steps_back(self, registry, policy, script):
        policy.call(script(ConnectionError(), "fresh"))
        prometheus.instrument(registry)
        policy.call(script(ConnectionError(), "fresh"))
        assert counted(REGISTRY) == {}
        assert counted(registry, "failsoft_retries") == {"failsoft_retries_total{policy=prices}": 1}

    def test_of_a_library_that_the_program_keeps_out_nothing_is_asked(
        self, policy, script, lines, monkeypatch
    ):
        monkeypatch.setitem(_events._waiting, "kept_out", "kept_out")
        monkeypatch.setitem(sys.modules, "kept_out", None)
        policy.call(script(ConnectionError(), "fresh"))
        assert [line for line in lines() if "listener" in line[1]] == []

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


def states(registry, breaker):
    """The states of the breakers of this name, and how many are in each."""
    return {
        s.labels["state"]: s.value
        for s in samples(registry)
        if s.name == "failsoft_breaker_state" and s.labels["breaker"] == breaker and s.value
    }
