"""Batches: partial success, bounded concurrency, and the order of items kept."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import weakref
from concurrent.futures import CancelledError

import pytest

from failsoft import (
    BatchFailure,
    BatchItem,
    BatchOutcome,
    BatchSuccess,
    ConfigError,
    Policy,
    report,
    run_batch,
)

RETRY = {"max_attempts": 2, "initial_delay": 1, "jitter": "none"}


def bad_request():
    error = ValueError("bad request")
    error.status_code = 400
    return error


def down(_item):
    raise ConnectionError("refused")


class TestPartialSuccess:
    @pytest.mark.parametrize("concurrency", [None, 1, 2])
    def test_keeps_the_order_of_the_items(self, concurrency):
        error = bad_request()

        def work(item):
            if item == "b":
                raise error
            return item.upper()

        outcome = run_batch(work, iter("abcd"), concurrency)
        assert outcome == BatchOutcome(
            successes=[BatchSuccess(0, "a", "A"), BatchSuccess(2, "c", "C"), BatchSuccess(3, "d", "D")],
            failures=[BatchFailure(1, "b", error, "invalid_request")],
            cancelled=[],
            skipped=[],
            success_rate=0.75,
        )

    @pytest.mark.asyncio
    async def test_is_the_same_for_coroutines(self):
        error = bad_request()

        async def work(item):
            await asyncio.sleep(0)
            if item == "b":
                raise error
            return item.upper()

        outcome = await run_batch(work, "abc", 2)
        assert outcome.successes == [BatchSuccess(0, "a", "A"), BatchSuccess(2, "c", "C")]
        assert outcome.failures == [BatchFailure(1, "b", error, "invalid_request")]
        assert outcome.success_rate == pytest.approx(2 / 3)

    def test_of_nothing_is_all_that_was_asked_for(self):
        assert run_batch(len, []) == BatchOutcome([], [], [], [], 1)

    def test_begins_none_after_so_many_failures(self):
        outcome = run_batch(down, [1, 2, 3, 4], 1, stop_after_failures=2)
        assert [failure.item for failure in outcome.failures] == [1, 2]
        assert outcome.skipped == [BatchItem(2, 3), BatchItem(3, 4)]
        assert outcome.success_rate == 0

    @pytest.mark.parametrize("concurrency", [1, 2])
    def test_an_item_that_cancels_itself_has_not_failed(self, concurrency):
        def work(item):
            if item == 1:
                raise CancelledError
            return item

        outcome = run_batch(work, [0, 1, 2], concurrency)
        assert (outcome.cancelled, outcome.failures) == ([BatchItem(1, 1)], [])


class TestConcurrency:
    def test_so_many_items_are_under_way_and_no_more(self):
        most, now, lock = 0, 0, threading.Lock()
        all_there = threading.Barrier(3)

        def work(item):
            nonlocal most, now
            with lock:
                now += 1
                most = max(most, now)
            all_there.wait()
            with lock:
                now -= 1
            return item

        outcome = run_batch(work, range(9), 3)
        assert (most, [success.value for success in outcome.successes]) == (3, list(range(9)))

    @pytest.mark.asyncio
    async def test_so_many_tasks_are_under_way_and_no_more(self):
        most, now = 0, 0

        async def work(item):
            nonlocal most, now
            now += 1
            most = max(most, now)
            for _ in range(9 - item):
                await asyncio.sleep(0)
            now -= 1
            return item

        outcome = await run_batch(work, range(9), 3)
        assert (most, [success.value for success in outcome.successes]) == (3, list(range(9)))

    def test_one_at_a_time_runs_in_the_thread_of_the_caller(self):
        outcome = run_batch(lambda _: threading.current_thread(), [1, 2], 1)
        assert {success.value for success in outcome.successes} == {threading.current_thread()}

    @pytest.mark.parametrize("concurrency", [1, 4])
    def test_items_see_the_context_of_the_caller(self, concurrency):
        user = contextvars.ContextVar("user")
        user.set("ann")
        outcome = run_batch(lambda _: user.get(), [1, 2], concurrency)
        assert [success.value for success in outcome.successes] == ["ann", "ann"]

    def test_thousands_of_items_are_no_burden(self):
        assert len(run_batch(abs, range(20_000), 1).successes) == 20_000


class TestPolicies:
    def test_each_item_has_the_retries_of_the_policy(self, time):
        seen = []

        def work(item):
            seen.append(item)
            if seen.count(item) == 1:
                raise ConnectionError("reset")
            return item

        policy = Policy.from_dict({"retry": RETRY, "batch": {"concurrency": 1}}, clock=time.clock)
        assert run_batch(work, "xy", policy=policy).success_rate == 1
        assert (seen, time.slept) == (["x", "x", "y", "y"], [1, 1])

    @pytest.mark.parametrize("concurrency", [1, 2])
    def test_each_error_has_the_report_of_its_own_item(self, time, concurrency):
        policy = Policy.from_dict({"retry": RETRY}, clock=time.clock)
        outcome = run_batch(down, [1, 2], concurrency, policy=policy)
        assert [report(failure.error).attempt_count for failure in outcome.failures] == [2, 2]

    @pytest.mark.parametrize("written", ["as a mapping", "as text"])
    def test_a_document_is_as_good_as_a_policy_and_its_batch_section_holds(self, written):
        policy = {"batch": {"concurrency": 1, "stop_after_failures": 1}}
        if written == "as text":
            policy = '{"batch": {"concurrency": 1, "stop_after_failures": 1}}'
        assert len(run_batch(down, [1, 2, 3], policy=policy).skipped) == 2
        assert len(run_batch(down, [1, 2, 3], policy=policy, stop_after_failures=2).skipped) == 1

    def test_what_errors_mean_is_what_the_policy_says(self):
        def broken(_item):
            raise KeyError("tenant")

        policy = {"classify": {"rules": [{"match": {"type": "KeyError"}, "then": "conflict"}]}}
        assert run_batch(broken, [1], policy=policy).failures[0].category == "conflict"


class TestInterrupts:
    @pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
    @pytest.mark.parametrize("concurrency", [1, 2])
    def test_end_the_batch_and_no_further_item_begins(self, kind, concurrency):
        seen = []

        def work(item):
            seen.append(item)
            if item == 1:
                raise kind

        with pytest.raises(kind):
            run_batch(work, range(100), concurrency)
        assert len(seen) < 10

    @pytest.mark.asyncio
    async def test_a_cancelled_batch_cancels_what_is_under_way_and_waits_for_it(self):
        begun, ended, all_there = [], [], asyncio.Event()

        async def work(item):
            begun.append(item)
            if len(begun) == 3:
                all_there.set()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                ended.append(item)

        task = asyncio.create_task(run_batch(work, range(9), 3))
        await all_there.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (begun, sorted(ended)) == ([0, 1, 2], [0, 1, 2])

    @pytest.mark.asyncio
    async def test_an_item_that_fails_while_it_is_cancelled_troubles_nobody(self):
        troubles = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context))
        begun = asyncio.Event()

        async def work(_item):
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                raise OSError("could not clean up")

        task = asyncio.create_task(run_batch(work, [1]))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gc.collect()
        await asyncio.sleep(0)
        assert troubles == []

    @pytest.mark.asyncio
    async def test_a_task_that_cancels_itself_is_one_item_of_many(self):
        async def work(item):
            if item == 1:
                asyncio.current_task().cancel()
                await asyncio.sleep(0)
            return item

        outcome = await run_batch(work, [0, 1, 2])
        assert outcome.cancelled == [BatchItem(1, 1)]
        assert [success.value for success in outcome.successes] == [0, 2]


class TestWhatMakesNoSense:
    @pytest.mark.parametrize(
        ("settings", "path"),
        [
            ({"concurrency": 0}, "batch.concurrency"),
            ({"concurrency": 2.5}, "batch.concurrency"),
            ({"stop_after_failures": -1}, "batch.stop_after_failures"),
            ({"policy": {"batch": {"parallel": 3}}}, "batch.parallel"),
            ({"policy": {"timeout": {"attempt": 1}}}, "timeout.sync"),
            ({"policy": "{"}, ""),
        ],
    )
    def test_is_refused_before_anything_is_called(self, settings, path):
        seen = []

        def work(item):
            seen.append(item)

        with pytest.raises(ConfigError) as caught:
            run_batch(work, [1], **settings)
        assert ([problem.path for problem in caught.value.problems], seen) == ([path], [])

    def test_is_what_can_not_be_called(self):
        with pytest.raises(TypeError, match="expected a function, found a str"):
            run_batch("work", [1])

    def test_is_a_policy_whose_steps_have_no_functions(self):
        with pytest.raises(TypeError, match="the step one has no function"):
            run_batch(len, ["a"], policy={"fallback": [{"name": "one"}]})

    def test_is_a_plain_function_that_answers_with_a_coroutine(self):
        async def work(item):
            return item

        with pytest.raises(TypeError, match="pass a coroutine function instead"):
            run_batch(lambda item: work([item]), [1], 1)

    def test_is_said_by_the_items_themselves(self):
        def items():
            yield 1
            raise LookupError("no more items")

        with pytest.raises(LookupError, match="no more items"):
            run_batch(len, items())


class TestFrames:
    class Local:
        """Something of the caller's that must not be kept alive."""

    @pytest.mark.parametrize("kind", ["threads", "one by one", "tasks"])
    def test_of_failed_items_go_with_the_outcome(self, kind):
        kept = []

        def work(_item):
            local = self.Local()
            kept.append(weakref.ref(local))
            raise ConnectionError("down")

        async def task(item):
            work(item)

        async def failing():
            # Inside: whoever runs a loop may refer to what its main task answers.
            return len((await run_batch(task, range(3), 2)).failures)

        gc.collect()
        gc.disable()
        try:
            if kind == "tasks":
                failures = asyncio.run(failing())
            else:
                failures = len(run_batch(work, range(3), 1 if kind == "one by one" else 2).failures)
            assert failures == 3
            assert [reference() for reference in kept] == [None, None, None]
        finally:
            gc.enable()
