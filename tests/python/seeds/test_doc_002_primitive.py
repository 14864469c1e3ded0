"""Document 002, the error recovery primitive: each of its samples, as a user of failsoft writes it."""

from __future__ import annotations

import functools
import socket
from types import SimpleNamespace

import httpx
import pytest

import failsoft
from conftest import within
from failsoft import (
    CircuitBreaker,
    CircuitBreakerOpenError,
    Policy,
    RetryConfig,
    classify,
    report,
    with_retry,
    with_retry_async,
)

KEYWORD = {"kind": "keyword"}


def refused():
    return ConnectionError("connection refused")


class TestUsage:
    def test_p1_simple_retry_with_defaults(self, time, server):
        flaky = server(503, 503, 200)

        @with_retry(clock=time.clock)
        def flaky_api_call():
            response = httpx.get(flaky.url)
            response.raise_for_status()
            return response.text

        assert flaky_api_call() == "fresh"
        assert within(time.slept, (0.5, 1.5), (1, 3))

    def test_p1_p4_a_configuration_of_ones_own(self, time, script):
        config = RetryConfig(max_retries=5, base_delay=2.0, max_delay=30.0, exponential_base=2.0, jitter=True)
        important_operation = with_retry(config, clock=time.clock)(script(refused()))
        with pytest.raises(ConnectionError):
            important_operation()
        assert within(time.slept, (1, 3), (2, 6), (4, 12), (8, 24), (15, 30))

    def test_p4_without_jitter_the_delays_are_the_formula(self, time, script):
        config = RetryConfig(max_retries=5, base_delay=2.0, max_delay=30.0, jitter=False)
        with pytest.raises(ConnectionError):
            with_retry(config, clock=time.clock)(script(refused()))()
        assert time.slept == [2, 4, 8, 16, 30]

    def test_p5_a_fallback_answers_when_retries_end(self, time, server):
        down = server(503)

        def use_cached_data():
            return {"data": "cached"}

        @with_retry(fallback=use_cached_data, clock=time.clock)
        def fetch_fresh_data():
            response = httpx.get(down.url)
            response.raise_for_status()
            return response.json()

        assert fetch_fresh_data() == {"data": "cached"}
        assert len(down.requests) == 4

    @pytest.mark.asyncio
    async def test_p1_coroutines_are_retried_the_same(self, time, server):
        flaky = server(503, 200)

        @with_retry_async(clock=time.clock)
        async def async_api_call():
            async with httpx.AsyncClient() as session:
                response = await session.get(flaky.url)
                response.raise_for_status()
                return response.text

        assert (await async_api_call(), len(time.slept)) == ("fresh", 1)

    def test_p2_a_circuit_breaker_of_the_documents_defaults(self, time, down):
        circuit_breaker = CircuitBreaker(failure_threshold=5, recovery_timeout=60.0, clock=time.clock)

        def call_external_service(make_api_call):
            return circuit_breaker.call(make_api_call)

        for _ in range(5):
            with pytest.raises(ConnectionError):
                call_external_service(down)
        with pytest.raises(CircuitBreakerOpenError):
            call_external_service(lambda: "never")
        time.passes(60)
        assert call_external_service(lambda: "fresh") == "fresh"
        assert circuit_breaker.state.value == "closed"

    def test_p2_only_expected_exceptions_count(self, time, script):
        breaker = CircuitBreaker(failure_threshold=1, expected_exception=ConnectionError, clock=time.clock)
        with pytest.raises(KeyError):
            breaker.call(script(KeyError("tenant")))
        assert breaker.state.value == "closed"


class TestContract:
    @pytest.mark.parametrize(
        ("message", "retried"),
        [
            ("connection lost", True),
            ("read timeout", True),
            ("network unreachable", True),
            ("rate limit", True),
            ("too many requests", True),
            ("429", True),
            ("temporary failure", True),
            ("service unavailable", True),
            ("503", True),
            ("out of memory", False),
            ("disk full", False),
            ("resource exhausted", False),
            ("no such user", False),
        ],
    )
    def test_p3_the_words_of_the_document_decide_where_they_are_asked_to(
        self, message, retried, time, script
    ):
        function = script(RuntimeError(message), "done")
        policy = Policy(retry={"max_retries": 3}, classify=KEYWORD, clock=time.clock)
        if retried:
            assert policy.call(function) == "done"
        else:
            with pytest.raises(RuntimeError):
                policy.call(function)
        assert function.calls == 1 + retried

    def test_p5_the_last_exception_comes_out_as_it_is(self, time, script):
        last = refused()
        with pytest.raises(ConnectionError) as caught:
            with_retry(max_retries=1, clock=time.clock)(script(refused(), last))()
        assert caught.value is last

    def test_p6_a_retry_is_a_warning_the_end_an_error_a_fallback_information(self, time, script, lines):
        with_retry(max_retries=1, fallback=list, clock=time.clock)(script(refused()))()
        assert [level for level, _ in lines()] == ["WARNING", "ERROR", "INFO"]
        assert "attempt 1 of 2" in lines()[0][1]
        assert "retrying in" in lines()[0][1]

    def test_p1_its_own_unit_test(self, time):
        call_count = 0

        @with_retry(clock=time.clock)
        def flaky_function():
            nonlocal call_count
            call_count += 1
            if call_count < 2:
                raise ConnectionError("Transient failure")
            return "success"

        result = flaky_function()
        assert result == "success"
        assert call_count == 2

    def test_p1_its_own_integration_test(self, time, server):
        unavailable = server(503)

        @with_retry(RetryConfig(max_retries=3), clock=time.clock)
        def call_api():
            response = httpx.get(f"{unavailable.url}/status/503")
            response.raise_for_status()

        with pytest.raises(httpx.HTTPStatusError):
            call_api()
        assert len(unavailable.requests) == 4


class TestIntegration:
    def test_p1_a_script_that_checks_quality_is_retried(self, time, script):
        run = script(refused(), 0)

        @with_retry(RetryConfig(max_retries=3), clock=time.clock)
        def run_quality_checks():
            return run()

        assert run_quality_checks() == 0

    def test_p1_a_measured_call_counts_its_retries(self, time, script):
        measured = []

        def track_execution(name):
            def decorate(function):
                @functools.wraps(function)
                def tracked():
                    begun = time.now
                    try:
                        return function()
                    finally:
                        measured.append((name, time.now - begun))

                return tracked

            return decorate

        run = script(refused(), "done")

        @track_execution("api_call_with_retry")
        @with_retry(jitter=False, clock=time.clock)
        def monitored_api_call():
            return run()

        assert monitored_api_call() == "done"
        assert measured == [("api_call_with_retry", 1)]

    def test_p1_a_context_is_saved_though_the_disk_is_busy(self, time, tmp_path):
        class Manager:
            saves = 0

            def save_session(self, session_id):
                self.saves += 1
                if self.saves == 1:
                    raise BlockingIOError(11, "resource temporarily unavailable")
                (tmp_path / session_id).write_text("saved", encoding="utf-8")

        context_mgr = Manager()

        @with_retry(clock=time.clock)
        def save_conversation_context(session_id):
            context_mgr.save_session(session_id)

        save_conversation_context("s7")
        assert (tmp_path / "s7").read_text(encoding="utf-8") == "saved"


class TestPhaseTwo:
    @pytest.mark.asyncio
    async def test_p1_llm_calls_are_retried_on_rate_limits(self, time, server):
        busy = server((429, "", {"retry-after": "2"}), (200, "a story", {}))

        @with_retry_async(RetryConfig(max_retries=5, base_delay=1.0, max_delay=60.0), clock=time.clock)
        async def call_llm_api(prompt):
            async with httpx.AsyncClient() as client:
                response = await client.post(busy.url, content=prompt)
                response.raise_for_status()
                return response.text

        assert (await call_llm_api("once"), time.slept) == ("a story", [2])

    def test_p1_a_store_that_is_not_there_yet_is_tried_again(self, time):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        address, received = listener.getsockname(), []

        def comes_up(seconds):
            time.sleep(seconds)
            listener.listen()

        @with_retry(RetryConfig(max_retries=3), clock=failsoft.Clock(now=time.clock.now, sleep=comes_up))
        def save_to_redis(key, value):
            with socket.create_connection(address, timeout=5) as connection:
                connection.sendall(f"SET {key} {value}\r\n".encode())
            peer, _ = listener.accept()
            with peer:
                received.append(peer.recv(100))

        with listener:
            save_to_redis("a", "b")
        assert (received, len(time.slept)) == ([b"SET a b\r\n"], 1)

    @pytest.mark.asyncio
    async def test_p5_an_agents_step_falls_back_to_what_is_cached(self, time):
        async def execute_agent_step(_context):
            raise refused()

        async def use_cached_response(context):
            return {"cached": context}

        @with_retry_async(fallback=use_cached_response, clock=time.clock)
        async def agent_workflow_step(context):
            return await execute_agent_step(context)

        result = await agent_workflow_step("plan")
        assert (result, report(result).served_by) == ({"cached": "plan"}, "fallback")

    def test_p7_each_attempt_has_a_span_of_its_own(self, time, script):
        spans = []

        def trace_span(name):
            def decorate(function):
                def traced():
                    spans.append(SimpleNamespace(name=name, attempt=len(spans) + 1))
                    return function()

                return traced

            return decorate

        traced_api_call = with_retry(clock=time.clock)(trace_span("api_call")(script(refused(), "done")))
        assert traced_api_call() == "done"
        assert [(span.name, span.attempt) for span in spans] == [("api_call", 1), ("api_call", 2)]

    def test_p7_a_budget_bounds_the_retries_of_all_calls_together(self, time, script):
        budget = {"capacity": 10, "retry_cost": 5}
        policy = Policy(retry={"max_retries": 3, "budget": budget}, clock=time.clock)
        functions = [script(refused()) for _ in range(3)]
        for function in functions:
            with pytest.raises(ConnectionError) as caught:
                policy.call(function)
        assert [function.calls for function in functions] == [3, 1, 1]
        assert report(caught.value).stop_reason == "budget"

    def test_p7_rules_of_ones_own_take_the_place_of_words(self):
        rules = [{"match": {"type": "KeyError"}, "then": "transient"}]
        own = classify(KeyError("tenant"), {"rules": rules})
        assert (classify(KeyError("tenant")).retryable, own.retryable) == (False, True)
