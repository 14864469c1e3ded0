"""Who hears what of calls, and that no listener disturbs them."""

from __future__ import annotations

import asyncio
import functools

import pytest

import failsoft
from failsoft import Policy, with_retry


@pytest.fixture
def heard():
    """Begins to listen, and gives what is heard as (kind, attempt); ends with the test."""
    stops = []

    def listen(**wanted):
        told = []
        stops.append(failsoft.listen(lambda event: told.append((event.kind, event.attempt)), **wanted))
        return told

    yield listen
    for stop in stops:
        stop()


@pytest.fixture
def policy(time):
    return Policy(name="prices", retry={"max_attempts": 3, "jitter": False}, clock=time.clock)


class TestWhoHearsWhat:
    def test_only_what_is_off_the_happy_path_unless_asked(self, heard, policy, script):
        told = heard()
        policy.call(len, "")
        policy.call(script(ConnectionError(), "fresh"))
        assert told == [("retry", 1), ("recovered", 2)]

    def test_every_call_from_its_beginning_to_its_end(self, heard, policy, script):
        told = heard(every_call=True)
        policy.call(script(ConnectionError(), "fresh"))
        assert told == [("call_started", 1), ("retry", 1), ("recovered", 2), ("call_ended", 2)]

    def test_every_attempt(self, heard, policy, script):
        told = heard(every_attempt=True)
        policy.call(script(ConnectionError(), "fresh"))
        assert told == [
            ("call_started", 1),
            ("attempt_started", 1),
            ("retry", 1),
            ("attempt_started", 2),
            ("recovered", 2),
            ("call_ended", 2),
        ]

    def test_that_one_hears_every_call_the_others_do_not_notice(self, heard, time, script):
        own = []
        policy = Policy(
            retry={"max_attempts": 2}, clock=time.clock, on_event=lambda event: own.append(event.kind)
        )
        quiet, _ = heard(), heard(every_attempt=True)
        policy.call(script(ConnectionError(), "fresh"))
        assert (quiet, own) == ([("retry", 1), ("recovered", 2)], ["retry", "recovered"])

    def test_a_call_that_was_refused_made_no_attempt(self, heard, breaker):
        breaker.force_open()
        told = heard(every_call=True)
        with pytest.raises(failsoft.CircuitBreakerOpenError):
            breaker.call(len, "")
        assert told == [("call_started", 1), ("refused", 0), ("call_ended", 0)]

    def test_a_function_that_answers_with_a_coroutine_is_followed_there(self, heard, policy):
        async def fetch():
            return "fresh"

        told = heard(every_attempt=True)
        coroutine = policy.call(functools.partial(lambda fetch: fetch(), fetch))
        before = [kind for kind, _ in told]
        assert asyncio.run(coroutine) == "fresh"
        assert before == ["call_started", "attempt_started", "call_left"]
        assert told[3:] == [("call_resumed", 1), ("call_ended", 1)]

    def test_a_block_that_is_left_between_attempts_has_ended(self, heard, policy):
        told = heard(every_call=True)
        for attempt in policy.attempts():
            with attempt:
                raise ConnectionError
            break
        assert told == [("call_started", 1), ("retry", 1), ("call_ended", 1)]

    def test_a_call_that_is_cancelled_while_it_waits_ends_under_its_own_name(self, time, down):
        def sleep(_):
            raise KeyboardInterrupt

        labels = []
        stop = failsoft.listen(lambda event: labels.append((event.kind, event.label)), every_call=True)
        clock = failsoft.Clock(now=time.clock.now, sleep=sleep)
        with pytest.raises(KeyboardInterrupt):
            with_retry(clock=clock)(down)()
        stop()
        name = down.__qualname__
        assert labels == [("call_started", name), ("retry", name), ("call_ended", name)]

    def test_who_has_stopped_hears_nothing_and_calls_are_light_again(self, time):
        told = []
        stop = failsoft.listen(told.append, every_call=True)
        stop()
        Policy(clock=time.clock).call(len, "")
        assert told == []
        assert not failsoft._events.hears_all()


class TestVerdicts:
    def test_an_event_knows_which_rule_decided(self, policy, script):
        verdicts = []
        stop = failsoft.listen(lambda event: verdicts.append((event.kind, event.verdict)))
        with pytest.raises(ValueError):
            policy.call(script(ConnectionError("refused"), ValueError()))
        stop()
        assert verdicts == [
            ("retry", failsoft.classify(ConnectionError("refused"))),
            ("gave_up", failsoft.classify(ValueError())),
        ]

    def test_an_event_without_an_error_has_none(self, breaker):
        verdicts = []
        stop = failsoft.listen(lambda event: verdicts.append(event.verdict))
        breaker.force_open()
        stop()
        assert verdicts == [None]


class TestListenersThatMisbehave:
    def test_one_that_raises_is_logged_and_the_others_hear(self, heard, policy, script, lines):
        def broken(_event):
            raise RuntimeError("password=hunter2-hunter2")

        stop = failsoft.listen(broken)
        told = heard()
        assert policy.call(script(ConnectionError(), "fresh")) == "fresh"
        stop()
        assert told == [("retry", 1), ("recovered", 2)]
        errors = [text for level, text in lines() if level == "ERROR"]
        assert len(errors) == 2
        assert "hunter2" not in "".join(errors)

    # mode: listener that re-enters
    def test_one_that_calls_what_it_hears_of_is_not_told_of_that(self, policy, down):
        told = []

        def notify(event):
            told.append(event.kind)
            with pytest.raises(ConnectionError):
                policy.call(down)

        stop = failsoft.listen(notify)
        with pytest.raises(ConnectionError):
            policy.call(down)
        stop()
        assert told == ["retry", "retry", "gave_up"]

    def test_what_it_calls_the_others_are_told_of(self, heard, policy, down):
        def notify(_event):
            with pytest.raises(ConnectionError):
                policy.call(down)

        stop = failsoft.listen(notify)
        told = heard()
        with pytest.raises(ConnectionError):
            policy.call(down)
        stop()
        assert len(told) == 3 + 3 * 3

    def test_one_that_takes_itself_back_hears_nothing_more(self, heard, policy, script):
        told = []

        def once(event):
            told.append(event.kind)
            stop()

        stop = failsoft.listen(once)
        others = heard()
        policy.call(script(ConnectionError(), ConnectionError(), "fresh"))
        assert told == ["retry"]
        assert others == [("retry", 1), ("retry", 2), ("recovered", 3)]

    def test_one_that_listens_twice_is_told_twice_and_taken_back_once_each(self, policy, script):
        told = []
        listener = functools.partial(list.append, told)
        first, second = failsoft.listen(listener), failsoft.listen(listener)
        first()
        first()
        policy.call(script(ConnectionError(), "fresh"))
        second()
        assert [event.kind for event in told] == ["retry", "recovered"]

    def test_what_cannot_be_called_is_refused(self):
        with pytest.raises(TypeError, match="expected something to call, found a int"):
            failsoft.listen(3)
