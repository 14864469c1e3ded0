"""Document 003, the error recovery framework: each of its samples, as a user of failsoft writes it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading

import httpx
import pytest

import failsoft
from failsoft import CircuitBreakerOpenError, System, report
from failsoft.recipes import (
    APIErrorType,
    ErrorRecoveryConfig,
    ErrorRecoveryManager,
    ErrorStatus,
    PermanentError,
    TransientError,
)

CONFIG = ErrorRecoveryConfig(
    max_retries=3,
    initial_wait_ms=100,
    max_wait_ms=10000,
    exponential_base=2.0,
    timeout_seconds=30,
)
RATE_LIMIT = RuntimeError("429 Too Many Requests")
CANARY = "sk-0123456789abcdef0123456789"
AUTH = RuntimeError("401 Unauthorized - Invalid API key")


@pytest.fixture
def manager(time):
    return ErrorRecoveryManager(CONFIG, clock=time.clock)


@pytest.fixture
def told(caplog):
    """What the manager has logged so far, as (level, text)."""
    caplog.set_level(logging.DEBUG, logger="agent.error_recovery_manager")
    return lambda: [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name == "agent.error_recovery_manager"
    ]


def later(function):
    async def call():
        return function()

    return call


class TestManager:
    @pytest.mark.asyncio
    async def test_l1_an_asynchronous_call_is_retried(self, manager, server, time):
        flaky = server(503, (200, "reviewed", {}))

        async def make_api_call():
            async with httpx.AsyncClient() as client:
                response = await client.get(flaky.url)
                response.raise_for_status()
                return response.text

        result = await manager.execute_with_retry(
            make_api_call, context="code_review_request", timeout_seconds=30
        )
        assert (result, time.slept) == ("reviewed", [0.1])

    def test_l1_a_synchronous_call_is_retried(self, manager, server, time):
        flaky = server(503, (200, '{"valid": true}', {}))

        def make_sync_call():
            response = httpx.post(flaky.url, json={})
            response.raise_for_status()
            return response.json()

        result = manager.execute_with_retry_sync(make_sync_call, context="validation_request")
        assert (result, time.slept) == ({"valid": True}, [0.1])

    def test_l2_its_waits_are_those_of_the_configuration(self, manager, script, time):
        with pytest.raises(TransientError):
            manager.execute_with_retry_sync(script(RATE_LIMIT))
        assert time.slept == [0.1, 0.2, 0.4]

    def test_l2_a_configuration_can_be_changed(self, time, script):
        config = ErrorRecoveryConfig(
            max_retries=5,
            initial_wait_ms=50,
            max_wait_ms=5000,
            timeout_seconds=60,
            circuit_breaker_threshold=10,
        )
        with pytest.raises(TransientError):
            ErrorRecoveryManager(config, clock=time.clock).execute_with_retry_sync(script(RATE_LIMIT))
        assert time.slept == [0.05, 0.1, 0.2, 0.4, 0.8]

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"max_retries": -1}, "retry.max_retries: -1"),
            ({"timeout_seconds": 0}, "timeout.attempt: 0"),
            ({"circuit_breaker_threshold": 0}, "circuit_breaker.failure_threshold: 0"),
        ],
    )
    def test_l2_what_makes_no_sense_is_refused(self, settings, message):
        with pytest.raises(failsoft.ConfigError) as caught:
            ErrorRecoveryManager(ErrorRecoveryConfig(**settings))
        assert str(caught.value).startswith(message)

    @pytest.mark.asyncio
    async def test_l6_each_attempt_has_the_whole_limit(self, manager, time):
        begun = []

        async def slow():
            begun.append(1)
            await asyncio.sleep(2)

        with pytest.raises(TransientError) as caught:
            await manager.execute_with_retry(slow, timeout_seconds=0.01)
        assert (len(begun), caught.value.error_type) == (4, APIErrorType.TIMEOUT)
        assert time.slept == [0.1, 0.2, 0.4]

    def test_l6_a_blocking_call_is_cut_off_too(self, time):
        go_on = threading.Event()
        manager = ErrorRecoveryManager(ErrorRecoveryConfig(max_retries=1), clock=time.clock)
        with pytest.raises(TransientError) as caught:
            manager.execute_with_retry_sync(go_on.wait, timeout_seconds=0.01)
        go_on.set()
        assert (caught.value.error_type.value, report(caught.value).attempt_count) == ("timeout", 2)


class TestClassification:
    CASES = (
        (TimeoutError(), "transient", "timeout"),
        (Exception("Request timed out"), "transient", "timeout"),
        (RATE_LIMIT, "transient", "rate_limit"),
        (ConnectionError("connection refused"), "transient", "connection_error"),
        (ConnectionRefusedError(111, "refused"), "transient", "connection_error"),
        (Exception("503 Service Unavailable"), "transient", "server_error"),
        (Exception("500 Internal Server Error"), "transient", "server_error"),
        (Exception("401 Unauthorized"), "permanent", "auth_error"),
        (Exception("404 Not Found"), "permanent", "model_not_found"),
        (Exception("400 Bad Request"), "permanent", "invalid_request"),
    )

    @pytest.mark.parametrize(("error", "status", "kind"), CASES, ids=[repr(error) for error, _, _ in CASES])
    def test_l3_the_cases_of_its_first_test_are_told_apart(self, error, status, kind):
        assert ErrorRecoveryManager.classify_error(error) == (ErrorStatus(status), APIErrorType(kind))

    def test_l3_words_of_its_table_are_known(self):
        for words, kind in {
            "rate limit": "rate_limit",
            "server error": "server_error",
            "invalid api key": "auth_error",
            "malformed": "invalid_request",
            "model not found": "model_not_found",
        }.items():
            assert ErrorRecoveryManager.classify_error(Exception(words))[1].value == kind

    @pytest.mark.asyncio
    async def test_l4_a_transient_error_says_what_it_was_when_retries_end(self, manager, script):
        with pytest.raises(TransientError) as caught:
            await manager.execute_with_retry(later(script(RATE_LIMIT)))
        error = caught.value
        assert (error.message, error.error_type.value) == ("429 Too Many Requests", "rate_limit")
        assert error.__cause__ is RATE_LIMIT
        assert report(error).attempt_count == 4

    def test_l4_a_permanent_error_says_so_and_is_not_retried(self, manager, script):
        with pytest.raises(PermanentError) as caught:
            manager.execute_with_retry_sync(script(ValueError("malformed")))
        assert (caught.value.message, caught.value.error_type) == ("malformed", APIErrorType.INVALID_REQUEST)

    def test_l4_an_error_that_says_it_itself_is_believed(self, manager, script, time):
        own = TransientError("warming up", "server_error")
        assert manager.execute_with_retry_sync(script(own, "warm")) == "warm"
        with pytest.raises(PermanentError) as caught:
            manager.execute_with_retry_sync(script(PermanentError("gone", "model_not_found")))
        assert caught.value.error_type is APIErrorType.MODEL_NOT_FOUND
        assert time.slept == [0.1]

    def test_l5_an_auth_error_is_not_tried_again(self, manager, script):
        function = script(AUTH)
        with pytest.raises(PermanentError) as caught:
            manager.execute_with_retry_sync(function)
        assert (function.calls, caught.value.error_type) == (1, APIErrorType.AUTH_ERROR)

    def test_l2_the_timeline_of_three_attempts(self, manager, time, script):
        function = script(Exception("503 Service Unavailable"), TimeoutError(), ["response"])
        assert manager.execute_with_retry_sync(function) == ["response"]
        assert (time.slept, round(time.now - 1000, 3)) == ([0.1, 0.2], 0.3)


class TestCircuitBreaker:
    @pytest.fixture
    def opened(self, time, script):
        manager = ErrorRecoveryManager(
            ErrorRecoveryConfig(
                max_retries=0, circuit_breaker_threshold=5, circuit_breaker_timeout_seconds=60
            ),
            clock=time.clock,
        )
        for _ in range(5):
            with pytest.raises(TransientError):
                manager.execute_with_retry_sync(script(RATE_LIMIT))
        return manager

    def test_l7_an_open_breaker_rejects_and_says_so(self, opened, script):
        function = script("never")
        with pytest.raises(PermanentError, match="Circuit Breaker open") as caught:
            opened.execute_with_retry_sync(function)
        assert isinstance(caught.value, CircuitBreakerOpenError)
        assert (function.calls, caught.value.error_type) == (0, APIErrorType.CIRCUIT_OPEN)

    def test_l7_a_single_request_tests_recovery(self, opened, script, time):
        time.passes(60)
        assert opened.execute_with_retry_sync(script("back")) == "back"
        assert opened.circuit_breaker.state.value == "closed"

    def test_l12_its_status_can_be_read_and_it_can_be_reset(self, opened):
        breaker = opened.circuit_breaker
        assert (breaker.is_open, breaker.is_available(), breaker.failure_count) == (True, False, 5)
        breaker.reset()
        assert (breaker.is_open, breaker.is_available(), breaker.failure_count) == (False, True, 0)

    def test_l12_it_can_be_reset_by_assignment_as_well(self, opened):
        opened.circuit_breaker.failure_count = 0
        assert opened.circuit_breaker.is_open
        opened.circuit_breaker.is_open = False
        assert (opened.circuit_breaker.is_available(), opened.circuit_breaker.failure_count) == (True, 0)
        opened.circuit_breaker.is_open = True
        assert opened.circuit_breaker.state.value == "forced_open"
        with pytest.raises(ValueError, match="failure_count: found 3"):
            opened.circuit_breaker.failure_count = 3


class TestLogging:
    def test_l8_a_success(self, manager, script, told):
        manager.execute_with_retry_sync(script("fine"), context="code_review_request")
        assert told() == [
            ("INFO", "Attempt 1/4 for code_review_request"),
            ("DEBUG", "Sending request..."),
            ("INFO", "code_review_request succeeded on attempt 1"),
        ]

    @pytest.mark.asyncio
    async def test_l8_a_transient_error(self, manager, script, told):
        await manager.execute_with_retry(later(script(RATE_LIMIT, "fine")), context="code_review_request")
        assert [line for line in told() if line[0] != "DEBUG"] == [
            ("INFO", "Attempt 1/4 for code_review_request"),
            ("WARNING", "Attempt 1 failed (rate_limit): 429 Too Many Requests"),
            ("INFO", "Attempt 2/4 for code_review_request"),
            ("INFO", "code_review_request succeeded on attempt 2"),
        ]

    def test_l8_a_permanent_error(self, manager, script, told):
        with pytest.raises(PermanentError):
            manager.execute_with_retry_sync(script(AUTH), context="auth_check")
        assert told()[2:] == [
            ("WARNING", "Attempt 1 failed (auth_error): 401 Unauthorized - Invalid API key"),
            ("ERROR", "auth_check failed after permanent error"),
        ]

    def test_l8_a_circuit_breaker(self, time, script, told):
        config = ErrorRecoveryConfig(max_retries=0, circuit_breaker_threshold=1)
        manager = ErrorRecoveryManager(config, clock=time.clock)
        for error in (TransientError, PermanentError):
            with pytest.raises(error):
                manager.execute_with_retry_sync(script(RATE_LIMIT))
        assert [text for _, text in told() if "Circuit" in text] == [
            "Circuit Breaker OPEN (failures: 1)",
            "Circuit Breaker open - rejecting request",
        ]

    def test_l8_its_logger_can_be_given_a_handler(self, manager, script):
        records = []

        class Handler(logging.Handler):
            def emit(self, record):
                records.append(self.format(record))

        logger = logging.getLogger("agent.error_recovery_manager")
        level, handler = logger.level, Handler()
        logger.setLevel(logging.DEBUG)
        handler.setFormatter(logging.Formatter("%(levelname)s - %(message)s"))
        logger.addHandler(handler)
        manager.execute_with_retry_sync(script("fine"))
        logger.removeHandler(handler)
        logger.setLevel(level)
        assert records[0] == "INFO - Attempt 1/4 for request"

    def test_l11_no_secret_gets_into_a_line_or_a_message(self, manager, script, told):
        failing = script(RuntimeError(f"401 Unauthorized: Authorization: Bearer {CANARY}"))
        with pytest.raises(PermanentError) as caught:
            manager.execute_with_retry_sync(failing, context=f"auth_check?api_key={CANARY}")
        assert CANARY not in caught.value.message + json.dumps(told())


class TestConcurrency:
    @pytest.mark.asyncio
    async def test_l9_concurrent_requests_share_nothing_but_the_breaker(self, manager):
        failed = set()

        def request(number):
            async def call():
                await asyncio.sleep(0)
                if number not in failed:
                    failed.add(number)
                    raise ConnectionError("reset")
                return number

            return call

        calls = [manager.execute_with_retry(request(number), context=f"r{number}") for number in range(3)]
        assert await asyncio.gather(*calls) == [0, 1, 2]

    def test_l9_threads_share_a_manager(self, manager, script):
        answers = []

        def work(number):
            answers.append(manager.execute_with_retry_sync(script(ConnectionError("reset"), number)))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [0, 1, 2, 3]

    @pytest.mark.asyncio
    async def test_l9_a_cancelled_request_is_no_failure(self, manager):
        task = asyncio.create_task(manager.execute_with_retry(asyncio.Event().wait))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert manager.circuit_breaker.failure_count == 0


class TestAgent:
    @pytest.mark.asyncio
    async def test_l1_a_reviewer_recovers_and_is_monitored(self, time, script):
        seen, complete = [], script(ConnectionError("reset"), "looks good")

        @contextlib.contextmanager
        def monitor_llm_call(agent_name, provider, model):
            seen.append((agent_name, provider, model))
            yield

        class ReviewerGPTAgent:
            def __init__(self):
                self.error_recovery = ErrorRecoveryManager(clock=time.clock)

            async def review_code(self, code):
                async def call_llm():
                    return complete(f"Review this code:\n{code}")

                response = await self.error_recovery.execute_with_retry(
                    call_llm, context="code_review", timeout_seconds=60
                )
                with monitor_llm_call(agent_name="ReviewerGPT", provider="openai", model="gpt-4o"):
                    return response

        assert await ReviewerGPTAgent().review_code("print()") == "looks good"
        assert seen == [("ReviewerGPT", "openai", "gpt-4o")]

    def test_l13_success_rates_and_the_states_of_breakers_can_be_shown(self, time, script):
        system = System(clock=time.clock)
        breaker = system.get_circuit_breaker("openai", failure_threshold=1)
        for outcome in ("fine", ConnectionError("reset")):
            with contextlib.suppress(ConnectionError):
                breaker.call(script(outcome))
        states = {
            name: each["state"] for name, each in system.get_system_health()["circuit_breakers"].items()
        }
        assert states == {"openai": "open"}
        assert system.error_analytics.get_statistics()["success_rate"] == 0.5
