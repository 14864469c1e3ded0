"""No frame of the caller's is kept alive by a call that failed."""

from __future__ import annotations

import contextlib
import gc
import threading
import weakref

import pytest

import failsoft
from failsoft import CircuitBreaker, Policy, with_retry


class Local:
    """Something of the caller's that must not be kept alive."""


class TestFrames:
    @pytest.fixture(autouse=True)
    def no_collector(self):
        gc.collect()
        gc.disable()
        yield
        gc.enable()

    @pytest.mark.parametrize(
        "guard", ["retry", "breaker", "rejected", "fallback", "deadline", "recovered", "failing fallback"]
    )
    def test_of_failed_calls_are_not_kept_alive(self, guard, time):
        breaker = CircuitBreaker(failure_threshold=100, clock=time.clock)
        oversleeping = failsoft.Clock(now=time.clock.now, sleep=lambda _: time.passes(60))
        guards = {
            "retry": with_retry(max_attempts=3, clock=time.clock),
            "breaker": breaker,
            "rejected": Policy(retry={}, circuit_breaker={"failure_threshold": 2}, clock=time.clock),
            "fallback": with_retry(fallback=lambda: None, clock=time.clock),
            "deadline": Policy(retry={"deadline": 5}, clock=oversleeping),
            "recovered": with_retry(clock=time.clock),
            "failing fallback": with_retry(fallback=lambda: {}["nothing"], clock=time.clock),
        }
        kept, calls = [], []

        def fetch():
            local = Local()
            kept.append(weakref.ref(local))
            calls.append(1)
            if guard != "recovered" or len(calls) < 3:
                raise ConnectionError("down")

        for call in (guards[guard](fetch), lambda: guards[guard].call(fetch)):
            if not hasattr(guards[guard], "call"):
                continue
            for _ in range(3):
                with contextlib.suppress(Exception):
                    call()
        assert kept
        assert [reference for reference in kept if reference() is not None] == []

    @pytest.mark.asyncio
    async def test_of_failed_coroutines_are_not_kept_alive(self, time):
        kept = []

        @Policy(retry={"max_attempts": 3}, circuit_breaker={"failure_threshold": 2}, clock=time.clock)
        async def fetch():
            local = Local()
            kept.append(weakref.ref(local))
            raise ConnectionError("down")

        for _ in range(3):
            with contextlib.suppress(Exception):
                await fetch()
        assert [reference for reference in kept if reference() is not None] == []

    def test_of_failed_blocks_are_not_kept_alive(self, time):
        kept = []

        def block():
            for attempt in Policy(retry={"max_attempts": 3}, clock=time.clock).attempts():
                with attempt:
                    local = Local()
                    kept.append(weakref.ref(local))
                    raise ConnectionError("down")

        with pytest.raises(ConnectionError):
            block()
        assert [reference for reference in kept if reference() is not None] == []

    def test_of_late_attempts_in_threads_are_not_kept_alive(self):
        kept, released, over = [], threading.Event(), threading.Event()

        def fetch():
            local = Local()
            kept.append(weakref.ref(local))
            released.wait()
            weakref.finalize(local, over.set)
            raise ConnectionError("late")

        with pytest.raises(failsoft.AttemptTimeoutError):
            Policy(timeout={"attempt": "20ms", "sync": "thread"}).call(fetch)
        released.set()
        assert over.wait(10)
        assert [reference for reference in kept if reference() is not None] == []
