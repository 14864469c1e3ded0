"""No frame of the caller's is kept alive by a call that failed."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import weakref

import pytest
import trio
import trio.testing

import failsoft
from failsoft import CircuitBreaker, Policy, with_retry


class Local:
    """Something of the caller's that must not be kept alive."""


class Stop(BaseException):
    """No exception, and none of those that an event loop lets out by itself."""


class TestFrames:
    @pytest.fixture(autouse=True)
    def no_collector(self):
        gc.collect()
        gc.disable()
        yield
        gc.enable()

    # mode: frames of failed calls kept alive
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

    # mode: frames of failed calls kept alive
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

    # mode: frames of failed calls kept alive
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

    # mode: frames of failed calls kept alive
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

    # mode: frames of failed calls kept alive
    @pytest.mark.parametrize(
        "shape",
        ["chain", "guarded chain", "document", "heal", "healed", "batch", "one by one", "stopped batch"],
    )
    @pytest.mark.parametrize("asynchronous", [False, True], ids=["called", "awaited"])
    def test_of_failed_calls_of_every_shape_are_not_kept_alive(self, time, shape, asynchronous):
        kept = []

        def work(*_args):
            local = Local()
            kept.append(weakref.ref(local))
            if shape == "stopped batch" and len(kept) == 2:
                raise Stop
            raise ConnectionError("down")

        async def working(*_args):
            work()

        function = working if asynchronous else work

        def alive():
            return [reference for reference in kept if reference() is not None]

        async def use():
            with contextlib.suppress(ConnectionError, Stop):
                await use_in(shape, function, time)
            # A task forgets its error when it has been told of it.
            await asyncio.sleep(0)
            return alive()

        if asynchronous:
            assert asyncio.run(use()) == []
        else:
            with contextlib.suppress(ConnectionError, Stop):
                use_in(shape, function, time)
            assert alive() == []
        assert kept

    @pytest.mark.parametrize("shape", ["wrapper", "batch", "stopped batch", "block", "breaker"])
    def test_of_failed_calls_in_trio_are_not_kept_alive(self, shape):
        kept = []
        policy = Policy(retry={"initial_delay": 0}, timeout={"attempt": 60}, circuit_breaker={})

        async def work(*_args):
            local = Local()
            kept.append(weakref.ref(local))
            if shape == "stopped batch" and len(kept) == 2:
                raise Stop
            raise ConnectionError("down")

        async def call():
            if shape == "wrapper":
                await policy(work)()
            elif shape.endswith("batch"):
                await failsoft.run_batch(work, [1, 2, 3], 1, policy=policy)
            elif shape == "block":
                async for attempt in policy.attempts():
                    with attempt:
                        await work()
            else:
                async with policy.circuit_breaker:
                    await work()

        async def use():
            with contextlib.suppress(ConnectionError, Stop):
                await call()
            return [reference for reference in kept if reference() is not None]

        assert trio.run(use, clock=trio.testing.MockClock(autojump_threshold=0)) == []
        assert kept


def use_in(shape, function, time):
    """Call a function that fails in the way of this name."""
    if shape in {"chain", "guarded chain"}:
        chain = failsoft.FallbackChain(clock=time.clock)
        policy = {"retry": {"max_attempts": 2}, "circuit_breaker": {}} if shape == "guarded chain" else None
        chain.add_fallback(function, name="first", policy=policy)
        chain.add_fallback(function, name="second")
        return chain.execute()
    if shape == "document":
        document = {"retry": {}, "fallback": [{"name": "second"}]}
        return Policy.from_dict(document, fallbacks={"second": function}, clock=time.clock).call(function)
    if shape == "heal":
        return failsoft.heal(function, diagnose=lambda _: "broken", remedies={"broken": lambda _: None})
    if shape == "healed":
        remedies = {"broken": [function, lambda: None]}
        return failsoft.heal(
            function, diagnose=lambda _: "broken", remedies=remedies, policy=with_retry(clock=time.clock)
        )
    items = [1, 2, 3]
    settings = {"concurrency": 1 if shape == "one by one" else 2, "policy": with_retry(clock=time.clock)}
    return failsoft.run_batch(function, items, **settings)
