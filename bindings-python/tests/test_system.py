"""Named parts of a program: what they share, what the system knows, and how it watches itself."""

from __future__ import annotations

import json
import threading
import time as real_time
from contextlib import suppress

import pytest

import failsoft
from failsoft import CircuitBreakerOpenError, ConfigError, ErrorHandlingSystem, RetryConfig, System, report
from support import Script

RETRY = RetryConfig(max_attempts=2, initial_delay=0)


def reset():
    return ConnectionResetError("connection reset by peer")


@pytest.fixture
def system(time):
    return System(clock=time.clock)


def opens(guard, times=1):
    for _ in range(times):
        with pytest.raises(ConnectionResetError):
            guard.call(Script(reset()))


def is_refused(guard):
    try:
        guard.call(lambda: "fine")
    except CircuitBreakerOpenError:
        return True
    return False


class TestBreakers:
    def test_of_different_names_are_isolated_and_those_of_one_name_are_one(self, system):
        search = system.get_circuit_breaker("search", failure_threshold=2)
        same, billing = system.get_circuit_breaker("search"), system.get_circuit_breaker("billing")
        opens(search, 2)
        assert [breaker.state.value for breaker in (search, same, billing)] == ["open", "open", "closed"]
        assert same.name == "search"
        assert (is_refused(same), is_refused(billing)) == (True, False)

    def test_are_seen_alike_by_all_policies_of_a_part(self, time):
        breaker = {"circuit_breaker": {"failure_threshold": 2}}
        documents = [
            breaker,
            {**breaker, "retry": {"max_attempts": 2, "initial_delay": 0}},
            {**breaker, "retry": {"budget": {"name": "shared", "kind": "ratio"}}},
            {**breaker, "timeout": {"attempt": 1, "sync": "thread"}},
            {},
        ]
        for opener in range(len(documents)):
            system = System(clock=time.clock)
            policies = [system.policy("search", document) for document in documents]
            assert [policy.call(lambda: "fine") for policy in policies] == ["fine"] * len(documents)
            for _ in range(2):
                with suppress(ConnectionResetError, CircuitBreakerOpenError):
                    policies[opener].call(Script(reset()))
            assert [is_refused(policy) for policy in policies] == [True] * len(documents), opener

    def test_refuse_a_policy_that_is_made_while_they_are_open(self, system):
        breaker = system.get_circuit_breaker("search", failure_threshold=1)
        opens(breaker)
        assert is_refused(system.policy("search", {"retry": {}}))

    def test_can_be_configured_by_a_mapping_or_an_object(self, system):
        config = failsoft.CircuitBreakerConfig(failure_threshold=1)
        opens(system.get_circuit_breaker("one", config))
        opens(system.get_circuit_breaker("two", {"failure_threshold": 1}))
        assert [is_refused(system.get_circuit_breaker(name)) for name in ("one", "two")] == [True, True]

    def test_that_contradict_their_part_are_refused(self, system):
        kept = system.get_circuit_breaker("search", failure_threshold=9)
        with pytest.raises(ConfigError) as caught:
            system.get_circuit_breaker("search", failure_threshold=2)
        [problem] = caught.value.problems
        assert problem.path.startswith("circuit_breaker")
        with pytest.raises(TypeError, match="give either config or settings"):
            system.get_circuit_breaker("search", {}, failure_threshold=2)
        assert kept.failure_count == 0

    def test_lose_no_failure_of_eight_threads(self, system):
        breakers = [system.get_circuit_breaker("search", failure_threshold=801) for _ in range(8)]
        threads = [threading.Thread(target=opens, args=(breaker, 100)) for breaker in breakers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert breakers[0].failure_count == 800
        assert system.error_analytics.get_statistics()["errors"] == 800
        opens(breakers[7])
        assert [is_refused(breaker) for breaker in breakers] == [True] * 8


class TestResilientCalls:
    def test_retry_through_a_named_breaker(self, system, time):
        function = Script(reset(), "answer")
        breaker = system.get_circuit_breaker("api", failure_threshold=3)
        answer = system.execute_with_resilience(function, 1, circuit_breaker_name="api")
        assert (answer, function.calls, len(time.slept), breaker.failure_count) == ("answer", 2, 1, 0)

    def test_retry_not_at_all_or_as_they_are_told(self, system):
        once = Script(reset())
        with pytest.raises(ConnectionResetError):
            system.execute_with_resilience(once, enable_retry=False)
        for config in (RETRY, {"max_attempts": 2, "initial_delay": 0}):
            with pytest.raises(ConnectionResetError):
                system.execute_with_resilience(once, retry_config=config)
        assert once.calls == 5

    def test_remember_their_breaker_though_nobody_holds_it(self, system):
        for _ in range(5):
            with pytest.raises(ConnectionResetError):
                system.execute_with_resilience(
                    Script(reset()), circuit_breaker_name="api", enable_retry=False
                )
        with pytest.raises(CircuitBreakerOpenError):
            system.execute_with_resilience(lambda: "fine", circuit_breaker_name="api")
        assert system.execute_with_resilience(lambda: "fine", circuit_breaker_name="billing") == "fine"

    def test_answer_by_their_fallback(self, system):
        answer = system.execute_with_resilience(
            Script(reset()), 7, retry_config=RETRY, fallback=lambda number: ["cached", number]
        )
        assert (answer, report(answer).served_by) == (["cached", 7], "fallback")

    def test_pass_arguments_on(self, system):
        def function(one, *, function):
            return [one, function]

        assert system.execute_with_resilience(function, 1, function=2) == [1, 2]

    @pytest.mark.asyncio
    async def test_of_coroutine_functions_are_awaited(self, system):
        calls = []

        async def function():
            calls.append(1)
            if len(calls) == 1:
                raise reset()
            return ["answer"]

        waiting = system.execute_with_resilience(function, circuit_breaker_name="api")
        assert calls == []
        assert await waiting == ["answer"]

    def test_of_which_the_settings_make_no_sense_are_not_made(self, system):
        function = Script("never")
        with pytest.raises(ConfigError, match=r"retry\.max_atempts: unknown key"):
            system.execute_with_resilience(function, retry_config={"max_atempts": 3})
        assert function.calls == 0


class TestChains:
    def test_of_one_name_are_one_and_their_steps_are_parts(self, system):
        chain = system.get_fallback_chain("image_quality")
        policy = {"circuit_breaker": {"failure_threshold": 1}}
        chain.add_fallback(Script(reset()), "qwen_ultra", 1.0, policy=policy)
        chain.add_fallback(Script({"image": "flux"}), "flux_high", 0.8, policy=policy)
        assert system.get_fallback_chain("image_quality") is chain
        assert [report(chain.execute({})).quality for _ in range(2)] == [0.8, 0.8]
        health = system.get_system_health()
        assert health["circuit_breakers"]["image_quality.qwen_ultra"]["state"] == "open"
        assert is_refused(system.get_circuit_breaker("image_quality.qwen_ultra"))

    def test_count_as_one_call_however_many_steps_it_took(self, system):
        chain = system.get_fallback_chain("images")
        chain.add_fallback(Script(reset()), "one")
        chain.add_fallback(Script("fine"), "two")
        chain.execute()
        statistics = system.error_analytics.get_statistics()
        assert (statistics["succeeded"], statistics["failed"]) == (1, 0)
        [event] = [event for event in system.events() if event["kind"] == "chain"]
        assert (event["chain"], event["served_by"], event["passed"]) == ("images", "two", 1)


class TestHealth:
    def test_tells_how_breakers_errors_and_the_level_stand(self, system, time):
        # The system sees each part while somebody holds it.
        api = system.get_circuit_breaker("external_api", failure_threshold=2, timeout=60)
        cache = system.get_circuit_breaker("cache")
        before = real_time.time()
        opens(api, 2)
        cache.call(lambda: "fine")
        system.graceful_degradation.degrade("load")
        time.passes(5)
        health = system.get_system_health()
        last = health["circuit_breakers"]["external_api"].pop("last_failure_time")
        assert before - 5 <= last <= real_time.time() - 5
        assert health["circuit_breakers"] == {
            "external_api": {"state": "open", "failure_count": 2, "last_failure_ago": 5, "retry_after": 55},
            "cache": {
                "state": "closed",
                "failure_count": 0,
                "last_failure_ago": None,
                "last_failure_time": None,
                "retry_after": 0,
            },
        }
        assert (health["status"], health["degradation_level"], health["error_rate"]) == (
            "degraded",
            "high",
            0,
        )
        assert [reason["path"] for reason in health["reasons"]] == [
            "circuit_breakers.external_api",
            "degradation_level",
        ]

    def test_is_in_the_debug_information_with_every_part(self, system):
        breaker = system.get_circuit_breaker("search", failure_threshold=1)
        opens(breaker)
        info = json.loads(json.dumps(system.get_debug_info()))
        assert info["parts"]["search"]["circuit_breaker"]["state"] == "open"
        assert (info["version"], info["analytics"]["errors"], info["health"]["status"]) == (1, 1, "unhealthy")

    def test_is_seen_at_a_glance(self, system):
        assert repr(system) == "<System healthy>"


class TestAnalytics:
    def test_say_what_went_wrong_and_can_be_cleared(self, system):
        opens(system.policy("search", {"retry": {"max_attempts": 2, "initial_delay": 0}}))
        analytics = system.error_analytics
        told = analytics.get_statistics()
        assert (told["errors"], told["attempts"], told["retries"]) == (2, 2, 1)
        assert (told["by_category"], told["by_source"][0]["name"]) == ({"connection": 2}, "search")
        assert len(analytics.history) == 2
        analytics.clear_history()
        assert (analytics.get_statistics()["errors"], analytics.history) == (0, [])

    def test_keep_a_bounded_history(self, time):
        system = System({"analytics": {"history": 3}}, clock=time.clock)
        opens(system.policy("search"), 5)
        assert (system.error_analytics.get_statistics()["errors"], len(system.error_analytics.history)) == (
            5,
            3,
        )

    def test_move_the_level_by_themselves_and_listeners_hear_of_it(self, time):
        system, told = System({"analytics": {"minimum_calls": 4}}, clock=time.clock), []
        system.graceful_degradation.on_change(told.append)
        opens(system.policy("search"), 4)
        [change] = told
        assert (change.before, change.after, change.cause["metric"]) == ("full", "high", "error_rate")
        time.passes(600)
        assert system.tick().after == "full"


class TestKeeping:
    def test_events_are_numbered_and_told_from_a_number_on(self, system, time):
        opens(system.get_circuit_breaker("search", failure_threshold=1))
        time.passes(2)
        system.graceful_degradation.set_level("low")
        breaker, call, level = system.events()
        assert breaker == {
            "seq": 1,
            "ago": 2,
            "kind": "breaker",
            "part": "search",
            "from": "closed",
            "to": "open",
            "reason": "consecutive_failures",
        }
        assert (call["kind"], call["stop_reason"], level["to"], level["ago"]) == (
            "call",
            "exhausted",
            "low",
            0,
        )
        assert (system.events(2), system.events(3)) == ([level], [])

    def test_a_listener_hears_of_the_calls_of_all_parts(self, time):
        events = []
        system = System(on_event=events.append, clock=time.clock)
        opens(system.get_circuit_breaker("search", failure_threshold=1))
        assert [(event.policy, event.after) for event in events if event.kind == "transition"] == [
            ("search", "open")
        ]

    def test_what_was_saved_goes_on_elsewhere(self, system):
        opens(system.policy("search"))
        system.graceful_degradation.set_level("low")
        other = System()
        other.restore(json.loads(json.dumps(system.snapshot())))
        statistics = other.error_analytics.get_statistics()
        assert (statistics["errors"], other.graceful_degradation.level) == (1, "low")
        with pytest.raises(ConfigError):
            other.restore({})

    def test_a_budget_with_a_name_is_shared_by_the_parts_that_name_it(self, system):
        budget = {"name": "all", "capacity": 5, "retry_cost": 5}
        retry = {"max_attempts": 3, "initial_delay": 0, "budget": budget}
        one, other = (system.policy(part, {"retry": retry}) for part in ("one", "other"))
        scripts = [Script(reset()), Script(reset())]
        for policy, script in zip((one, other), scripts, strict=True):
            with pytest.raises(ConnectionResetError):
                policy.call(script)
        assert [script.calls for script in scripts] == [2, 1]

    def test_sweep_lets_go_what_nobody_uses_any_more(self, time):
        system = System({"parts": {"idle": 60}}, clock=time.clock)
        kept, _ = system.policy("kept"), system.policy("gone")
        del _
        time.passes(3600)
        assert (system.sweep(), list(system.get_debug_info()["parts"])) == (1, ["kept"])
        assert kept.call(lambda: "fine") == "fine"

    def test_a_system_that_does_not_degrade_is_always_full(self, time):
        level = System({"degradation": False}, clock=time.clock).graceful_degradation
        assert (level.level, level.describe(), level.get_current_level()["percentage"]) == ("full", None, 100)
        with pytest.raises(ConfigError, match="this system does not degrade"):
            level.set_level("low")

    def test_it_goes_by_the_documents_name_too(self):
        assert ErrorHandlingSystem is System

    @pytest.mark.parametrize(
        ("document", "path"),
        [
            ({"events": -1}, "events"),
            ({"analytics": {"histroy": 3}}, "analytics.histroy"),
            ({"parts": {"most": 0}}, "parts.most"),
            ({"health": {"degraded_error_rate": 2}}, "health.degraded_error_rate"),
            ("{", ""),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, document, path):
        with pytest.raises(ConfigError) as caught:
            System(document)
        assert [problem.path for problem in caught.value.problems] == [path]
