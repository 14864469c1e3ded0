"""The same schedule and the same end as tenacity's, where both have the words for it."""

from __future__ import annotations

import random

import pytest
import tenacity
from ours import waits

import failsoft


class Time:
    """tenacity's sleep, which only notes how long."""

    def __init__(self):
        self.waited = []

    def sleep(self, seconds):
        self.waited.append(seconds)


def fails():
    raise ConnectionError("refused")


def theirs(*, wait, stop):
    """The waits of a call that fails at each attempt."""
    time = Time()
    retrying = tenacity.Retrying(wait=wait, stop=stop, sleep=time.sleep)
    with pytest.raises(tenacity.RetryError):
        retrying(fails)
    return time.waited


def after(attempts):
    return tenacity.stop_after_attempt(attempts)


def schedules(seed, count=200):
    draw = random.Random(seed)
    for _ in range(count):
        # We count in nanoseconds: of a first delay that is none, a large power shows it.
        first = draw.choice([0, 0.001, 0.1, 0.25, 1, 3, round(draw.uniform(0.001, 20), 6)])
        most = draw.choice([0.5, 8, 60, 3600, draw.uniform(1, 100)])
        yield draw, first, max(first, most), draw.randrange(2, 40)


def test_an_exponential_schedule_without_jitter():
    for draw, first, most, attempts in schedules(1):
        base = draw.choice([1, 1.5, 2, 2, 3, draw.uniform(1, 4)])
        ours = {
            "max_attempts": attempts, "initial_delay": first, "max_delay": most, "exponential_base": base,
            "jitter": "none",
        }  # fmt: skip
        wait = tenacity.wait_exponential(multiplier=first, max=most, exp_base=base)
        expected = theirs(wait=wait, stop=after(attempts))
        assert waits(ours)[0] == pytest.approx(expected, rel=1e-9, abs=1.1e-9), ours


def test_a_linear_schedule():
    for _, first, most, attempts in schedules(2):
        ours = {
            "strategy": "linear", "max_attempts": attempts, "initial_delay": first, "max_delay": most,
            "jitter": "none",
        }  # fmt: skip
        wait = tenacity.wait_incrementing(start=first, increment=first, max=most)
        expected = theirs(wait=wait, stop=after(attempts))
        assert waits(ours)[0] == pytest.approx(expected, rel=1e-9, abs=1.1e-7), ours


def test_full_jitter_draws_from_the_interval_of_wait_random_exponential():
    plain = tenacity.wait_exponential(multiplier=0.5, max=8)
    tops = theirs(wait=plain, stop=after(9))
    ours = {"max_attempts": 9, "initial_delay": 0.5, "max_delay": 8, "jitter": "full"}
    random.seed(7)
    drawn = {
        "they": [
            theirs(wait=tenacity.wait_random_exponential(multiplier=0.5, max=8), stop=after(9))
            for _ in range(150)
        ],
        "we": [waits(ours, seed)[0] for seed in range(150)],
    }
    for who, calls in drawn.items():
        for top, draws in zip(tops, zip(*calls, strict=True), strict=True):
            assert 0 <= min(draws) < 0.05 * top, who
            assert 0.95 * top < max(draws) <= top, who


def test_so_many_attempts():
    for attempts in range(1, 30):
        expected = theirs(wait=tenacity.wait_none(), stop=after(attempts))
        waited, reason = waits({"max_attempts": attempts, "initial_delay": 0, "jitter": "none"})
        assert (len(waited), reason) == (len(expected), "exhausted")


def test_a_deadline_is_stop_before_delay():
    draw = random.Random(3)
    for _ in range(300):
        # Whole numbers, so that a wait which ends right at the deadline comes up.
        first, deadline, elapsed = draw.randrange(1, 4), draw.randrange(1, 40), draw.randrange(0, 4)
        wait, stop = tenacity.wait_exponential(multiplier=first, max=60), tenacity.stop_before_delay(deadline)
        state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
        state.start_time, now, expected = 0, 0, []
        while True:
            now += elapsed
            state.outcome_timestamp, state.upcoming_sleep = now, wait(state)
            if stop(state):
                break
            expected.append(state.upcoming_sleep)
            now += state.upcoming_sleep
            state.attempt_number += 1
        ours = {"max_attempts": 60, "initial_delay": first, "deadline": deadline, "jitter": "none"}
        assert waits(ours, elapsed=float(elapsed)) == (expected, "deadline"), (first, deadline, elapsed)


def test_one_interleaved_call_does_not_disturb_another():
    @tenacity.retry(wait=tenacity.wait_none(), stop=after(3), reraise=True)
    def they(depth):
        if depth:
            with pytest.raises(ConnectionError):
                they(depth - 1)
        fails()

    made = []

    @failsoft.with_retry(max_attempts=3, initial_delay=0)
    def we(depth):
        made.append(depth)
        if depth:
            with pytest.raises(ConnectionError):
                we(depth - 1)
        fails()

    with pytest.raises(ConnectionError):
        they(1)
    with pytest.raises(ConnectionError):
        we(1)
    assert made == [1, 0, 0, 0] * 3
