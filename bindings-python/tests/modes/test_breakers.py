"""How circuit breakers elsewhere failed in production (``docs/reliability.md``), tried on this one."""

from __future__ import annotations

import asyncio
import time as real_time

import pytest

import failsoft
from failsoft import CircuitBreaker, CircuitBreakerOpenError, FallbackChain, Policy


def half_open(time, down, **settings):
    breaker = CircuitBreaker("prices", failure_threshold=1, recovery_timeout=60, clock=time.clock, **settings)
    with pytest.raises(ConnectionError):
        breaker.call(down)
    time.passes(60)
    return breaker


def guarded(shape, breaker, fetch, time):
    """The call of ``fetch`` through ``breaker``, as a coroutine that nobody awaits yet."""
    policy = Policy(retry={}, timeout={"attempt": 5}, circuit_breaker=breaker, clock=time.clock)

    async def block():
        async for attempt in policy.attempts():
            with attempt:
                await fetch()

    async def breaker_block():
        async with breaker:
            return await fetch()

    async def chain():
        chain = FallbackChain("prices", clock=time.clock)
        chain.add_fallback(breaker(fetch), name="first")
        return await chain.execute()

    shapes = {
        "decorated": policy(fetch),
        "called": lambda: policy.call(fetch),
        "breaker": lambda: breaker.call(fetch),
        "block": block,
        "breaker block": breaker_block,
        "chain": chain,
    }
    return shapes[shape]()


# mode: half-open permit lost when the probe is cancelled
@pytest.mark.parametrize("shape", ["decorated", "called", "breaker", "block", "breaker block", "chain"])
@pytest.mark.parametrize("answers", [True, False], ids=["answers", "fails"])
@pytest.mark.asyncio
async def test_a_probe_that_is_cancelled_at_any_moment_gives_its_place_back(time, down, shape, answers):
    moments, ended = 0, False
    while not ended:
        breaker = half_open(time, down)

        async def fetch():
            for _ in range(4):
                await asyncio.sleep(0)
            if not answers:
                raise ValueError("the caller's own")
            return "answer"

        task = asyncio.ensure_future(guarded(shape, breaker, fetch, time))
        for _ in range(moments):
            await asyncio.sleep(0)
        task.cancel()
        outcome = (await asyncio.gather(task, return_exceptions=True))[0]
        ended = not isinstance(outcome, asyncio.CancelledError)
        assert breaker.call(len, "") == 0, f"cancelled after {moments} turns"
        assert breaker.state.value == "closed"
        moments += 1
    assert moments > 4


# mode: probe that never settles
@pytest.mark.asyncio
async def test_a_coroutine_that_hangs_for_ever_loses_its_place_to_one_caller(time, down):
    breaker = half_open(time, down, probe_timeout=30)
    late, next_ = asyncio.Event(), asyncio.Event()

    async def probe(until):
        await until.wait()
        return "back"

    early = asyncio.ensure_future(breaker.call(probe, late))
    await asyncio.sleep(0)
    time.passes(29)
    assert not breaker.is_available()
    time.passes(1)
    second = asyncio.ensure_future(breaker.call(probe, next_))
    await asyncio.sleep(0)
    with pytest.raises(CircuitBreakerOpenError):
        breaker.call(len, "")
    late.set()
    assert (await early, breaker.state.value) == ("back", "half_open")
    next_.set()
    assert (await second, breaker.state.value) == ("back", "closed")


# mode: too few calls or the caller's own errors open the breaker
def test_below_the_minimum_of_calls_no_share_of_failures_opens_it(time, down):
    breaker = CircuitBreaker(failure_rate=0.1, minimum_calls=10, time_window=60, clock=time.clock)
    states = []
    for _ in range(10):
        with pytest.raises(ConnectionError):
            breaker.call(down)
        states.append(breaker.state.value)
    assert states == ["closed"] * 9 + ["open"]


# mode: wall clock steps
@pytest.mark.parametrize("step", [-3600, 10 * 365 * 86400], ids=["back an hour", "forward ten years"])
def test_a_step_of_the_wall_clock_changes_no_wait(down, monkeypatch, step):
    breaker = CircuitBreaker(failure_threshold=1, recovery_timeout=3600)
    with pytest.raises(ConnectionError):
        breaker.call(down)
    wall = real_time.time
    monkeypatch.setattr(real_time, "time", lambda: wall() + step)
    assert 3500 < breaker.retry_after <= 3600
    with pytest.raises(CircuitBreakerOpenError):
        breaker.call(len, "")


# mode: wall clock steps
@pytest.mark.parametrize("step", [-3600, -1e-9, 0], ids=["back an hour", "back a nanosecond", "not at all"])
def test_a_host_whose_monotonic_clock_goes_back_waits_no_longer_than_it_would(down, time, step):
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        time.passes(step)

    clock = failsoft.Clock(now=lambda: time.now, sleep=sleep)
    breaker = CircuitBreaker(failure_threshold=9, clock=clock)
    retry = {"max_attempts": 4, "initial_delay": 1, "jitter": False, "deadline": 60}
    with pytest.raises(ConnectionError):
        Policy(retry=retry, circuit_breaker=breaker, clock=clock).call(down)
    assert (waits, breaker.failure_count) == ([1, 2, 4], 4)


# mode: clock skew between hosts
def test_a_breaker_that_was_saved_elsewhere_is_open_for_the_rest_of_its_wait(time, down):
    breaker = CircuitBreaker(failure_threshold=1, recovery_timeout=60, clock=time.clock)
    with pytest.raises(ConnectionError):
        breaker.call(down)
    time.passes(20)
    saved = breaker.snapshot()
    for uptime in (0.0, 5.0, 864_000.0):
        elsewhere = CircuitBreaker(
            failure_threshold=1, recovery_timeout=60, clock=failsoft.Clock(now=lambda now=uptime: now)
        )
        elsewhere.restore(saved)
        assert elsewhere.retry_after == 40.0
