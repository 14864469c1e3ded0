"""Very many calls through one breaker: no count is lost, no place stays taken, no memory is kept.

``FAILSOFT_LOAD=1000`` makes a thousand times as many calls, ten million in all.
"""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from failsoft import BulkheadFullError, CircuitBreaker, CircuitBreakerOpenError, Policy

SCALE = int(os.environ.get("FAILSOFT_LOAD", "1"))
THREADS = 32
TASKS = 10_000
CALLS = 10_000 * SCALE
EVERY = 50
"""One call in so many fails."""
FLAT = 1 << 20
"""So many bytes more after the load than before it, at most."""


def make(places):
    """A policy whose breaker counts every failure of an hour, and never opens."""
    return Policy(
        circuit_breaker={"failure_threshold": 1_000_000, "time_window": "1h"},
        bulkhead={"max_concurrent": places},
    )


def places_left(policy, places):
    """Whether so many calls fit in at once, and no more."""
    with ExitStack() as held:
        blocks = [iter(policy.attempts()) for _ in range(places)]
        for block in blocks:
            held.enter_context(next(block))
        with pytest.raises(BulkheadFullError):
            next(iter(policy.attempts()))
    return True


def load(call, calls):
    for number in range(calls):
        try:
            call(number)
        except (ConnectionError, CircuitBreakerOpenError):
            continue


def in_threads(work, *args):
    threads = [threading.Thread(target=work, args=args) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def held_open():
    breaker = CircuitBreaker("prices")
    breaker.force_open()
    return breaker(fetch)


def fetch(number):
    if number % EVERY == 0:
        raise ConnectionError("refused")


def test_threads_lose_no_count_and_no_place():
    policy, each = make(THREADS), CALLS // THREADS
    guarded = policy(fetch)
    in_threads(load, guarded, each)
    failures = THREADS * len(range(0, each, EVERY))
    assert policy.circuit_breaker.failure_count == failures
    assert places_left(policy, THREADS)


def test_threads_that_are_turned_away_get_an_error_each_with_their_own_context():
    assert alone(turn_away) == str([CALLS // THREADS] * THREADS)


def test_tasks_lose_no_count_and_no_place():
    policy, each = make(TASKS), max(CALLS // TASKS, 1)

    @policy
    async def fetch_async(number):
        await asyncio.sleep(0)
        fetch(number)

    async def task(first):
        failed = 0
        for number in range(first * each, (first + 1) * each):
            try:
                await fetch_async(number)
            except ConnectionError:
                failed += 1
        return failed

    async def everybody():
        return sum(await asyncio.gather(*(task(first) for first in range(TASKS))))

    failed = asyncio.run(everybody())
    assert failed == len(range(0, TASKS * each, EVERY))
    assert policy.circuit_breaker.failure_count == failed
    assert places_left(policy, TASKS)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells")
def test_memory_is_flat():
    assert int(alone(growth)) <= FLAT


def alone(story):
    """What a story tells in a process of its own.

    Threads that other tests have left behind take memory when they like, and once somebody has had calls made step by
    step they all are.
    """
    command = [sys.executable, __file__, story.__name__]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout  # noqa: S603


def growth():
    """How many bytes a load takes that comes after another."""
    functions = [make(1)(fetch), held_open()]
    # What is kept of the first of them is kept once.
    for function in functions:
        load(function, CALLS)
    before = resident()
    for function in functions:
        load(function, CALLS)
    return resident() - before


def turn_away():
    """How many of each thread's calls were turned away as they should."""
    turned_away, right = held_open(), []

    def is_right(number):
        try:
            raise KeyError(number)
        except KeyError as handled:
            try:
                turned_away(number)
            except CircuitBreakerOpenError as error:
                return error.__context__ is handled and error.args == ("prices", None)
        return False

    def work():
        right.append(sum(is_right(number) for number in range(CALLS // THREADS)))

    in_threads(work)
    return right


def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.stdout.write(str({"growth": growth, "turn_away": turn_away}[sys.argv[1]]()))
