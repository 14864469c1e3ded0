"""How retries, budgets and verdicts elsewhere failed in production (``docs/reliability.md``), tried on these."""

from __future__ import annotations

import pytest

from failsoft import Policy, classify, with_retry
from support import Script

PLAIN = {"max_attempts": 3, "initial_delay": 1, "jitter": False}


class Down:
    """A dependency that is down, and how often it was called."""

    calls = 0

    def __call__(self):
        self.calls += 1
        raise ConnectionResetError("connection reset by peer")


def fails(call):
    with pytest.raises(ConnectionResetError):
        call()


# mode: nested retries multiply
def test_three_layers_of_three_attempts_put_a_third_more_load_on_what_is_down(time):
    down = Down()
    call = down
    for _ in range(3):
        call = with_retry(**PLAIN, clock=time.clock)(call)
    for _ in range(1000):
        fails(call)
    assert 1000 < down.calls <= 1333


# mode: budget starves a cold start
def test_the_first_call_may_retry_and_successes_bring_retries_back_after_an_outage(time):
    policy = Policy(retry=PLAIN, clock=time.clock)
    assert policy.call(Script(ConnectionResetError(), "first")) == "first"
    for _ in range(200):
        fails(lambda: policy.call(Down()))
    spent = Down()
    fails(lambda: policy.call(spent))
    assert spent.calls == 1
    for _ in range(50):
        policy.call(len, "")
    assert policy.call(Script(ConnectionResetError(), ConnectionResetError(), "again")) == "again"


# mode: special retry rule without a bound
@pytest.mark.parametrize(
    ("retry", "attempts"),
    [
        ({"max_attempts": 4, "budget": False}, 4),
        ({"max_attempts": 1000, "deadline": 9.5, "budget": False}, 10),
        ({"max_attempts": 1000, "budget": {"capacity": 10, "retry_cost": 2}}, 6),
    ],
    ids=["attempts", "deadline", "budget"],
)
def test_what_a_rule_has_retried_is_bounded_like_everything_else(time, retry, attempts):
    class RequestTimeTooSkewed(Exception):
        pass

    rule = {"match": {"type": "RequestTimeTooSkewed"}, "then": "transient", "retry_after": 1}
    fetch = Script(RequestTimeTooSkewed())
    policy = Policy(retry=retry, classify={"rules": [rule]}, clock=time.clock)
    with pytest.raises(RequestTimeTooSkewed):
        policy.call(fetch)
    assert fetch.calls == attempts


def named(module, name, base=Exception, **attributes):
    """An error as a library raises it whose package has this name."""
    error = type(name, (base,), {"__module__": module})("it failed")
    for attribute, value in attributes.items():
        setattr(error, attribute, value)
    return error


class Answer:
    def __init__(self, status, **headers):
        self.status_code, self.headers = status, headers


# mode: error known by module or class identity only
@pytest.mark.parametrize("module", ["httpx", "httpx2", "vendored.httpx", "acme._transport"])
def test_an_error_means_the_same_whatever_its_package_is_called(module):
    def told(*arguments, **keywords):
        verdict = classify(named(module, *arguments, **keywords))
        return verdict.category, verdict.retryable, verdict.retry_after

    busy = Answer(503, **{"retry-after": "7"})
    assert told("HTTPStatusError", response=busy) == ("server", True, 7.0)
    assert told("HTTPStatusError", response=Answer(404)) == ("not_found", False, None)
    assert told("ReadTimeout", TimeoutError) == ("timeout", True, None)
    assert told("ConnectError", ConnectionError) == ("connection", True, None)
