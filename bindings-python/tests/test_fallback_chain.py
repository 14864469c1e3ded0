"""Fallback chains: which step answers, what is passed over, and what comes out when none does."""

from __future__ import annotations

import asyncio
import json
import sys
import threading

import pytest

from failsoft import (
    CircuitBreakerOpenError,
    ConfigError,
    FailsoftError,
    FallbackChain,
    FallbackExhaustedError,
    report,
)
from support import Script


def reset():
    return ConnectionResetError("connection reset by peer")


@pytest.fixture
def chain(time):
    """A chain of the given steps: each a name, a function, and what :meth:`add_fallback` takes beside."""

    def make(*steps, on_event=None, **settings):
        made = FallbackChain("content", clock=time.clock, on_event=on_event, **settings)
        for name, function, *rest in steps:
            made.add_fallback(function, name, **(rest[0] if rest else {}))
        return made

    return make


def passed(outcome):
    return [(step.name, step.why) for step in report(outcome).passed]


class TestWhoAnswers:
    def test_the_first_step_that_answers_and_the_report_says_at_what_quality_and_cost(self, chain):
        answering = chain(
            ("gpt", Script(reset()), {"expected_quality": 0.99, "cost": 0.1}),
            ("claude", Script({"text": "hello"}), {"expected_quality": 0.95, "cost": 0.05}),
            ("local", Script("never")),
        )
        answer = answering.execute("a story")
        told = report(answer)
        assert answer == {"text": "hello"}
        assert (told.served_by, told.quality, told.cost) == ("claude", 0.95, 0.05)
        assert (told.stop_reason, told.attempt_count) == ("success", 1)
        [step] = told.passed
        assert (step.name, step.why, step.verdict.category) == ("gpt", "failed", "connection")

    def test_steps_are_called_with_the_arguments_of_the_chain(self, chain):
        answering = chain(("only", lambda *args, **kwargs: [args, kwargs]))
        assert answering.execute("id", deep=True) == [("id",), {"deep": True}]

    def test_a_decorated_function_is_a_step_under_its_own_name(self, time):
        chain = FallbackChain(clock=time.clock)

        @chain.add_fallback
        def cached():
            return ["old"]

        chain.execute()
        assert chain.get_statistics()["last_successful_fallback"] == "cached"
        assert cached() == ["old"]

    def test_a_step_is_retried_under_its_own_policy_before_the_chain_goes_on(self, chain, time):
        one = Script(reset())
        policy = {"retry": {"max_attempts": 3, "initial_delay": 1, "jitter": "none"}}
        answering = chain(("one", one, {"policy": policy}), ("two", Script("fine")))
        assert answering.execute() == "fine"
        assert (one.calls, time.slept) == (3, [1, 2])

    def test_it_learns_which_step_works_best(self, chain):
        premium = Script(reset())
        answering = chain(
            ("premium", premium), ("basic", Script("fine")), order="success", minimum_calls=2, history=10
        )
        for _ in range(6):
            answering.execute()
        assert premium.calls < 6
        positions = {step["name"]: step["position"] for step in answering.get_statistics()["steps"]}
        assert positions == {"premium": 2, "basic": 1}


class TestWhatIsPassedOver:
    def test_a_step_whose_breaker_is_open_until_its_wait_is_over(self, chain, time):
        one = Script(reset(), "back")
        policy = {"circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 10}}
        answering = chain(("one", one, {"policy": policy}), ("two", lambda: {"from": "two"}))
        answering.execute()
        assert passed(answering.execute()) == [("one", "benched")]
        assert one.calls == 1
        time.passes(10)
        assert answering.execute() == "back"

    def test_a_step_whose_own_rate_limit_refuses_it(self, chain):
        answering = chain(
            ("one", Script("one"), {"policy": {"rate_limit": {"rate": 1, "per": 60}}}),
            ("two", Script(reset())),
        )
        assert answering.execute() == "one"
        with pytest.raises(ConnectionResetError) as caught:
            answering.execute()
        assert passed(caught.value) == [("one", "benched"), ("two", "failed")]
        assert report(caught.value).retry_after == 60

    @pytest.mark.asyncio
    async def test_a_step_that_its_own_full_bulkhead_refuses(self, chain):
        go_on = asyncio.Event()

        async def hanging():
            await go_on.wait()
            return ["one"]

        async def two():
            return ["two"]

        policy = {"bulkhead": {"max_concurrent": 1, "max_queue": 0}}
        answering = chain(("one", hanging, {"policy": policy}), ("two", two))
        first = asyncio.create_task(answering.execute())
        await asyncio.sleep(0)
        assert passed(await answering.execute()) == [("one", "benched")]
        go_on.set()
        assert await first == ["one"]

    @pytest.mark.parametrize("raised", ["by itself", "by a breaker"])
    def test_a_step_in_which_an_open_breaker_refuses(self, chain, breaker, raised):
        def one():
            if raised == "by itself":
                raise CircuitBreakerOpenError("hunyuan", 9)
            return breaker.call(lambda: "never")

        breaker.force_open()
        answering = chain(("hunyuan", one), ("wan", lambda: {"video": True}))
        assert passed(answering.execute()) == [("hunyuan", "benched")]

    def test_when_no_step_can_be_tried_the_error_says_when_one_can(self, chain, time):
        policy = {"circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 10}}
        answering = chain(("only", Script(reset()), {"policy": policy}))
        with pytest.raises(ConnectionResetError):
            answering.execute()
        time.passes(4)
        with pytest.raises(FallbackExhaustedError) as caught:
            answering.execute()
        told = report(caught.value)
        assert str(caught.value) == "no step of the fallback chain content can be tried: retry in 6 s"
        assert (caught.value.retry_after, told.retry_after) == (6, 6)
        assert (told.attempt_count, told.stop_reason) == (0, "all_benched")


class TestWhatComesOut:
    def test_of_steps_that_all_fail_the_last_ones_own_error(self, chain):
        errors = [reset(), reset()]
        failing = chain(("one", Script(errors[0])), ("two", Script(errors[1])))
        with pytest.raises(ConnectionResetError) as caught:
            failing.execute()
        told = report(caught.value)
        assert caught.value is errors[1]
        assert (told.served_by, told.stop_reason) == (None, "exhausted")
        assert passed(caught.value) == [("one", "failed"), ("two", "failed")]

    def test_a_bad_request_ends_the_call_as_another_step_would_only_hide_it(self, chain):
        error, second = ValueError("bad request"), Script("never")
        error.status_code = 400
        failing = chain(("one", Script(error)), ("two", second))
        with pytest.raises(ValueError) as caught:
            failing.execute()
        assert caught.value is error
        assert second.calls == 0

    def test_what_ends_a_call_can_be_said_of_each_step(self, chain):
        error = ValueError("bad request")
        error.status_code = 400
        going_on = chain(("one", Script(error), {"fail_now": ["auth"]}), ("two", Script("fine")))
        assert going_on.execute() == "fine"

    def test_an_interrupt_passes_through_and_no_further_step_begins(self, chain):
        two = Script("never")
        interrupted = chain(("one", Script(KeyboardInterrupt())), ("two", two))
        with pytest.raises(KeyboardInterrupt):
            interrupted.execute()
        statistics = interrupted.get_statistics()
        assert (two.calls, statistics["calls"], statistics["abandoned"]) == (0, 1, 1)


class TestCoroutines:
    @pytest.mark.asyncio
    async def test_steps_of_both_kinds_make_one_coroutine(self, chain):
        async def one(_topic):
            raise reset()

        answering = chain(("one", one), ("two", lambda topic: {"topic": topic}))
        answer = await answering.execute("time")
        assert (answer, report(answer).served_by) == ({"topic": "time"}, "two")

    @pytest.mark.asyncio
    async def test_a_plain_function_may_answer_with_one(self, chain):
        async def fetch(_topic, _retry):
            raise reset()

        answering = chain(("one", lambda topic: fetch(topic, 1)), ("two", lambda topic: [topic]))
        answer = await answering.execute("time")
        assert (answer, report(answer).served_by) == (["time"], "two")

    def test_nothing_happens_before_it_is_awaited(self, chain):
        async def one():
            return 1

        answering = chain(("one", one))
        answering.execute().close()
        assert answering.get_statistics()["calls"] == 0

    @pytest.mark.asyncio
    async def test_a_cancelled_call_begins_no_further_step(self, chain):
        begun, two = asyncio.Event(), Script("never")

        async def one():
            begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(chain(("one", one), ("two", two)).execute())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert two.calls == 0

    @pytest.mark.asyncio
    async def test_a_call_that_is_cancelled_while_a_step_waits_gives_its_place_back(self, time):
        waiting = asyncio.Event()

        async def sleep(_seconds):
            waiting.set()
            await asyncio.Event().wait()

        async def one():
            raise reset()

        clock = type(time.clock)(now=time.clock.now, sleep=time.sleep, sleep_async=sleep)
        chain = FallbackChain("content", clock=clock)
        chain.add_fallback(one, policy={"retry": {}})
        task = asyncio.create_task(chain.execute())
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        statistics = chain.get_statistics()
        assert (statistics["calls"], statistics["abandoned"]) == (1, 1)


class TestSharing:
    def test_threads_that_make_the_first_calls_share_the_breakers_of_the_steps(self, chain):
        one, start, interval = Script(reset()), threading.Barrier(8), sys.getswitchinterval()
        policy = {"circuit_breaker": {"failure_threshold": 8, "recovery_timeout": 60}}
        answering = chain(("one", one, {"policy": policy}), ("two", lambda: ["two"]))
        answers = []

        def work():
            start.wait()
            answers.extend(answering.execute() for _ in range(50))

        sys.setswitchinterval(1e-6)
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
        statistics = answering.get_statistics()
        assert answers == [["two"]] * 400
        assert (statistics["calls"], statistics["served"]) == (400, 400)
        # Each thread may be in its last failing call when the breaker opens.
        assert 8 <= one.calls <= 16

    def test_what_was_saved_goes_on_elsewhere(self, chain):
        steps = (("one", Script(reset())), ("two", Script("fine")))
        first, other = chain(*steps), chain(*steps)
        first.execute()
        other.restore(json.loads(json.dumps(first.snapshot())))
        assert other.get_statistics() == first.get_statistics()
        with pytest.raises(ConfigError):
            other.restore({})


class TestTelling:
    def test_who_listens_hears_of_a_step_that_stood_in(self, chain):
        events = []
        standing_in = chain(
            ("one", Script(reset(), "fine")),
            ("two", Script("old")),
            on_event=events.append,
        )
        standing_in.execute()
        standing_in.execute()
        assert [(event.kind, event.message) for event in events] == [
            ("fell_back", "content: answered by its fallback two")
        ]

    def test_who_listens_hears_which_step_failed_last(self, chain):
        events = []
        error = ValueError("bad request")
        error.status_code = 400
        failing = chain(("one", Script(error)), ("two", Script("never")), on_event=events.append)
        with pytest.raises(ValueError):
            failing.execute()
        assert [event.message for event in events] == [
            "content: its fallback one failed (ValueError: bad request)"
        ]


class TestWhatMakesNoSense:
    def test_is_refused_when_the_step_is_added(self, chain):
        made = chain(("one", Script("fine")))
        wrong = {
            "fallback.steps[1].quality": {"name": "two", "expected_quality": 2},
            "fallback.steps[1].name": {"name": "one"},
            "fallback.steps[1].policy.retry.jitter": {"name": "two", "policy": {"retry": {"jitter": "ful"}}},
            "fallback.steps[1].fail_now": {"name": "two", "fail_now": "auht"},
        }
        for path, step in wrong.items():
            with pytest.raises(ConfigError) as caught:
                made.add_fallback(len, **step)
            assert [problem.path for problem in caught.value.problems] == [path]
        assert made.execute() == "fine"

    def test_is_what_can_not_be_called(self, chain):
        with pytest.raises(TypeError, match="expected a function, found a int"):
            chain(("one", 42))

    def test_is_a_chain_without_steps(self, chain):
        with pytest.raises(ConfigError) as caught:
            chain().execute()
        assert str(caught.value) == "fallback.steps: no steps (expected one at least)"

    def test_is_a_step_that_comes_late(self, chain):
        made = chain(("one", Script("fine")))
        made.execute()
        with pytest.raises(FailsoftError, match="in use already"):
            made.add_fallback(len, "late")
