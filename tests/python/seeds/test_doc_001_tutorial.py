"""Document 001, the error recovery tutorial: each of its samples, as a user of failsoft writes it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from stories import Script

import failsoft
from conftest import spread, within
from failsoft import (
    CircuitBreaker,
    FallbackChain,
    Policy,
    RetryConfig,
    heal,
    report,
    run_batch,
    with_retry,
)
from failsoft.recipes import (
    ErrorRecoveryExecutor,
    ErrorRecoveryPolicy,
    ErrorStrategy,
    MetricsCollector,
    ToolRegistry,
)


def refused():
    return ConnectionError("refused")


class TestRetryStrategies:
    TRANSIENT = (TimeoutError("timed out"), ConnectionError("refused"), RuntimeError("rate limit exceeded"))
    PERMANENT = (
        PermissionError("no such right"),
        ValueError("malformed request"),
        RuntimeError("404 Not Found"),
        RuntimeError("401 Unauthorized"),
    )

    @pytest.mark.parametrize("error", TRANSIENT, ids=str)
    def test_t1_transient_failures_are_retried(self, error, time, script):
        assert with_retry(max_retries=3, clock=time.clock)(script(error, "done"))() == "done"

    @pytest.mark.parametrize("error", PERMANENT, ids=str)
    def test_t1_permanent_failures_are_not(self, error, time, script):
        function = script(error, "never")
        with pytest.raises(type(error)):
            with_retry(max_retries=3, clock=time.clock)(function)()
        assert function.calls == 1

    def test_t2_each_wait_is_twice_the_last(self, time, script):
        config = RetryConfig(max_retries=4, base_delay=0.1, jitter=False)
        with pytest.raises(ConnectionError):
            with_retry(config, clock=time.clock)(script(refused()))()
        assert time.slept == [0.1, 0.2, 0.4, 0.8]

    def test_t12_what_may_have_been_done_is_not_done_twice(self, time):
        orders = []

        @with_retry(idempotent=False, clock=time.clock)
        def order():
            orders.append(1)
            raise TimeoutError("the answer did not come")

        with pytest.raises(TimeoutError) as caught:
            order()
        assert (len(orders), report(caught.value).stop_reason) == (1, "not_idempotent")

    def test_t12_what_surely_never_left_is_tried_again(self, time, script):
        never_left = script(ConnectionRefusedError(111, "connection refused"), "ordered")
        assert with_retry(idempotent=False, clock=time.clock)(never_left)() == "ordered"


class TestTimeouts:
    @pytest.mark.asyncio
    async def test_t5_the_limit_of_an_attempt_grows(self, time):
        limits = []

        async def call_llm_with_retry(_prompt):
            policy = Policy(
                retry={"max_attempts": 3, "base_delay": 0.1, "jitter": "none"},
                timeout={"attempt": 30, "growth": 2},
                clock=time.clock,
            )
            async for attempt in policy.attempts():
                with attempt:
                    limits.append(attempt.timeout)
                    raise asyncio.TimeoutError

        with pytest.raises(asyncio.TimeoutError):
            await call_llm_with_retry("a story")
        assert (limits, time.slept) == ([30, 60, 120], [0.1, 0.2])

    @pytest.mark.asyncio
    async def test_t5_an_attempt_that_is_late_is_cut_off(self, time):
        calls = []

        @Policy(retry={"max_attempts": 3}, timeout={"attempt": "10ms", "growth": 2}, clock=time.clock)
        async def generate(prompt):
            calls.append(prompt)
            if len(calls) < 3:
                await asyncio.sleep(60)
            return f"{prompt}, and so on"

        assert await generate("once") == "once, and so on"
        assert calls == ["once"] * 3


class TestRateLimits:
    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        ("headers", "waits"),
        [({}, [1, 2, 4, 8]), ({"retry-after": "5"}, [5, 5, 5, 5])],
        ids=["by itself", "as the server asks"],
    )
    async def test_t6_too_many_requests_wait_longer_and_longer(self, time, server, headers, waits):
        busy = server(*[(429, "", headers)] * 4, (200, "a story", {}))

        @with_retry(max_attempts=5, base_delay=1.0, jitter=False, clock=time.clock)
        async def call_with_rate_limit_handling(prompt):
            async with httpx.AsyncClient() as client:
                response = await client.post(busy.url, content=prompt)
                response.raise_for_status()
                return response.text

        assert await call_with_rate_limit_handling("a story") == "a story"
        assert time.slept == waits

    def test_t6_a_fifth_wait_is_sixteen_seconds(self, time, script):
        limited = script(RuntimeError("429 Too Many Requests"))
        with pytest.raises(RuntimeError):
            with_retry(max_attempts=6, base_delay=1.0, jitter=False, clock=time.clock)(limited)()
        assert time.slept == [1, 2, 4, 8, 16]


class TestFallbacks:
    def models(self, *scripts):
        chain = FallbackChain("models")
        for (name, cost, accuracy), function in zip(
            [("gpt4", 0.10, 0.99), ("claude", 0.05, 0.95), ("local", 0.01, 0.85)], scripts, strict=True
        ):
            chain.add_fallback(function, name, expected_quality=accuracy, cost=cost)
        return chain

    @pytest.mark.asyncio
    async def test_t4_the_primary_is_down_and_the_next_one_answers(self):
        async def call_gpt4(_prompt):
            raise refused()

        async def call_claude(prompt):
            return {"claude": prompt}

        chain = self.models(call_gpt4, call_claude, Script("never"))
        result = await chain.execute("a story")
        known = report(result)
        assert result == {"claude": "a story"}
        assert (known.served_by, known.cost, known.quality) == ("claude", 0.05, 0.95)
        assert [step.name for step in known.passed] == ["gpt4"]

    def test_t4_when_all_of_them_fail_the_last_error_comes_out(self):
        last = refused()
        with pytest.raises(ConnectionError) as caught:
            self.models(Script(refused()), Script(refused()), Script(last)).execute("a story")
        assert caught.value is last
        assert [step.name for step in report(last).passed] == ["gpt4", "claude", "local"]


class TestCircuitBreaker:
    @pytest.mark.asyncio
    async def test_t3_five_failures_open_it_and_a_minute_later_one_call_decides(self, time):
        answers = []

        async def expensive_api_call(data):
            if not answers:
                raise refused()
            return answers.pop() + data

        breaker = CircuitBreaker(failure_threshold=5, timeout=60, clock=time.clock)
        for _ in range(5):
            with pytest.raises(ConnectionError):
                await breaker.call(expensive_api_call, "x")
        with pytest.raises(RuntimeError, match="Circuit Breaker open"):
            await breaker.call(expensive_api_call, "x")
        time.passes(60)
        with pytest.raises(ConnectionError):
            await breaker.call(expensive_api_call, "x")
        assert breaker.state.name == "OPEN"
        time.passes(60)
        answers.append("fresh ")
        assert (breaker.state.name, await breaker.call(expensive_api_call, "x")) == ("HALF_OPEN", "fresh x")
        assert (breaker.state.name, breaker.failure_count) == ("CLOSED", 0)


class Ocr:
    """An OCR tool that fails until the receipt is mended."""

    def __init__(self, issue):
        self.issue = issue
        self.calls = []

    async def extract(self, receipt_id):
        self.calls.append("extract")
        if self.issue:
            raise ValueError(f"OCR failed: {self.issue}")
        return {"receipt": receipt_id}

    async def preprocess_image(self):
        self.calls.append("preprocess_image")
        self.issue = None if self.issue == "image_quality" else self.issue

    async def fix_encoding(self):
        self.calls.append("fix_encoding")
        self.issue = None if self.issue == "encoding" else self.issue


class TestSelfHealing:
    async def process_receipt(self, ocr, receipt_id, policy=None):
        async def diagnostic_agent(error):
            for issue in ("image_quality", "encoding"):
                if issue in str(error):
                    return issue
            return None

        return await heal(
            ocr.extract,
            receipt_id,
            diagnose=diagnostic_agent,
            remedies={"image_quality": ocr.preprocess_image, "encoding": ocr.fix_encoding},
            policy=policy,
        )

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        ("issue", "tool"), [("image_quality", "preprocess_image"), ("encoding", "fix_encoding")]
    )
    async def test_t7_a_failure_is_diagnosed_and_remedied_and_the_call_made_again(self, issue, tool):
        ocr = Ocr(issue)
        result = await self.process_receipt(ocr, "r7")
        assert (result, ocr.calls) == ({"receipt": "r7"}, ["extract", tool, "extract"])
        assert [(applied.diagnosis, applied.remedy) for applied in report(result).remedies] == [(issue, tool)]

    @pytest.mark.asyncio
    async def test_t7_the_original_operation_is_retried_with_backoff_after_the_remedy(self, time):
        attempts = Script(ValueError("encoding"), refused(), refused(), {"receipt": 1})
        ocr = Ocr(None)

        async def extract(receipt_id):
            return attempts(receipt_id)

        ocr.extract = extract
        policy = Policy(retry={"max_retries": 2, "initial_delay": 0.5, "jitter": "none"}, clock=time.clock)
        assert await self.process_receipt(ocr, "r7", policy) == {"receipt": 1}
        assert (ocr.calls, time.slept) == (["fix_encoding"], [0.5, 1])

    @pytest.mark.asyncio
    async def test_t7_what_nobody_can_mend_fails_as_it_did(self):
        ocr = Ocr("coffee stain")
        with pytest.raises(ValueError, match="OCR failed: coffee stain"):
            await self.process_receipt(ocr, "r7")
        assert ocr.calls == ["extract"]


class TestPatterns:
    def test_t8_jitter_adds_up_to_half_of_the_delay(self, time, script):
        config = RetryConfig(max_attempts=3, base_delay=1, jitter="additive")
        for seed in range(100):
            policy = Policy(retry=config, clock=time.clock, seed=seed)
            policy.call(script(refused(), refused(), "done"))
        assert spread(time.slept[::2], 1, 1.5)
        assert spread(time.slept[1::2], 2, 3)

    @pytest.mark.asyncio
    async def test_t9_partial_results_instead_of_none(self):
        async def process_item(item):
            if item == 3:
                raise ValueError("item 3 is broken")
            return item * 10

        outcome = await run_batch(process_item, [1, 2, 3, 4])
        assert [(each.item, each.value) for each in outcome.successes] == [(1, 10), (2, 20), (4, 40)]
        assert [(each.item, str(each.error)) for each in outcome.failures] == [(3, "item 3 is broken")]
        assert outcome.success_rate == 0.75


class TestReceiptPipeline:
    VISION = ErrorRecoveryPolicy(
        strategy=ErrorStrategy.FALLBACK, max_retries=0, fallback_tools=["claude_vision", "local_ocr"]
    )
    OCR = ErrorRecoveryPolicy(strategy=ErrorStrategy.RETRY, max_retries=3, retry_backoff=2.0)

    def executor(self, time, gpt4, claude, local):
        registry = ToolRegistry()
        registry.register(gpt4, "gpt4_vision", error_policy=self.VISION, cost=0.10, accuracy=0.99)
        registry.register(claude, "claude_vision", cost=0.05, accuracy=0.95)
        registry.register(local, "local_ocr", error_policy=self.OCR, cost=0.01, accuracy=0.85)
        return ErrorRecoveryExecutor(registry, clock=time.clock)

    @pytest.mark.asyncio
    async def test_t10_each_receipt_is_read_by_whoever_can(self, time):
        gpt4 = Script({"by": "gpt4"}, refused())
        claude = Script({"by": "claude"}, refused())
        executor = self.executor(time, gpt4, claude, Script(refused(), {"by": "local"}))
        served = []
        for receipt in ("r1", "r2", "r3"):
            result = await executor.execute_with_recovery("gpt4_vision", {"receipt_id": receipt}, self.VISION)
            served.append((result["by"], report(result).served_by, report(result).quality))
        assert served == [
            ("gpt4", "gpt4_vision", 0.99),
            ("claude", "claude_vision", 0.95),
            ("local", "local_ocr", 0.85),
        ]
        # The last tool was retried under a policy of its own.
        assert len(time.slept) == 1

    @pytest.mark.asyncio
    async def test_t10_a_receipt_that_nobody_can_read_is_reported(self, time):
        executor = self.executor(time, Script(refused()), Script(refused()), Script(ValueError("blurred")))
        results = []
        try:
            await executor.execute_with_recovery("gpt4_vision", {"receipt_id": "r1"})
        except Exception as error:
            results.append({"error": str(error)})
        assert results == [{"error": "blurred"}]

    @pytest.mark.asyncio
    async def test_t10_a_tool_is_retried_under_the_policy_it_was_registered_with(self, time):
        local = Script(refused())
        executor = self.executor(time, Script("never"), Script("never"), local)
        with pytest.raises(ConnectionError) as caught:
            await executor.execute_with_recovery("local_ocr", {"receipt_id": "r1"})
        assert (local.calls, report(caught.value).attempt_count) == (4, 4)
        assert within(time.slept, (1, 3), (2, 6), (4, 12))

    @pytest.mark.asyncio
    async def test_t10_bad_names_and_contradictions_are_said(self, time):
        executor = self.executor(time, len, len, len)
        with pytest.raises(LookupError, match=r"unknown tool 'gpt5' \(expected gpt4_vision, claude_vision"):
            await executor.execute_with_recovery("gpt5")
        unknown = ErrorRecoveryPolicy(strategy=ErrorStrategy.FALLBACK, fallback_tools=["gemini"])
        with pytest.raises(LookupError, match="unknown tool 'gemini'"):
            await executor.execute_with_recovery("local_ocr", {}, unknown)
        with pytest.raises(ValueError, match="there is a tool 'local_ocr' already"):
            executor.registry.register(len, "local_ocr")
        with pytest.raises(failsoft.ConfigError, match=r"fallback\.steps\[0\]\.quality: 2"):
            executor.registry.register(len, "gpt6", accuracy=2)
        with pytest.raises(ValueError, match=r"fallback_tools: found \[\] with the strategy fallback"):
            ErrorRecoveryPolicy(strategy=ErrorStrategy.FALLBACK)
        with pytest.raises(failsoft.ConfigError, match=r"retry\.max_retries: -1"):
            ErrorRecoveryPolicy(max_retries=-1)


class TestMetrics:
    def test_t11_what_is_recorded_is_summed_up(self):
        metrics = MetricsCollector()
        metrics.record({"tool": "ocr", "status": "success", "attempts": 1, "duration": 0.2})
        metrics.record({"tool": "ocr", "status": "success", "attempts": 3, "duration": 6.2})
        metrics.record({"tool": "ocr", "status": "failed", "attempts": 4, "error": "down"})
        metrics.record({"tool": "ocr", "status": "success", "attempts": 1, "duration": 0.1})
        told = f"{metrics.success_rate():.1f}% {metrics.avg_attempts():.1f} {metrics.retry_rate():.1f}%"
        assert told == "75.0% 2.2 50.0%"

    def test_t11_calls_are_heard_without_a_word_of_theirs(self, time, script):
        metrics = MetricsCollector()
        stop = failsoft.listen(metrics.hear, every_call=True)
        guard = with_retry(max_attempts=2, clock=time.clock)
        for function in (script("at once"), script(refused(), "then")):
            guard(function)()
        with pytest.raises(ConnectionError):
            guard(script(refused()))()
        stop()
        assert (round(metrics.success_rate(), 1), round(metrics.avg_attempts(), 2)) == (66.7, 1.67)
        assert round(metrics.retry_rate(), 1) == 66.7

    def test_t11_a_system_counts_the_same_by_itself(self, time, script):
        system = failsoft.System(clock=time.clock)
        system.execute_with_resilience(script(refused(), "then"))
        told = system.error_analytics.get_statistics()
        assert (told["success_rate"], told["average_attempts"], told["retry_rate"]) == (1, 2, 1)

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            ({"status": "ok"}, "status: found 'ok' (expected 'success' or 'failed')"),
            ({"status": "success", "attempts": 0}, "attempts: found 0 (expected a whole number from 1)"),
        ],
    )
    def test_t11_what_makes_no_sense_is_not_counted(self, call, message):
        metrics = MetricsCollector()
        with pytest.raises(ValueError) as caught:
            metrics.record(call)
        assert (str(caught.value), metrics.avg_attempts()) == (message, 0)
