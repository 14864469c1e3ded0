"""Document 004, error handling and resilience: retries, breakers, chains and degradation, each sample of them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from types import SimpleNamespace

import httpx
import pytest

from conftest import within
from failsoft import (
    CircuitBreakerConfig,
    CircuitBreakerOpenError,
    CircuitBreakerState,
    ErrorHandlingSystem,
    RetryConfig,
    report,
)
from failsoft.recipes import RetryMechanism

CIRCUIT = CircuitBreakerConfig(
    failure_threshold=5,
    success_threshold=2,
    timeout=60.0,
    half_open_max_calls=3,
    expected_exception=Exception,
    time_window=300.0,
)


@pytest.fixture
def system(time):
    return ErrorHandlingSystem(clock=time.clock)


def reset():
    return ConnectionResetError("connection reset by peer")


def later(function):
    async def call(*args):
        await asyncio.sleep(0)
        return function(*args)

    return call


async def fails(breaker, times, error):
    async def failing_function():
        raise error

    for _ in range(times):
        with pytest.raises(type(error)):
            await breaker.execute(failing_function)


class TestRetry:
    BASIC = RetryConfig(
        max_attempts=3,
        initial_delay=1.0,
        max_delay=60.0,
        exponential_base=2.0,
        jitter=True,
        retryable_exceptions={ConnectionError, TimeoutError, OSError},
    )
    HIGH_THROUGHPUT = RetryConfig(
        max_attempts=5,
        initial_delay=0.5,
        max_delay=30.0,
        exponential_base=1.5,
        jitter=True,
        retryable_exceptions={ConnectionError, TimeoutError, httpx.HTTPError},
    )

    def test_s1_its_configurations_are_accepted_as_they_are(self):
        assert (self.BASIC.max_attempts, self.HIGH_THROUGHPUT.exponential_base) == (3, 1.5)

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        ("error", "attempts"), [(reset(), 3), (OSError(11, "busy"), 3), (RuntimeError("strange"), 1)]
    )
    async def test_s1_only_the_listed_exceptions_are_retried(self, system, script, error, attempts):
        function = script(error)
        with pytest.raises(type(error)):
            await system.execute_with_resilience(later(function), retry_config=self.BASIC)
        assert function.calls == attempts

    @pytest.mark.asyncio
    async def test_s1_those_of_a_library_are_listed_by_their_base(self, system, server, time):
        flaky = server(503, 503, 200)

        async def fetch():
            async with httpx.AsyncClient() as client:
                response = await client.get(flaky.url)
                response.raise_for_status()
                return response.text

        answer = await system.execute_with_resilience(fetch, retry_config=self.HIGH_THROUGHPUT)
        assert (answer, len(time.slept)) == ("fresh", 2)

    @pytest.mark.asyncio
    async def test_s2_an_unreliable_operation_is_retried(self, system, script, time):
        call_external_api = later(script(reset(), "data"))

        async def unreliable_operation():
            return await call_external_api()

        result = await system.execute_with_resilience(unreliable_operation, enable_retry=True)
        assert (result, len(time.slept)) == ("data", 1)

    @pytest.mark.asyncio
    async def test_s2_as_a_configuration_of_its_own_says(self, system, script, time):
        retry_config = RetryConfig(
            max_attempts=3, initial_delay=2.0, retryable_exceptions={ValueError, KeyError}
        )
        my_operation = later(script(ValueError("not yet"), KeyError("not yet"), "done"))
        assert await system.execute_with_resilience(my_operation, retry_config=retry_config) == "done"
        assert within(time.slept, (1, 3), (2, 6))

    @pytest.mark.asyncio
    async def test_s1_a_retry_mechanism_of_its_own(self, time, script, lines):
        config = RetryConfig(max_attempts=3, jitter=False, retryable_exceptions={ValueError})
        retry_mechanism = RetryMechanism(config, clock=time.clock)
        potentially_failing_function = later(script(ValueError("not yet"), "done"))

        # The document's lambda, which answers with a coroutine.
        async def custom_retry_operation():
            return await retry_mechanism.execute_async(
                lambda: potentially_failing_function(7), context="custom_operation"
            )

        assert await custom_retry_operation() == "done"
        assert [text.split(":")[0] for _, text in lines()] == ["custom_operation"] * 2
        assert retry_mechanism.execute(script(ValueError("not yet"), "done")) == "done"
        assert await retry_mechanism.execute_async(script("plain")) == "plain"
        assert time.slept == [1, 1]


class TestCircuitBreakers:
    CRITICAL = CircuitBreakerConfig(
        failure_threshold=3, success_threshold=1, timeout=30.0, half_open_max_calls=1
    )
    LENIENT = CircuitBreakerConfig(
        failure_threshold=10, success_threshold=5, timeout=120.0, half_open_max_calls=5
    )

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        ("config", "says"),
        [(CIRCUIT, (5, 60, 2)), (CRITICAL, (3, 30, 1)), (LENIENT, (10, 120, 5))],
        ids=["standard", "critical", "lenient"],
    )
    async def test_s3_its_configurations_open_wait_and_close_as_they_say(self, system, time, config, says):
        failures, wait, successes = says
        breaker = system.get_circuit_breaker("external_api", config=config)
        await fails(breaker, failures - 1, reset())
        assert breaker.state is CircuitBreakerState.CLOSED
        await fails(breaker, 1, reset())
        assert (breaker.state, breaker.retry_after) == (CircuitBreakerState.OPEN, wait)
        time.passes(wait)
        for _ in range(successes):
            assert breaker.state is CircuitBreakerState.HALF_OPEN
            await breaker.execute(later(lambda: "fine"))
        assert breaker.state is CircuitBreakerState.CLOSED

    @pytest.mark.asyncio
    async def test_s3_failures_count_within_a_rolling_window(self, system, time):
        breaker = system.get_circuit_breaker("external_api", config=CIRCUIT)
        await fails(breaker, 4, reset())
        time.passes(301)
        await fails(breaker, 4, reset())
        assert breaker.state is CircuitBreakerState.CLOSED
        await fails(breaker, 1, reset())
        assert breaker.state is CircuitBreakerState.OPEN

    @pytest.mark.asyncio
    async def test_s4_an_open_circuit_leads_to_cached_data(self, system, server):
        circuit_breaker = system.get_circuit_breaker("external_api", config=CIRCUIT)
        down = server(503)

        async def call_api():
            async with httpx.AsyncClient() as client:
                response = await client.get(f"{down.url}/data")
                response.raise_for_status()
                return response.json()

        async def result():
            try:
                return await circuit_breaker.execute(call_api)
            except CircuitBreakerOpenError:
                return "cached"
            except httpx.HTTPStatusError:
                return "failed"

        assert [await result() for _ in range(7)] == ["failed"] * 5 + ["cached"] * 2
        assert len(down.requests) == 5

    @pytest.mark.asyncio
    async def test_s4_an_open_circuit_leads_to_a_backup(self, system, caplog):
        circuit_breaker = system.get_circuit_breaker("external_api")
        circuit_breaker.force_open()
        call_backup_api = later(lambda: "backup")

        async def api_call_with_fallback():
            try:
                return await circuit_breaker.execute(later(lambda: "never"))
            except CircuitBreakerOpenError:
                logging.getLogger("app").warning("Circuit breaker 'external_api' is OPEN")
                return await call_backup_api()

        assert await api_call_with_fallback() == "backup"
        assert "Circuit breaker 'external_api' is OPEN" in caplog.text

    @pytest.mark.asyncio
    async def test_s4_services_are_isolated(self, system):
        one, other = system.get_circuit_breaker("one"), system.get_circuit_breaker("other")
        await fails(one, 5, reset())
        assert (one.state.value, other.state.value) == ("open", "closed")

    @pytest.mark.asyncio
    async def test_s3_its_own_test_of_a_breaker(self, system, time):
        circuit_breaker = system.get_circuit_breaker("test_service")

        async def failing_function():
            raise reset()

        for _ in range(6):
            with suppress(Exception):
                await circuit_breaker.execute(failing_function)
        assert circuit_breaker.state == CircuitBreakerState.OPEN
        time.passes(61)
        await circuit_breaker.execute(later(lambda: "fine"))
        assert circuit_breaker.state == CircuitBreakerState.CLOSED


class TestFallbackChains:
    @pytest.fixture
    def content(self, system):
        def make(premium, standard, basic, cached):
            chain = system.get_fallback_chain("content_generation")
            chain.add_fallback(premium, name="premium", expected_quality=1.0)
            chain.add_fallback(standard, name="standard", expected_quality=0.8)
            chain.add_fallback(basic, name="basic", expected_quality=0.6)
            chain.add_fallback(cached, name="cached", expected_quality=0.4)
            return chain

        return make

    REQUEST = SimpleNamespace(quality="high", topic="story")

    @pytest.mark.asyncio
    async def test_s5_alternatives_are_tried_in_the_order_of_their_quality(self, content, script):
        answer = SimpleNamespace(text="a story")
        chain = content(
            later(script(reset())), later(script(reset())), later(script(answer)), later(script("never"))
        )
        result = await chain.execute(self.REQUEST)
        assert (result, report(result).quality, report(result).served_by) == (answer, 0.6, "basic")

    @pytest.mark.asyncio
    async def test_s5_when_all_of_them_fail_the_caller_has_a_default(self, content, script):
        chain = content(*(later(script(reset())) for _ in range(4)))
        try:
            result = await chain.execute(self.REQUEST)
        except Exception as error:
            result = f"default, as {error}"
        assert result == "default, as connection reset by peer"

    @pytest.mark.asyncio
    async def test_s5_a_step_may_choose_by_the_load(self, system, script):
        load = [0.5, 0.9]
        chain = system.get_fallback_chain("video_generation")

        async def generate_adaptive_quality(_request):
            await asyncio.sleep(0)
            return "high" if load.pop(0) < 0.7 else "medium"

        chain.add_fallback(generate_adaptive_quality, name="adaptive")
        chain.add_fallback(later(script("low")), name="low_quality")
        assert [await chain.execute({}), await chain.execute({})] == ["high", "medium"]

    @pytest.mark.asyncio
    async def test_s5_its_statistics_name_what_worked(self, content, script, time):
        def slowly(*_args):
            time.passes(2)
            return "a story"

        chain = content(later(script(reset())), later(slowly), later(script("never")), later(script("never")))
        start_time = time.now
        await chain.execute(self.REQUEST)
        stats = chain.get_statistics()
        assert [
            f"Execution time: {time.now - start_time:.2f}s",
            f"Successful fallback: {stats['last_successful_fallback']}",
            f"Success rate: {stats['overall_success_rate']:.1%}",
        ] == ["Execution time: 2.00s", "Successful fallback: standard", "Success rate: 100.0%"]

    def test_s5_it_learns_which_fallback_works_best(self, system, script):
        premium = script(reset())
        chain = system.get_fallback_chain("learning", order="success", minimum_calls=3, history=10)
        chain.add_fallback(premium, name="premium")
        chain.add_fallback(script("fine"), name="standard")
        for _ in range(9):
            chain.execute()
        positions = {step["name"]: step["position"] for step in chain.get_statistics()["steps"]}
        assert (positions, premium.calls < 9) == ({"standard": 1, "premium": 2}, True)

    def test_s5_functions_name_the_steps_themselves(self, system):
        image_chain = system.get_fallback_chain("image_generation")

        def generate_premium_image():
            raise reset()

        def get_cached_image():
            return {"image": "cached"}

        image_chain.add_fallback(generate_premium_image)
        image_chain.add_fallback(get_cached_image)
        assert image_chain.execute() == {"image": "cached"}
        assert image_chain.get_statistics()["last_successful_fallback"] == "get_cached_image"
