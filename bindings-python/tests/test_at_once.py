"""Retries without a wait: the shortest way is the same as the long one, but for its length."""

from __future__ import annotations

import asyncio
import logging

import pytest

import failsoft
from failsoft import CircuitBreaker, Policy, with_retry

AT_ONCE = {"max_attempts": 4, "initial_delay": 0, "jitter": "none"}


@pytest.fixture(params=["unheard", "heard"])
def at_once(request, time):
    """A policy that retries at once; on the short way, and on the long one."""
    listeners = {"heard": lambda _event: None, "unheard": None}
    logging.getLogger("failsoft").addHandler(nobody := logging.NullHandler())
    yield Policy(retry=AT_ONCE, clock=time.clock, on_event=listeners[request.param])
    logging.getLogger("failsoft").removeHandler(nobody)


def told(outcome):
    """What the report says, in short."""
    report = failsoft.report(outcome)
    categories = [attempt.verdict and attempt.verdict.category for attempt in report.attempts]
    return (report.attempt_count, categories, report.stop_reason, report.served_by)


def test_the_second_attempt_answers(at_once, script, time):
    result = ["fresh"]
    fetch = script(ConnectionError(), result)
    assert at_once(fetch)() is result
    assert told(result) == (2, ["connection", None], "success", "function")
    assert time.slept == []


def test_every_attempt_fails(at_once, script):
    errors = [ConnectionError(str(number)) for number in range(4)]
    with pytest.raises(ConnectionError) as caught:
        at_once(script(*errors))()
    assert caught.value is errors[3]
    assert told(errors[3]) == (4, ["connection"] * 4, "exhausted", None)
    assert [error.__context__ for error in errors] == [None] * 4


def test_the_second_attempt_fails_for_good(at_once, script):
    error = PermissionError("not yours")
    with pytest.raises(PermissionError):
        at_once(script(ConnectionError(), error))()
    assert told(error) == (2, ["connection", "auth"], "permanent", None)


def test_the_second_attempt_is_interrupted(at_once, script):
    with pytest.raises(KeyboardInterrupt):
        at_once(script(ConnectionError(), KeyboardInterrupt()))()


def test_a_result_that_all_calls_share_has_no_report_and_ends_the_last_one(at_once, script):
    result = ["fresh"]
    at_once(script(ConnectionError(), result))()
    assert at_once(script(ConnectionError(), None))() is None
    assert (failsoft.report(None), failsoft.report(result)) == (None, None)


def test_arguments_are_passed_on(at_once):
    calls = []

    @at_once
    def fetch(*args, **kwargs):
        calls.append((args, kwargs))
        if len(calls) == 1:
            raise ConnectionError
        return "fresh"

    assert fetch(1, b=2) == "fresh"
    assert calls == [((1,), {"b": 2})] * 2


@pytest.mark.asyncio
async def test_a_coroutine_is_made_again(at_once, script):
    result = ["fresh"]
    play = script(ConnectionError(), result)

    @at_once
    async def fetch():
        return play()

    assert await fetch() is result
    assert told(result) == (2, ["connection", None], "success", "function")


@pytest.mark.asyncio
async def test_a_coroutine_may_be_cancelled_in_its_second_attempt(at_once, script):
    play = script(ConnectionError(), asyncio.CancelledError())

    @at_once
    async def fetch():
        return play()

    with pytest.raises(asyncio.CancelledError):
        await fetch()


@pytest.mark.asyncio
async def test_a_plain_function_may_answer_with_a_coroutine_the_second_time(at_once):
    async def answer():
        return "fresh"

    calls = []

    @at_once
    def fetch():
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionError
        return answer()

    assert await fetch() == "fresh"


def test_a_fallback_answers_when_all_have_failed(time, down):
    fetch = Policy(retry=AT_ONCE, clock=time.clock, fallback=lambda: "stale")(down)
    assert fetch() == "stale"


def test_a_breaker_that_opens_on_the_first_failure_stops_it(time, script):
    breaker = CircuitBreaker(failure_threshold=1, clock=time.clock)
    fetch = script(ConnectionError(), "fresh")
    with pytest.raises(ConnectionError):
        Policy(retry=AT_ONCE, circuit_breaker=breaker)(fetch)()
    assert (fetch.calls, breaker.is_open) == (1, True)


def test_successes_after_it_close_the_gap_that_it_made(time, script):
    breaker = CircuitBreaker(failure_threshold=2, clock=time.clock)
    guarded = Policy(retry=AT_ONCE, circuit_breaker=breaker)(
        script(ConnectionError(), "fresh", ConnectionError(), "fresh")
    )
    assert [guarded(), breaker.failure_count, guarded(), breaker.is_open] == ["fresh", 0, "fresh", False]


def test_the_budget_pays_for_it(time, down):
    policy = Policy(retry={**AT_ONCE, "budget": {"capacity": 10, "retry_cost": 5}}, clock=time.clock)
    fetch = policy(down)
    reasons, counts = [], []
    for _ in range(2):
        with pytest.raises(ConnectionError) as caught:
            fetch()
        report = failsoft.report(caught.value)
        reasons.append(report.stop_reason)
        counts.append(report.attempt_count)
    assert (reasons, counts) == (["budget", "budget"], [3, 1])


def test_a_wait_is_waited_for(time, script):
    fetch = with_retry(clock=time.clock, initial_delay=1, jitter="none")(script(ConnectionError(), "fresh"))
    assert (fetch(), time.slept) == ("fresh", [1.0])


class TestLines:
    @pytest.fixture(autouse=True)
    def _usual(self, time):
        self.logger = logging.getLogger("failsoft")
        self.logger.addHandler(nobody := logging.NullHandler())
        self.policy = Policy(name="prices", retry=AT_ONCE, clock=time.clock)
        self.records = []
        yield
        self.logger.removeHandler(nobody)

    def retries(self, script):
        root = logging.getLogger()
        # Without what pytest puts there to read lines.
        kept = root.handlers
        root.handlers = [handler for handler in kept if handler.name == "reader"]
        try:
            assert self.policy(script(ConnectionError(), "fresh"))() == "fresh"
        finally:
            root.handlers = kept
        return [record.getMessage() for record in self.records]

    def reader(self):
        reader = logging.Handler()
        reader.name = "reader"
        reader.emit = self.records.append
        return reader

    LINE = "prices: attempt 1 of 4 failed (connection: ConnectionError), retrying in 0 s"

    def test_that_nobody_reads_are_not_written(self, script, monkeypatch):
        monkeypatch.setattr(self.logger, "makeRecord", pytest.fail)
        assert self.retries(script) == []

    def test_of_a_logger_that_hands_nothing_on_are_for_its_own_readers(self, script, monkeypatch):
        logging.getLogger().addHandler(above := self.reader())
        monkeypatch.setattr(self.logger, "propagate", False)
        try:
            assert self.retries(script) == []
            self.logger.addHandler(reader := self.reader())
            assert self.retries(script) == [self.LINE]
        finally:
            logging.getLogger().removeHandler(above)
            self.logger.removeHandler(reader)

    @pytest.mark.parametrize("name", ["failsoft", None])
    def test_are_written_for_whoever_comes_to_read_them(self, script, name):
        self.retries(script)
        logger = logging.getLogger(name)
        logger.addHandler(reader := self.reader())
        try:
            assert self.retries(script) == [self.LINE]
        finally:
            logger.removeHandler(reader)
        assert self.retries(script) == [self.LINE]

    def test_are_written_for_a_filter(self, script):
        self.logger.addFilter(self.records.append)
        try:
            assert self.retries(script) == [self.LINE]
        finally:
            self.logger.removeFilter(self.records.append)

    def test_are_written_for_who_stands_in_front_of_the_handlers(self, script, monkeypatch):
        def call_handlers(_logger, record):
            self.records.append(record)

        monkeypatch.setattr(logging.Logger, "callHandlers", call_handlers)
        assert self.retries(script) == [self.LINE]

    def test_of_another_level_are_written_as_soon_as_it_is_set(self, script):
        self.logger.addHandler(reader := self.reader())
        try:
            self.retries(script)
            self.logger.setLevel(logging.INFO)
            assert self.retries(script) == [self.LINE, self.LINE, "prices: succeeded on attempt 2"]
        finally:
            self.logger.setLevel(logging.NOTSET)
            self.logger.removeHandler(reader)
