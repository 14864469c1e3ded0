"""What happens to calls, for those who listen."""

from __future__ import annotations

import asyncio
import threading

import pytest

import failsoft
from failsoft import CircuitBreaker, Policy, listen, with_retry
from support import Script

RETRY = {"max_attempts": 2, "initial_delay": 1, "jitter": "none"}


@pytest.fixture
def events():
    """What everybody's calls have come to so far, as events."""
    heard = []
    stop = listen(heard.append)
    yield heard
    stop()


@pytest.fixture
def every_call():
    heard = []
    stop = listen(heard.append, every_call=True)
    yield heard
    stop()


@pytest.fixture
def prices(time):
    return Policy(name="prices", retry=RETRY, circuit_breaker={"failure_threshold": 9}, clock=time.clock)


def of(event, *names):
    return tuple(getattr(event, name) for name in names)


class TestKinds:
    def test_a_retry_and_a_recovery(self, prices, events):
        error = ConnectionError("refused")
        prices.call(Script(error, "answer"))
        retry, recovered = events
        assert of(retry, "kind", "level", "policy", "attempt", "max_attempts", "wait", "category") == (
            "retry",
            30,
            "prices",
            1,
            2,
            1,
            "connection",
        )
        assert retry.error is error
        assert of(recovered, "kind", "level", "attempt", "error") == ("recovered", 20, 2, None)
        assert retry.call is recovered.call is not None

    def test_giving_up_and_the_fallback(self, time, events):
        policy = Policy(name="prices", retry=RETRY, fallback=lambda: ["cached"], clock=time.clock)
        policy.call(Script(ValueError("bad")))
        gave_up, fell_back = events
        assert of(gave_up, "kind", "level", "reason") == ("gave_up", 40, "permanent")
        assert of(fell_back, "kind", "level", "served_by") == ("fell_back", 20, fell_back.served_by)
        assert fell_back.message == f"prices: answered by its fallback {fell_back.served_by}"

    def test_a_breaker_that_opens_and_closes_and_what_it_refuses(self, time, events):
        breaker = CircuitBreaker("db", failure_threshold=1, recovery_timeout=60, clock=time.clock)
        with pytest.raises(ConnectionError):
            breaker.call(Script(ConnectionError("refused")))
        with pytest.raises(failsoft.CircuitBreakerOpenError):
            breaker.call(Script("never"))
        time.passes(60)
        breaker.call(Script("fine"))
        states = [of(event, "before", "after", "reason") for event in events if event.kind == "transition"]
        assert states == [
            ("closed", "open", "consecutive_failures"),
            ("open", "half_open", "recovery_timeout"),
            ("half_open", "closed", "probes_succeeded"),
        ]
        # A transition is nobody's call.
        assert {event.call for event in events if event.kind == "transition"} == {None}

    def test_each_has_a_line_of_its_own(self, prices, events):
        prices.call(Script(ConnectionError("refused"), "answer"))
        assert [event.message for event in events] == [
            "prices: attempt 1 of 2 failed (connection: ConnectionError: refused), retrying in 1 s",
            "prices: succeeded on attempt 2",
        ]
        assert repr(events[1]) == "<Event recovered: prices: succeeded on attempt 2>"


class TestEveryCall:
    def test_its_beginning_and_its_end_are_heard_on_request(self, prices, every_call, time):
        prices.call(Script("fine"))
        time.passes(3)
        with pytest.raises(ConnectionError):
            prices.call(Script(ConnectionError("refused")))
        bounds = [event for event in every_call if event.kind in {"call_started", "call_ended"}]
        assert [of(event, "kind", "served_by", "reason", "elapsed", "category") for event in bounds] == [
            ("call_started", None, None, None, None),
            ("call_ended", "function", "success", 0, None),
            ("call_started", None, None, None, None),
            ("call_ended", None, "exhausted", 1, "connection"),
        ]
        assert bounds[0].call is bounds[1].call
        assert bounds[1].call is not bounds[2].call

    def test_even_of_functions_that_were_decorated_before(self, time, every_call):
        fetch = with_retry(clock=time.clock)(lambda: "fine")
        fetch()
        assert [event.kind for event in every_call] == ["call_started", "call_ended"]

    def test_a_cancelled_call_has_an_end_too(self, prices, every_call):
        async def hang():
            await asyncio.Event().wait()

        async def main():
            task = asyncio.create_task(prices.call(hang))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        assert [of(event, "kind", "reason") for event in every_call] == [
            ("call_started", None),
            ("call_ended", "cancelled"),
        ]

    def test_a_step_that_answers_is_named(self, time, every_call):
        policy = Policy.from_dict(
            {"name": "images", "fallback": [{"name": "cached"}]},
            fallbacks={"cached": lambda: ["old"]},
            clock=time.clock,
        )
        policy.call(Script(ConnectionError("refused")))
        assert every_call[-1].served_by == "cached"


class TestListeners:
    # mode: listener that throws
    def test_that_raise_break_nothing_and_the_others_hear_all_the_same(self, prices, events, lines):
        def broken(_event):
            raise RuntimeError("token=abc123def456")

        stop = listen(broken)
        assert prices.call(Script(ConnectionError("refused"), "answer")) == "answer"
        stop()
        assert [event.kind for event in events] == ["retry", "recovered"]
        failures = [text for level, text in lines() if text.startswith("a listener failed")]
        assert len(failures) == 2
        assert failures[0].endswith("broken (RuntimeError: token=[redacted])")

    def test_may_make_calls_of_their_own_and_hear_nothing_of_those(self, prices, time):
        inner = Policy(name="audit", retry=RETRY, clock=time.clock)
        heard = []

        def audit(event):
            heard.append(event.label)
            if event.policy == "prices":
                inner.call(Script(ConnectionError("refused"), "noted"))

        stop = listen(audit)
        prices.call(Script(ConnectionError("refused"), "answer"))
        stop()
        assert heard == ["prices", "prices"]

    # mode: listener that re-enters
    def test_may_read_and_reset_the_breaker_that_they_hear_of(self, time):
        states = []

        def reset(event):
            if event.kind == "transition" and event.after == "open":
                states.append(breaker.state.value)
                breaker.reset()

        breaker = CircuitBreaker("db", failure_threshold=1, on_event=reset, clock=time.clock)
        with pytest.raises(ConnectionError):
            breaker.call(Script(ConnectionError("refused")))
        assert (states, breaker.state.value) == (["open"], "closed")

    def test_may_go_while_they_are_told(self, prices):
        heard = []

        def once(event):
            heard.append(event.kind)
            stop()

        stop = listen(once)
        prices.call(Script(ConnectionError("refused"), "answer"))
        stop()
        assert heard == ["retry"]

    def test_come_and_go_each_for_itself(self, prices):
        heard = []
        stops = [listen(heard.append), listen(heard.append)]
        stops[0]()
        prices.call(Script(ConnectionError("refused"), "answer"))
        stops[1]()
        prices.call(Script(ConnectionError("refused"), "answer"))
        assert [event.kind for event in heard] == ["retry", "recovered"]

    def test_of_one_policy_hear_of_no_other(self, time):
        heard = []
        one = Policy(name="one", retry=RETRY, on_event=heard.append, clock=time.clock)
        other = Policy(name="other", retry=RETRY, clock=time.clock)
        for policy in (one, other):
            policy.call(Script(ConnectionError("refused"), "answer"))
        assert {event.policy for event in heard} == {"one"}

    def test_are_told_in_the_thread_that_makes_the_call(self, prices):
        heard = []
        stop = listen(lambda event: heard.append((threading.current_thread(), event.call)))
        threads = [
            threading.Thread(target=prices.call, args=(Script(ConnectionError("refused"), "answer"),))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stop()
        assert {thread for thread, _ in heard} == set(threads)
        calls = {thread: {id(call) for told, call in heard if told is thread} for thread in threads}
        assert [len(ids) for ids in calls.values()] == [1] * 8

    def test_are_functions(self):
        with pytest.raises(TypeError, match="expected something to call, found a str"):
            listen("print")


class TestSecrets:
    # mode: secret in a log
    def test_never_get_into_a_message_nor_can_a_line_be_forged(self, prices, events):
        prices.call(Script(ConnectionError("https://ann:hunter2@example.com/\x1b[2J\nforged"), "answer"))
        message = events[0].message
        assert "hunter2" not in message
        assert "\n" not in message
        assert "\x1b" not in message
