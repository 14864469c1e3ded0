"""OpenTelemetry, with its real SDK: what is told by presence, metrics, and how it is put in."""

from __future__ import annotations

import gc
import json

import pytest
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.exception_attributes import EXCEPTION_MESSAGE

import failsoft
from failsoft import CircuitBreaker, Policy
from failsoft.integrations import _attributes, _labels, opentelemetry
from metering import CANARY, events, run


@pytest.fixture
def policy(time):
    return Policy(name="prices", retry={"max_attempts": 2, "jitter": False}, clock=time.clock)


class TestByPresence:
    def test_each_failed_attempt_is_an_event_on_the_current_span(self, telemetry, policy, down):
        with telemetry.tracer.start_as_current_span("request"), pytest.raises(ConnectionError):
            policy.call(down)
        verdict = {
            "failsoft.attempt.category": "connection",
            "failsoft.attempt.status": "transient",
            "failsoft.attempt.retryable": True,
            "failsoft.attempt.rule": failsoft.classify(ConnectionError()).rule,
            ERROR_TYPE: "ConnectionError",
            EXCEPTION_MESSAGE: "ConnectionError: connection refused",
        }
        assert events(telemetry.spans["request"]) == [
            (
                "failsoft.attempt.failed",
                {"failsoft.attempt.number": 1, "failsoft.attempt.wait": 1.0, **verdict},
            ),
            ("failsoft.attempt.failed", {"failsoft.attempt.number": 2, **verdict}),
        ]

    def test_fallbacks_refusals_and_breakers_are_events_too(self, telemetry, time):
        breaker = CircuitBreaker("prices", clock=time.clock)
        policy = Policy(circuit_breaker=breaker, fallback=dict, clock=time.clock)
        with telemetry.tracer.start_as_current_span("request"):
            breaker.force_open()
            policy.call(len, "")
        assert [name for name, _ in events(telemetry.spans["request"])] == [
            "failsoft.breaker.transition",
            "failsoft.call.refused",
            "failsoft.fallback.answered",
        ]

    def test_a_program_needs_no_word_about_it(self):
        done = run(
            "import json\n"
            "from opentelemetry import metrics\n"
            "from opentelemetry.sdk.metrics import MeterProvider\n"
            "from opentelemetry.sdk.metrics.export import InMemoryMetricReader\n"
            "import failsoft\n"
            "reader = InMemoryMetricReader()\n"
            "metrics.set_meter_provider(MeterProvider([reader]))\n"
            "def down(): raise ConnectionError\n"
            "policy = failsoft.Policy(name='prices', retry={'max_attempts': 2, 'initial_delay': 0},"
            " circuit_breaker={}, fallback=dict)\n"
            "policy.call(down)\n"
            "scope = reader.get_metrics_data().resource_metrics[0].scope_metrics[0]\n"
            "told = {m.name: [[dict(p.attributes), p.value] for p in m.data.data_points if p.value]"
            " for m in scope.metrics}\n"
            "print(json.dumps([scope.scope.name, told]))\n"
        )
        policy = {"failsoft.policy.name": "prices"}
        failure = {**policy, "failsoft.attempt.category": "connection", ERROR_TYPE: "ConnectionError"}
        fallback = {"failsoft.fallback.name": "dict", "failsoft.call.outcome": "answered"}
        closed = {"failsoft.breaker.name": "prices", "failsoft.breaker.state": "closed"}
        assert json.loads(done.stdout) == [
            "failsoft",
            {
                "failsoft.client.retries": [[policy, 1]],
                "failsoft.client.failed_attempts": [[failure, 2]],
                "failsoft.client.given_up": [[{**policy, "failsoft.call.reason": "exhausted"}, 1]],
                "failsoft.client.fallbacks": [[{**policy, **fallback}, 1]],
                "failsoft.client.breaker.state": [[closed, 1]],
            },
        ]

    def test_calls_keep_their_lane(self, telemetry, policy, script):
        with telemetry.tracer.start_as_current_span("request"):
            policy.call(script(ConnectionError(), "fresh"))
        assert not failsoft._events.hears_all()

    def test_one_may_say_that_nothing_is_to_be_told(self, telemetry, policy, script):
        opentelemetry.uninstrument()
        with telemetry.tracer.start_as_current_span("request"):
            policy.call(script(ConnectionError(), "fresh"))
        assert events(telemetry.spans["request"]) == []


class TestMetrics:
    def test_of_every_call(self, telemetry, policy, script):
        telemetry.instrument()
        policy.call(script(ConnectionError(), "fresh"))
        with pytest.raises(ValueError):
            policy.call(int, "x")
        named = {"failsoft.policy.name": "prices"}
        told = telemetry.metrics()
        assert told["failsoft.client.call.duration"] == (
            "s",
            [
                ({**named, "failsoft.call.outcome": "success"}, (1, 1.0)),
                ({**named, "failsoft.call.outcome": "failure", ERROR_TYPE: "ValueError"}, (1, 0.0)),
            ],
        )
        assert told["failsoft.client.attempts"] == ("{attempt}", [(named, 3)])
        assert told["failsoft.client.active_calls"] == ("{call}", [(named, 0)])
        assert told["failsoft.client.retries"] == ("{retry}", [(named, 1)])

    def test_states_and_transitions_of_breakers(self, telemetry, time):
        gc.collect()
        breaker = CircuitBreaker("stock", clock=time.clock)
        telemetry.instrument()
        breaker.force_open()
        told = telemetry.metrics()
        named = {"failsoft.breaker.name": "stock", "failsoft.breaker.state": "forced_open"}
        assert told["failsoft.client.breaker.transitions"][1] == [
            ({**named, "failsoft.breaker.reason": "manual"}, 1)
        ]
        assert (named, 1) in told["failsoft.client.breaker.state"][1]

    def test_names_and_units_follow_the_conventions(self, telemetry, policy, script, breaker):
        telemetry.instrument()
        policy.call(script(ConnectionError(), "fresh"))
        breaker.force_open()
        told = telemetry.metrics()
        assert told
        for name, (unit, _) in told.items():
            assert name.startswith("failsoft.client.")
            assert name == name.lower()
            assert not name.endswith(("_total", ".total", ".count"))
            assert unit == "s" or (unit[0], unit[-1]) == ("{", "}")
            assert not any(other.startswith(f"{name}.") for other in told), "a name is no namespace as well"

    def test_an_attribute_is_no_namespace_as_well(self):
        names = {value for name, value in vars(_attributes).items() if name.isupper() and "." in str(value)}
        assert len(names) > 10
        assert {one for one in names for other in names if other.startswith(f"{one}.")} == set()

    def test_more_names_than_there_may_be_are_one(self, telemetry, time, monkeypatch):
        monkeypatch.setattr(_labels.Names.__init__, "__defaults__", (2,))
        telemetry.instrument()
        for number in range(5):
            Policy(name=f"tenant-{number}", clock=time.clock).call(len, "")
        told = telemetry.metrics()["failsoft.client.attempts"][1]
        assert [(labels["failsoft.policy.name"], count) for labels, count in told] == [
            ("tenant-0", 1),
            ("tenant-1", 1),
            ("_OTHER", 3),
        ]

    def test_several_agents_are_told_apart(self, telemetry, policy):
        telemetry.instrument()
        for name in ("ReviewerGPT", "Planner"):
            with opentelemetry.agent(name):
                policy.call(len, "")
        told = telemetry.metrics()["failsoft.client.attempts"][1]
        assert [labels[_attributes.AGENT] for labels, _ in told] == ["ReviewerGPT", "Planner"]


class TestHowItIsPutIn:
    def test_taken_back_it_says_nothing_and_can_come_again(self, telemetry, policy):
        take_back = telemetry.instrument()
        take_back()
        policy.call(len, "")
        assert telemetry.spans == {}
        telemetry.instrument()
        policy.call(len, "")
        assert set(telemetry.spans) == {"prices"}

    def test_states_of_breakers_are_told_where_it_is_put_in_and_nowhere_else(self, telemetry, breaker):
        def told():
            return bool(telemetry.metrics().get("failsoft.client.breaker.state"))

        before = told()
        take_back = telemetry.instrument()
        during = told()
        take_back()
        after = told()
        telemetry.instrument()
        assert (before, during, after, told()) == (False, True, False, True)
        assert breaker.is_available()

    def test_twice_is_refused(self, telemetry):
        telemetry.instrument()
        with pytest.raises(ValueError, match="instrumented already"):
            telemetry.instrument()

    def test_a_call_that_is_under_way_when_it_is_taken_back_ends_its_span(self, telemetry, policy):
        take_back = telemetry.instrument()
        policy.call(take_back)
        policy.call(len, "")
        assert [span.name for span in telemetry.exporter.get_finished_spans()] == ["prices"]
        assert not failsoft._events.hears_all()

    def test_a_call_that_was_under_way_before_has_none(self, telemetry, policy):
        stop = failsoft.listen(lambda _: None, every_attempt=True)
        policy.call(lambda **_: telemetry.instrument(), again=1)
        stop()
        assert telemetry.spans == {}

    def test_without_an_sdk_it_costs_no_call_anything_but_time(self, telemetry, policy):
        assert telemetry.spans == {}
        opentelemetry.instrument()
        assert policy.call(len, "") == 0


class TestSecrets:
    def test_l11_no_secret_is_in_a_span_or_a_metric(self, telemetry, time, script):
        class ServerError(Exception):
            status_code = 503

        error = ServerError(f"GET https://api.example.org/v1?api_key={CANARY}&q=1 failed")
        error.__cause__ = ConnectionError(f"password={CANARY}")
        telemetry.instrument(attempt_spans=True, agent=f"token={CANARY}")
        policy = Policy(
            name=f"https://me:{CANARY}@example.org/",
            retry={"max_attempts": 2},
            circuit_breaker={"failure_threshold": 2},
            clock=time.clock,
        )
        with pytest.raises(ServerError):
            policy.call(script(error))
        with pytest.raises(failsoft.CircuitBreakerOpenError):
            policy.call(script(error))
        told = [span.to_json() for span in telemetry.exporter.get_finished_spans()]
        told.append(telemetry.reader.get_metrics_data().to_json())
        assert len(told) == 5
        assert [text for text in told if CANARY in text] == []
