"""How waits and their jitter elsewhere failed in production (``docs/reliability.md``), tried on these."""

from __future__ import annotations

import asyncio
import math
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

import failsoft
from failsoft import ConfigError, Policy
from support import Script


# mode: delay overflows before its cap
def test_the_two_thousandth_wait_is_as_long_as_the_cap_and_none_is_anything_else(time, down):
    retry = {
        "max_attempts": 2000,
        "initial_delay": 1,
        "max_delay": 60,
        "jitter": False,
        "budget": False,
    }
    with pytest.raises(ConnectionError):
        Policy(retry=retry, clock=time.clock).call(down)
    assert time.slept == [1, 2, 4, 8, 16, 32] + [60] * 1993


NO_TIMES = [math.nan, math.inf, -math.inf, -1, -5e-324, 1e300, sys.float_info.max, 10**400, "nan", "1e999s"]


# mode: arithmetic of durations panics
@pytest.mark.parametrize("number", NO_TIMES, ids=lambda number: str(number)[:12])
def test_a_number_that_is_no_time_is_refused_with_its_document(number):
    for document in (
        {"retry": {"initial_delay": number}},
        {"retry": {"max_delay": number}},
        {"retry": {"deadline": number}},
        {"retry": {"exponential_base": number}},
        {"timeout": {"attempt": number}},
        {"circuit_breaker": {"recovery_timeout": number}},
        {"circuit_breaker": {"failure_rate": number}},
        {"rate_limit": {"rate": number}},
    ):
        with pytest.raises(ConfigError):
            Policy.from_dict(document)


# mode: arithmetic of durations panics
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -1.0, 5e-324, 1e308])
def test_a_clock_that_says_what_no_clock_says_breaks_nothing(number, down):
    now = [1000.0]
    breaker = failsoft.CircuitBreaker(failure_threshold=1, clock=failsoft.Clock(now=lambda: now[0]))
    with pytest.raises(ConnectionError):
        breaker.call(down)
    now[0] = number
    assert breaker.state.value in {"open", "half_open"}
    now[0] = 2e9
    breaker.reset()
    assert breaker.call(len, "") == 0


CENTURY = 100 * 365 * 86400


# mode: timer that is too long fires at once
@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C reaches the whole console")
def test_a_wait_of_a_century_is_waited_and_ctrl_c_ends_it():
    program = textwrap.dedent(f"""
        import failsoft

        @failsoft.with_retry(initial_delay={CENTURY}, max_delay={CENTURY}, jitter=False)
        def fetch():
            print("called", flush=True)
            raise ConnectionError

        try:
            fetch()
        except KeyboardInterrupt:
            print("interrupted")
    """)
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert running.stdout.readline() == "called\n"
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(0.2)
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=30)[0] == "interrupted\n"
    assert running.returncode == 0


# mode: timer that is too long fires at once
@pytest.mark.asyncio
async def test_limits_of_a_century_are_kept_by_loops_and_threads():
    async def fetch():
        await asyncio.sleep(0)
        return "fresh"

    retry = {"initial_delay": CENTURY, "max_delay": CENTURY, "jitter": False}
    assert await Policy(retry=retry, timeout={"attempt": CENTURY}).call(fetch) == "fresh"
    assert Policy(timeout={"attempt": CENTURY, "sync": "thread"}).call(lambda: "fresh") == "fresh"
    queue = {"max_concurrent": 1, "max_queue": 1, "max_wait": CENTURY}
    assert Policy(bulkhead=queue).call(lambda: "fresh") == "fresh"
    calls = []

    async def fails():
        calls.append(1)
        raise ConnectionError

    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(Policy(retry=retry).call(fails), 0.05)
    assert calls == [1]


# mode: jitter lost
def test_ten_thousand_clients_that_fail_in_one_moment_come_back_spread_out():
    waits = []
    clock = failsoft.Clock(now=lambda: 0.0, sleep=waits.append)
    retry = {"max_attempts": 2, "initial_delay": 60, "max_delay": 60, "jitter": "full", "budget": False}
    for _ in range(100):
        policy = Policy(retry=retry, clock=clock)
        for _ in range(100):
            policy.call(Script(ConnectionError(), "back"))
    slots = [0] * 100
    for wait in waits:
        slots[min(99, int(wait / 60 * 100))] += 1
    assert len(waits) == 10_000
    assert max(slots) < 200, "so many of them in one hundredth of the interval"


# mode: timer or listener left behind
@pytest.mark.asyncio
async def test_calls_leave_no_task_and_no_timer_and_no_thread_behind(down):
    loop = asyncio.get_running_loop()
    policy = Policy(
        retry={"max_attempts": 2, "initial_delay": "1ms", "budget": False}, timeout={"attempt": 60}
    )

    async def fetch():
        await asyncio.sleep(0)
        down()

    threads = threading.active_count()
    calls = [asyncio.ensure_future(policy.call(fetch)) for _ in range(1000)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError, ConnectionError}
    await asyncio.sleep(0)
    pending = [handle for handle in getattr(loop, "_scheduled", []) if not handle.cancelled()]
    assert (len(asyncio.all_tasks()), pending, threading.active_count()) == (1, [], threads)


# mode: late failure of an abandoned attempt is unhandled
@pytest.mark.asyncio
async def test_an_attempt_that_fails_after_its_limit_is_nobodys_unhandled_error(down):
    unhandled = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))

    async def fetch():
        try:
            await asyncio.sleep(60)
        finally:
            down()

    calls = [Policy(timeout={"attempt": "1ms"}).call(fetch) for _ in range(100)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert len(outcomes) == 100
    del outcomes
    released = threading.Event()

    def blocks():
        released.wait()
        down()

    with pytest.raises(failsoft.AttemptTimeoutError):
        Policy(timeout={"attempt": "1ms", "sync": "thread"}).call(blocks)
    running = [thread for thread in threading.enumerate() if thread.name == "failsoft-attempt"]
    released.set()
    for thread in running:
        thread.join(10)
    await asyncio.sleep(0)
    assert unhandled == []
