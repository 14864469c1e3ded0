"""OpenTelemetry, with its real SDK: the spans of calls and of attempts."""

from __future__ import annotations

import asyncio
import gc

import pytest
from opentelemetry import trace
from opentelemetry.semconv._incubating.attributes.gen_ai_attributes import GEN_AI_AGENT_NAME
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE

import failsoft
from failsoft import CircuitBreaker, Policy
from metering import events


@pytest.fixture
def policy(time):
    return Policy(name="prices", retry={"max_attempts": 2, "jitter": False}, clock=time.clock)


class TestSpans:
    def test_a_call_is_a_span_with_an_event_for_each_attempt(self, telemetry, policy, script):
        telemetry.instrument(agent="ReviewerGPT")
        policy.call(script(ConnectionError("refused"), "fresh"))
        span = telemetry.spans["prices"]
        assert dict(span.attributes) == {
            "failsoft.policy.name": "prices",
            "failsoft.policy.max_attempts": 2,
            GEN_AI_AGENT_NAME: "ReviewerGPT",
            "failsoft.call.attempts": 2,
            "failsoft.call.outcome": "success",
            "failsoft.call.reason": "success",
            "failsoft.call.served_by": "function",
        }
        assert span.status.status_code is trace.StatusCode.UNSET
        assert [(name, told["failsoft.attempt.number"]) for name, told in events(span)] == [
            ("failsoft.attempt.failed", 1),
            ("failsoft.attempt.answered", 2),
        ]

    def test_what_a_call_does_nests_under_it(self, telemetry, policy):
        telemetry.instrument()

        def fetch():
            with telemetry.tracer.start_as_current_span("GET"):
                pass

        with telemetry.tracer.start_as_current_span("request"):
            policy.call(fetch)
        spans = telemetry.spans
        assert spans["GET"].parent.span_id == spans["prices"].context.span_id
        assert spans["prices"].parent.span_id == spans["request"].context.span_id

    def test_an_error_is_told(self, telemetry, policy):
        telemetry.instrument()

        class WrongPrice(ValueError):
            pass

        def fetch():
            raise WrongPrice("no such price")

        with pytest.raises(WrongPrice):
            policy.call(fetch)
        span = telemetry.spans["prices"]
        assert span.status.status_code is trace.StatusCode.ERROR
        assert span.status.description == "WrongPrice: no such price"
        assert span.attributes[ERROR_TYPE] == f"{__name__}.{WrongPrice.__qualname__}"
        assert (span.attributes["failsoft.call.outcome"], span.attributes["failsoft.call.reason"]) == (
            "failure",
            "permanent",
        )

    def test_a_fallback_makes_it_no_error(self, telemetry, time, down):
        telemetry.instrument()
        policy = Policy(name="prices", retry={"max_attempts": 1}, fallback=dict, clock=time.clock)
        policy.call(down)
        span = telemetry.spans["prices"]
        assert span.status.status_code is trace.StatusCode.UNSET
        assert span.attributes["failsoft.call.outcome"] == "fallback"
        assert [name for name, _ in events(span)] == ["failsoft.attempt.failed", "failsoft.fallback.answered"]

    def test_tasks_that_run_at_once_keep_theirs_apart(self, telemetry, time):
        telemetry.instrument()

        async def fetch(name):
            await asyncio.sleep(0)
            with telemetry.tracer.start_as_current_span(f"GET {name}"):
                await asyncio.sleep(0)

        async def everything():
            names = [f"part-{number}" for number in range(5)]
            calls = [Policy(name=name, clock=time.clock).call(fetch, name) for name in names]
            await asyncio.gather(*calls)

        asyncio.run(everything())
        spans = telemetry.spans
        assert [spans[f"GET part-{n}"].parent.span_id for n in range(5)] == [
            spans[f"part-{n}"].context.span_id for n in range(5)
        ]

    def test_blocks_and_breakers_have_them(self, telemetry, policy, time):
        telemetry.instrument()
        breaker = CircuitBreaker("stock", clock=time.clock)
        for attempt in policy.attempts():
            with attempt, breaker:
                pass
        spans = telemetry.spans
        assert spans["stock"].parent.span_id == spans["prices"].context.span_id

    def test_attempts_in_threads_of_their_own_nest(self, telemetry):
        telemetry.instrument()
        policy = Policy(name="prices", timeout={"attempt": 30, "sync": "thread"})

        def fetch():
            with telemetry.tracer.start_as_current_span("GET"):
                pass

        policy.call(fetch)
        spans = telemetry.spans
        assert spans["GET"].parent.span_id == spans["prices"].context.span_id

    def test_a_coroutine_that_a_plain_function_answers_with_takes_the_span_along(self, telemetry, policy):
        telemetry.instrument()

        async def fetch():
            with telemetry.tracer.start_as_current_span("GET"):
                return 1

        async def main():
            task = asyncio.create_task(policy.call(lambda *_: fetch(), 1))
            with telemetry.tracer.start_as_current_span("meanwhile"):
                pass
            await task

        asyncio.run(main())
        spans = telemetry.spans
        assert spans["GET"].parent.span_id == spans["prices"].context.span_id
        assert spans["meanwhile"].parent is None

    def test_a_cancelled_call_ends_its_own(self, telemetry, policy):
        telemetry.instrument()

        async def main():
            task = asyncio.create_task(policy.call(asyncio.sleep, 3600))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])

        asyncio.run(main())
        span = telemetry.spans["prices"]
        assert span.attributes["failsoft.call.outcome"] == "cancelled"
        assert span.status.status_code is trace.StatusCode.UNSET

    def test_a_coroutine_that_is_thrown_away_ends_its_own_quietly(self, telemetry, policy, caplog):
        telemetry.instrument()

        class Pause:
            def __await__(self):
                yield

        async def fetch():
            await Pause()

        async def main():
            coroutine = policy.call(fetch)
            coroutine.send(None)
            return coroutine

        kept = [asyncio.run(main())]
        kept.clear()
        gc.collect()
        assert telemetry.spans["prices"].attributes["failsoft.call.outcome"] == "cancelled"
        assert [record.message for record in caplog.records if "detach" in record.message] == []


class TestSpansOfAttempts:
    def test_p7_each_attempt_has_its_own_if_that_is_wanted(self, telemetry, policy):
        telemetry.instrument(attempt_spans=True)
        errors = iter([ConnectionError("refused"), None])

        def fetch():
            with telemetry.tracer.start_as_current_span("GET"):
                error = next(errors)
                if error is not None:
                    raise error

        policy.call(fetch)
        spans = telemetry.exporter.get_finished_spans()
        assert [span.name for span in spans] == ["GET", "prices attempt", "GET", "prices attempt", "prices"]
        first, second, call = spans[1], spans[3], spans[4]
        assert [spans[0].parent.span_id, spans[2].parent.span_id] == [
            first.context.span_id,
            second.context.span_id,
        ]
        assert first.parent.span_id == second.parent.span_id == call.context.span_id
        assert (first.attributes["failsoft.attempt.number"], first.status.status_code) == (
            1,
            trace.StatusCode.ERROR,
        )
        assert first.attributes["failsoft.attempt.rule"] == failsoft.classify(ConnectionError("refused")).rule
        assert dict(second.attributes) == {"failsoft.attempt.number": 2}
        assert events(call) == []

    def test_of_coroutines_too(self, telemetry, policy, script):
        telemetry.instrument(attempt_spans=True)
        play = script(ConnectionError(), "fresh")

        async def fetch():
            with telemetry.tracer.start_as_current_span("GET"):
                await asyncio.sleep(0)
            return play()

        asyncio.run(policy.call(lambda *_: fetch(), 1))
        names = [span.name for span in telemetry.exporter.get_finished_spans()]
        assert names == ["GET", "prices attempt", "GET", "prices attempt", "prices"]
