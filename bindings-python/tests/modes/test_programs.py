"""How listeners, registries, logs and endings elsewhere failed in production (``docs/reliability.md``), tried here."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import subprocess
import sys
import textwrap
import threading

import pytest

import failsoft
from failsoft import CircuitBreaker, CircuitBreakerOpenError, Policy, System, listen
from support import FakeTime, Script


def down():
    return ConnectionResetError("connection reset by peer")


def everything(**options):
    """Calls that make every event off the happy path; what came of each, and how the breaker stood after it."""
    time = FakeTime()
    retry = {"max_attempts": 2, "initial_delay": 1, "jitter": False}
    breaker = CircuitBreaker("prices", failure_threshold=4, recovery_timeout=60, clock=time.clock, **options)
    outcomes = []
    for script, fallback, wait in (
        (Script(down(), "recovered"), None, 0),
        (Script(ValueError("bad")), None, 0),
        (Script(ValueError("bad")), lambda: "cached", 0),
        (Script(ValueError("bad")), Script(LookupError("no cache")), 0),
        (Script(down()), None, 0),
        (Script(down()), None, 0),
        (Script("refused"), None, 0),
        (Script("back"), None, 60),
    ):
        time.passes(wait)
        policy = Policy(
            name="prices",
            retry=retry,
            circuit_breaker=breaker,
            fallback=fallback,
            clock=time.clock,
            **options,
        )
        try:
            said = policy.call(script)
        except Exception as error:
            said = repr(error)
        outcomes.append((said, script.calls, breaker.state.value, breaker.failure_count, time.now))
    breaker.force_open()
    breaker.reset()
    return outcomes


# mode: listener that throws
@pytest.mark.parametrize("listens", ["policy", "everybody"])
def test_a_listener_that_raises_at_every_event_changes_no_result_and_no_state(listens):
    told, raised = [], []

    def broken(event):
        raised.append(event.kind)
        raise RuntimeError("broken listener")

    quiet = everything(on_event=lambda event: told.append(event.kind))
    if listens == "policy":
        assert everything(on_event=broken) == quiet == everything()
        assert raised == told
    else:
        stop = listen(broken, every_attempt=True)
        assert everything() == quiet
        stop()
        assert set(raised) == {*told, "call_started", "attempt_started", "call_ended"}
    kinds = {"retry", "gave_up", "refused", "recovered", "fell_back", "fallback_failed", "transition"}
    assert kinds <= set(told)


# mode: listener that re-enters
def test_a_listener_may_read_reset_hold_and_call_and_its_changes_are_a_chain(time):
    changes = []

    def meddles(event):
        if event.kind == "transition":
            changes.append((event.before, event.after))
            breaker.snapshot()
            breaker.force_open()
            breaker.reset()
            breaker.call(len, "")

    breaker = CircuitBreaker("prices", failure_threshold=1, clock=time.clock)
    stop = listen(meddles)
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            breaker.call(Script(down()))
    breaker.force_open()
    stop()
    # What it causes by itself it is not told of; what comes next begins where that ended.
    assert changes == [("closed", "open"), ("closed", "open"), ("closed", "forced_open")]
    assert breaker.call(len, "") == 0


def program(text):
    """What a program of its own prints, and how it ends."""
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", textwrap.dedent(text)], capture_output=True, text=True, timeout=60, check=False
    )
    return ended.returncode, ended.stdout, ended.stderr


# mode: program that does not end
def test_a_program_ends_by_itself_with_a_breaker_open_and_an_attempt_that_hangs():
    ended = program("""
        import asyncio, logging, threading
        import failsoft

        logging.disable()
        breaker = failsoft.CircuitBreaker("prices", failure_threshold=1, recovery_timeout=3600)
        def down():
            raise ConnectionError
        try:
            breaker.call(down)
        except ConnectionError:
            print(breaker.state.value)
        try:
            failsoft.Policy(timeout={"attempt": "1ms", "sync": "thread"}).call(threading.Event().wait)
        except failsoft.AttemptTimeoutError as error:
            print(error)

        async def main():
            async def fetch():
                raise ConnectionError
            asyncio.ensure_future(failsoft.with_retry(initial_delay=3600, max_delay=3600)(fetch)())
            await asyncio.sleep(0)
        asyncio.run(main())
        probe = failsoft.System().watch(3600)
    """)
    assert ended == (0, "open\nattempt timed out after 0.001 s\n", "")


# mode: registry grows with its keys
def test_as_many_names_as_one_likes_are_as_many_parts_as_there_may_be(time):
    system = System({"parts": {"most": 100}}, clock=time.clock)
    settings = {"failure_threshold": 1, "recovery_timeout": 3600}
    with pytest.raises(ConnectionResetError):
        system.get_circuit_breaker("down", **settings).call(Script(down()))
    for user in range(3_000):
        system.get_circuit_breaker(f"user {user}", **settings).call(len, "")
    gc.collect()
    assert len(system.get_debug_info()["parts"]) <= 100
    with pytest.raises(CircuitBreakerOpenError):
        system.get_circuit_breaker("down", **settings).call(len, "")


CANARY = "sk-live-canary0123456789abcdef"


class Leaky(ConnectionError):
    """An error as clients raise it: with everything of the request in it."""

    def __init__(self):
        super().__init__(f"GET https://ann:{CANARY}@example.com/?api_key={CANARY} failed, token={CANARY}")
        self.request = {"headers": {"authorization": f"Bearer {CANARY}"}}
        self.headers = {
            "authorization": f"Bearer {CANARY}",
            "retry-after": "1",
            "set-cookie": f"sid={CANARY}",
        }
        self.body = {"error": {"message": f"password={CANARY}", "type": "server_error"}}
        self.__cause__ = ValueError(f"secret={CANARY}")


# mode: secret in a log
def test_what_is_secret_in_an_error_is_in_no_line_event_report_state_or_explanation(time, caplog):
    caplog.set_level(logging.DEBUG)
    told = []
    stop = listen(lambda event: told.extend([event.message, repr(event)]), every_attempt=True)
    system = System(clock=time.clock)
    document = {"retry": {"max_attempts": 2}, "circuit_breaker": {"failure_threshold": 3}}
    policy = system.policy("search", document)
    errors = []
    for _ in range(3):
        try:
            policy.call(Script(Leaky()))
        except (Leaky, CircuitBreakerOpenError) as error:
            errors.append(error)
    stop()
    told += [repr(failsoft.report(error)) for error in errors]
    told += [repr(failsoft.classify(error)) for error in errors]
    told += [record.getMessage() + repr(record.__dict__.get("failsoft")) for record in caplog.records]
    told += [
        json.dumps(system.get_debug_info()),
        json.dumps(system.get_system_health()),
        json.dumps(system.events()),
        json.dumps(system.error_analytics.history),
        json.dumps(system.snapshot()),
        str(policy.explain()),
        repr((policy, policy.circuit_breaker, system)),
        json.dumps(policy.circuit_breaker.snapshot()),
    ]
    assert [text for text in told if "canary" in text] == []
    assert any("[redacted]" in text for text in told)
    assert len(told) > 20


# mode: interpreter lock against a lock of ours
def test_errors_that_allocate_and_collect_when_they_are_looked_at_hold_up_no_thread():
    breaker = CircuitBreaker("busy", failure_threshold=10**6, identical_failures=10**6)

    class Waste(ConnectionError):
        def __init__(self):
            super().__init__("down")
            self.self = self

        def __str__(self):
            gc.collect(0)
            return breaker.state.value

        def __del__(self):
            breaker.call(len, "")

    def fetch():
        raise Waste

    def work():
        for _ in range(100):
            with contextlib.suppress(Waste):
                breaker.call(fetch)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [thread for thread in threads if thread.is_alive()] == []
    gc.collect()
    assert breaker.call(len, "") == 0
