"""Document 004, error handling and resilience: degradation, its integrations, and what a system tells of itself."""

from __future__ import annotations

import asyncio
import json
from typing import ClassVar

import pytest

from failsoft import CircuitBreakerOpenError, ErrorHandlingSystem, GracefulDegradation, RetryConfig, report

QUICK = RetryConfig(max_attempts=3, initial_delay=0)


@pytest.fixture
def system(time):
    return ErrorHandlingSystem(clock=time.clock)


def reset():
    return ConnectionResetError("connection reset by peer")


class Engine:
    """An engine that plays a script, and remembers what it was asked for."""

    def __init__(self, script):
        self._script = script
        self.requests = []

    async def generate(self, request):
        await asyncio.sleep(0)
        self.requests.append(request)
        return self._script(request)


class TestDegradation:
    LEVELS: ClassVar = {
        "full": {"quality_multiplier": 1.0, "resolution_scale": 1.0, "max_steps": None, "features": ["all"]},
        "high": {
            "quality_multiplier": 0.9,
            "resolution_scale": 0.95,
            "max_steps": None,
            "features": ["core", "enhancements"],
        },
        "medium": {"quality_multiplier": 0.8, "resolution_scale": 0.9, "max_steps": 30, "features": ["core"]},
        "low": {"quality_multiplier": 0.6, "resolution_scale": 0.8, "max_steps": 20, "features": ["basic"]},
        "minimal": {
            "quality_multiplier": 0.4,
            "resolution_scale": 0.7,
            "max_steps": 10,
            "features": ["essential"],
        },
    }
    ORIGINAL: ClassVar = {"quality": 1.0, "resolution": "1080p", "steps": 50, "model": "premium"}

    def test_s6_there_are_five_levels_with_their_percentages(self, system):
        levels = []
        for name in self.LEVELS:
            system.graceful_degradation.set_level(name)
            level = system.graceful_degradation.get_current_level()
            levels.append(f"{level['name']} ({level['percentage']}%)")
        assert levels == ["full (100%)", "high (80%)", "medium (60%)", "low (40%)", "minimal (20%)"]

    @pytest.mark.parametrize("name", LEVELS)
    def test_s6_the_table_of_parameters_at_every_level(self, system, name):
        system.graceful_degradation.set_level(name)
        adjusted = system.graceful_degradation.adjust_parameters({"quality": 1.0, "steps": 50})
        row = self.LEVELS[name]
        assert adjusted == {"quality": row["quality_multiplier"], "steps": row["max_steps"] or 50}

    def test_s6_the_table_is_data_that_can_be_replaced(self, time):
        degradation = GracefulDegradation(
            clock=time.clock,
            parameters={
                "resolution_scale": {
                    "scale": {name: row["resolution_scale"] for name, row in self.LEVELS.items()}
                }
            },
        )
        degradation.set_level("low")
        assert degradation.adjust_parameters({"resolution_scale": 1.0, "steps": 50}) == {
            "resolution_scale": 0.8,
            "steps": 50,
        }

    def test_s7_four_metrics_lower_it_at_the_documents_thresholds(self, time):
        thresholds = {
            "error_rate_threshold": 0.1,
            "memory_usage_threshold": 0.9,
            "cpu_usage_threshold": 0.95,
            "response_time_threshold": 30.0,
        }
        for name, value in thresholds.items():
            degradation = ErrorHandlingSystem(clock=time.clock).graceful_degradation
            degradation.configure_triggers(thresholds)
            metric = name.removesuffix("_threshold")
            assert degradation.observe(metric, value * 0.99) is None
            assert degradation.observe(metric, value).after == "high"

    def test_s7_it_is_lowered_and_restored_by_hand(self, system):
        degradation = system.graceful_degradation
        degradation.degrade("High system load detected")
        current_level = degradation.get_current_level()
        assert f"{current_level['name']} ({current_level['percentage']}%)" == "high (80%)"
        degradation.restore()
        assert degradation.get_current_level()["name"] == "full"

    def test_s7_a_metric_about_its_threshold_does_not_make_it_flap(self, system, time):
        changes = []
        system.graceful_degradation.on_change(changes.append)
        for value in (0.96, 0.94) * 20:
            system.graceful_degradation.observe("cpu_usage", value)
            time.passes(1)
        assert len(changes) <= 2

    def test_s7_the_machine_is_read_by_itself(self, time):
        degradation = GracefulDegradation(
            clock=time.clock, triggers={"memory_usage": {"enter": 0.0001, "leave": 0.00001}}
        )
        assert degradation.observe_system().cause["metric"] == "memory_usage"

    def test_s8_the_documents_example_at_medium(self, system):
        system.graceful_degradation.set_level("medium")
        adjusted_params = system.graceful_degradation.adjust_parameters(self.ORIGINAL)
        assert adjusted_params == {"quality": 0.8, "resolution": "720p", "steps": 30, "model": "standard"}


class TestVideoEngine:
    @pytest.fixture
    def engine(self, system, script):
        hunyuan, wan = Engine(script(reset())), Engine(script({"video": "wan"}))

        async def get_cached_video(request):
            await asyncio.sleep(0)
            return {"video": "cached", "prompt": request["prompt"]}

        class ResilientVideoEngine:
            def __init__(self):
                self.hunyuan, self.wan = hunyuan, wan
                self.hunyuan_cb = system.get_circuit_breaker("hunyuan_video")
                self.wan_cb = system.get_circuit_breaker("wan_video")
                self.fallback_chain = system.get_fallback_chain("video_generation")
                self.fallback_chain.add_fallback(self._generate_hunyuan, name="hunyuan_premium")
                self.fallback_chain.add_fallback(self._generate_wan, name="wan_standard")
                self.fallback_chain.add_fallback(self._generate_cached, name="cached_fallback")

            async def _generate_hunyuan(self, request):
                return await self.hunyuan_cb.execute(self.hunyuan.generate, request)

            async def _generate_wan(self, request):
                return await self.wan_cb.execute(self.wan.generate, request)

            async def _generate_cached(self, request):
                return await get_cached_video(request)

            async def generate_video(self, request):
                adjusted_request = system.graceful_degradation.adjust_parameters(request)
                return await system.execute_with_resilience(
                    self.fallback_chain.execute,
                    adjusted_request,
                    circuit_breaker_name="video_generation",
                    enable_retry=True,
                )

        return ResilientVideoEngine()

    REQUEST: ClassVar = {"prompt": "A story scene", "duration": 10, "quality": "high"}

    @pytest.mark.asyncio
    async def test_s11_it_falls_back_and_stops_asking_what_is_down(self, engine, time):
        videos = [await engine.generate_video(self.REQUEST) for _ in range(7)]
        assert videos == [{"video": "wan"}] * 7
        assert (len(engine.hunyuan.requests), engine.hunyuan_cb.state.value) == (5, "open")
        [passed] = report(videos[-1]).passed
        assert (passed.name, passed.why) == ("hunyuan_premium", "benched")
        assert time.slept == []

    @pytest.mark.asyncio
    async def test_s11_its_request_is_what_the_level_allows(self, engine, system):
        system.graceful_degradation.set_level("medium")
        await engine.generate_video({**self.REQUEST, "steps": 50})
        assert engine.wan.requests == [{**self.REQUEST, "steps": 30}]

    @pytest.mark.asyncio
    async def test_s11_when_both_engines_are_down_what_is_cached_is_shown(self, engine, script):
        engine.wan._script = script(reset())
        assert await engine.generate_video(self.REQUEST) == {"video": "cached", "prompt": "A story scene"}


class TestImageEngine:
    @pytest.fixture
    def engine(self, system, script):
        engines = {name: Engine(script(reset())) for name in ("qwen", "flux", "newbie")}

        class ResilientImageEngine:
            def __init__(self):
                self.engines = engines
                # Circuit breakers for each engine.
                self.breakers = {name: system.get_circuit_breaker(f"{name}_image") for name in engines}
                self.quality_chain = system.get_fallback_chain("image_quality")
                for name, step in (
                    ("qwen", "qwen_ultra"),
                    ("flux", "flux_high"),
                    ("newbie", "newbie_standard"),
                ):
                    self.quality_chain.add_fallback(self._by(name), name=step)

            def _by(self, name):
                async def generate(request):
                    return await self.breakers[name].execute(self.engines[name].generate, request)

                return generate

            async def generate_image(self, request):
                adjusted_request = system.graceful_degradation.adjust_parameters(request)
                return await system.execute_with_resilience(
                    self.quality_chain.execute, adjusted_request, enable_retry=True, retry_config=QUICK
                )

        return ResilientImageEngine()

    REQUEST: ClassVar = {"prompt": "A beautiful landscape", "style": "realistic", "size": "1024x1024"}

    @pytest.mark.asyncio
    async def test_s11_it_is_retried_as_a_whole_until_one_engine_answers(self, engine, script):
        engine.engines["newbie"]._script = script(reset(), {"image": "newbie"})
        assert await engine.generate_image(self.REQUEST) == {"image": "newbie"}
        assert [len(each.requests) for each in engine.engines.values()] == [2, 2, 2]

    @pytest.mark.asyncio
    async def test_s11_when_every_engine_is_down_nobody_is_asked_any_more(self, engine):
        for _ in range(2):
            with pytest.raises((ConnectionResetError, CircuitBreakerOpenError)):
                await engine.generate_image(self.REQUEST)
        asked = [len(each.requests) for each in engine.engines.values()]
        assert asked == [5, 5, 5]
        with pytest.raises(CircuitBreakerOpenError):
            await engine.generate_image(self.REQUEST)
        assert [len(each.requests) for each in engine.engines.values()] == asked


class TestWorkflow:
    @pytest.mark.asyncio
    async def test_s11_chains_one_after_the_other_in_one_resilient_call(self, system, script):
        async def enhance(job):
            await asyncio.sleep(0)
            return f"{job['content']}, {'enhanced' if job['processing_config']['enhance'] else 'raw'}"

        async def film(job):
            await asyncio.sleep(0)
            return {job["output_config"]["format"]: job["processed_content"]}

        generate, render = Engine(script(reset(), "draft")), Engine(script(reset()))

        class ResilientWorkflowSystem:
            def __init__(self):
                self.workflow_cb = system.get_circuit_breaker("workflow_execution")
                self.generation_chain = system.get_fallback_chain("content_generation")
                self.processing_chain = system.get_fallback_chain("content_processing")
                self.output_chain = system.get_fallback_chain("output_generation")

            async def execute_workflow(self, workflow_config):
                adjusted_config = system.graceful_degradation.adjust_parameters(workflow_config)

                async def execute_with_resilience():
                    content = await self.generation_chain.execute(adjusted_config["generation"])
                    processed = await self.processing_chain.execute(
                        {"content": content, "processing_config": adjusted_config["processing"]}
                    )
                    return await self.output_chain.execute(
                        {"processed_content": processed, "output_config": adjusted_config["output"]}
                    )

                return await system.execute_with_resilience(
                    execute_with_resilience,
                    circuit_breaker_name="workflow_execution",
                    enable_retry=True,
                    retry_config=QUICK,
                )

        workflow = ResilientWorkflowSystem()
        workflow.generation_chain.add_fallback(generate.generate, name="story")
        workflow.processing_chain.add_fallback(enhance, name="enhance")
        workflow.output_chain.add_fallback(render.generate, name="render")
        workflow.output_chain.add_fallback(film, name="film")
        result = await workflow.execute_workflow(
            {
                "generation": {"type": "story", "length": "medium"},
                "processing": {"enhance": True, "validate": True},
                "output": {"format": "video", "quality": "high"},
            }
        )
        assert result == {"video": "draft, enhanced"}
        # The first run as a whole failed in its first phase, and was made again.
        assert (len(generate.requests), len(render.requests)) == (2, 1)
        assert workflow.workflow_cb.state.value == "closed"


class TestMonitoring:
    def opened(self, system, script, times=5):
        breaker = system.get_circuit_breaker("external_api")
        for _ in range(times):
            with pytest.raises(ConnectionResetError):
                breaker.execute(script(reset()))
        return breaker

    def test_s9_the_health_of_each_breaker_is_printed(self, system, script):
        breaker = self.opened(system, script)
        health = system.get_system_health()
        printed = [
            f"{name}: {cb_info['state']} (failures: {cb_info['failure_count']}, "
            f"last_failure: {cb_info['last_failure_time']})"
            for name, cb_info in health["circuit_breakers"].items()
        ]
        last = health["circuit_breakers"]["external_api"]["last_failure_time"]
        assert printed == [f"external_api: open (failures: 5, last_failure: {last})"]
        assert breaker.state.value == "open"

    @pytest.mark.asyncio
    async def test_s9_a_monitor_alerts_the_team(self, time, script):
        system = ErrorHandlingSystem({"analytics": {"minimum_calls": 1}}, clock=time.clock)
        alerts = []

        async def monitor_system_health(rounds):
            for _ in range(rounds):
                health = system.get_system_health()
                if health["error_rate"] > 0.1:
                    alerts.append("High error rate detected")
                if health["degradation_level"] != "full":
                    alerts.append(f"System degraded to {health['degradation_level']}")
                await time.sleep_async(60)

        await monitor_system_health(1)
        assert alerts == []
        kept = self.opened(system, script)
        await monitor_system_health(1)
        assert alerts == ["High error rate detected", "System degraded to high"]
        assert kept.failure_count == 5

    def test_s9_debug_information_is_json(self, system, script):
        kept = self.opened(system, script)
        debug_info = json.loads(json.dumps(system.get_debug_info(), indent=2))
        assert debug_info["parts"]["external_api"]["circuit_breaker"]["state"] == kept.state.value

    def test_s9_a_breaker_is_reset_and_a_level_forced(self, system, script):
        circuit_breaker = self.opened(system, script)
        circuit_breaker.reset()
        system.graceful_degradation.set_level("medium")
        assert circuit_breaker.state.value == "closed"
        assert system.get_system_health()["degradation_level"] == "medium"

    def test_s10_errors_are_analysed_and_can_be_forgotten(self, system, script):
        self.opened(system, script)
        told = system.error_analytics.get_statistics()
        assert (told["errors"], told["by_category"], len(told["history"])) == (5, {"connection": 5}, 5)
        system.error_analytics.clear_history()
        assert system.error_analytics.history == []

    def test_s10_the_history_is_bounded(self, time, script):
        system = ErrorHandlingSystem({"analytics": {"history": 3}}, clock=time.clock)
        self.opened(system, script)
        assert len(system.error_analytics.history) == 3
