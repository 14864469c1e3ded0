"""Where failsoft answers otherwise than a peer, on purpose: a row of ``docs/differences.md`` is what both answer."""

from __future__ import annotations

import pytest
import tenacity
import urllib3.util.retry
from ours import hint, rows, waits
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

import failsoft

NOW = 1_700_000_000.0
DRAWS = 20


class Sleep:
    """tenacity's clock: it is as late as was slept."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr("time.monotonic", lambda: self.now)

    def __call__(self, seconds):
        self.now += seconds


def fails():
    raise ConnectionError("refused")


def number(seconds):
    return "none" if seconds is None else f"{seconds:g} s"


def spread(draws):
    return f"{len(set(draws))} different waits of {DRAWS}, none above {max(draws):.0f} s"


def jitter_theirs(_):
    wait = tenacity.wait_exponential_jitter(initial=1, max=8, jitter=1)
    state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    state.attempt_number = 9
    return spread([wait(state) for _ in range(DRAWS)])


def jitter_ours(_):
    retry = {"max_attempts": 10, "initial_delay": 1, "max_delay": 8, "jitter": "additive"}
    draws = [waits(retry, seed)[0][8] for seed in range(DRAWS)]
    assert min(draws) >= 4
    return spread(draws)


def overshoot_theirs(monkeypatch):
    sleep = Sleep(monkeypatch)
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_delay(4), wait=tenacity.wait_exponential(), sleep=sleep
    )
    with pytest.raises(tenacity.RetryError):
        retrying(fails)
    return f"ends after {number(sleep.now)}"


def overshoot_ours(_):
    waited, reason = waits({"max_attempts": 9, "deadline": 4, "jitter": "none"})
    assert reason == "deadline"
    return f"ends after {number(sum(waited))}"


def bug_theirs(_):
    made = []

    @tenacity.retry(stop=tenacity.stop_after_attempt(3))
    def wrong():
        made.append(1)
        return len(None)

    with pytest.raises(tenacity.RetryError):
        wrong()
    return f"{len(made)} attempts"


def bug_ours(_):
    made = []

    @failsoft.with_retry(max_attempts=3, initial_delay=0)
    def wrong():
        made.append(1)
        return len(None)

    with pytest.raises(TypeError):
        wrong()
    return f"{len(made)} attempt"


def raised(function):
    try:
        function()
    except Exception as error:
        return f"`{type(error).__name__}`"
    return "nothing"


def last_theirs(_):
    return raised(tenacity.retry(stop=tenacity.stop_after_attempt(2))(fails))


def last_ours(_):
    return raised(failsoft.with_retry(max_attempts=2, initial_delay=0)(fails))


def header(value):
    """What both make of a ``Retry-After``."""

    def theirs(monkeypatch):
        class Clock:
            @staticmethod
            def time():
                return NOW

        monkeypatch.setattr(urllib3.util.retry, "time", Clock)
        try:
            return number(Retry().parse_retry_after(value))
        except InvalidHeader as error:
            return f"`{type(error).__name__}`"

    return theirs, lambda _: number(hint(value, NOW))


def far_ours(_):
    fault = {"status": 503, "headers": {"retry-after": "100000"}}
    waited, reason = waits({"max_attempts": 3}, fault=fault)
    return f"gives up: `{reason}`" if not waited else number(waited[0])


def first_theirs(_):
    return number(Retry(backoff_factor=1).increment("GET", "/", error=OSError()).get_backoff_time())


def first_ours(_):
    return number(waits({"max_attempts": 2, "initial_delay": 1, "jitter": "none"})[0][0])


ANSWERS = {
    ("tenacity", "the ninth wait of a jittered schedule that has reached its cap of 8 s"): (
        jitter_theirs,
        jitter_ours,
    ),
    ("tenacity", "four seconds in all (`stop_after_delay(4)`, `deadline: 4`), waits of 1, 2, 4 s"): (
        overshoot_theirs,
        overshoot_ours,
    ),
    ("tenacity", "a `TypeError` in the caller's own code, three attempts allowed"): (bug_theirs, bug_ours),
    ("tenacity", "a `ConnectionError` at each attempt"): (last_theirs, last_ours),
    ("urllib3", "`Retry-After: 1.5`"): header("1.5"),
    ("urllib3", "`Retry-After: soon`"): header("soon"),
    ("urllib3", "`Retry-After: -5`"): header("-5"),
    ("urllib3", "`Retry-After: Tue, 14 Nov 2023 22:14:20 -0100`, a minute and an hour ahead"): header(
        "Tue, 14 Nov 2023 22:14:20 -0100"
    ),
    ("urllib3", "`Retry-After: Tue, 14 Nov 2023 25:14:20 GMT`"): header("Tue, 14 Nov 2023 25:14:20 GMT"),
    ("urllib3", "`Retry-After: 100000`, nothing said about a longest wait"): (header("100000")[0], far_ours),
    ("urllib3", "the wait before the first retry, with a first delay of 1 s (`backoff_factor=1`)"): (
        first_theirs,
        first_ours,
    ),
}


@pytest.mark.parametrize(("row", "expected"), rows("tenacity", "urllib3").items())
def test_both_answer_as_the_page_says(row, expected, monkeypatch):
    theirs, ours = ANSWERS[row]
    assert (theirs(monkeypatch), ours(monkeypatch)) == expected


def test_every_difference_is_on_the_page():
    assert rows("tenacity", "urllib3").keys() == ANSWERS.keys()
