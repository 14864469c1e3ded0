"""What servers say of when to come back, sane or not, heard by every client over loopback."""

from __future__ import annotations

import time as real_time

import pytest

from asking import CLIENTS
from failsoft import Policy
from loopback import Loopback, answer

RETRY = {"max_attempts": 2, "initial_delay": 1, "max_delay": 60, "jitter": "none", "budget": False}
NONE = [
    "-5",
    "nan",
    "NaN",
    "1e999",
    "-1e999",
    "inf",
    "1_000",
    "0x10",
    "soon",
    "Thu, 99 Foo 9999 99:99:99 GMT",
]
PAST = ["0", "Thu, 01 Jan 1970 00:00:00 GMT"]
TOO_LONG = ["86400", "9999999999", "Fri, 31 Dec 9999 23:59:59 GMT"]


@pytest.fixture
def server():
    with Loopback() as server:
        yield server


@pytest.fixture(params=CLIENTS, ids=lambda kind: kind.__name__)
def client(request, time):
    with request.param(Policy(retry=RETRY, clock=time.clock)) as client:
        yield client


# mode: Retry-After that is no sane wait
def test_a_hint_that_is_no_time_leaves_the_own_wait_and_one_that_is_too_long_ends_the_call(
    client, server, time
):
    for hint in NONE + PAST + TOO_LONG:
        server.plays(answer(503, Retry_After=hint))
        told = client.ask("GET", server.url)
        waits, time.slept[:] = list(time.slept), []
        seen = (told.status, told.report.stop_reason, waits)
        assert seen == ((503, "retry_after_over_cap", []) if hint in TOO_LONG else (503, "exhausted", [1])), (
            hint
        )


# mode: clock skew between hosts
@pytest.mark.parametrize("skew", [-3600, 0, 3600])
def test_a_date_counts_from_the_clock_of_the_server(client, server, time, monkeypatch, skew):
    wall = real_time.time
    monkeypatch.setattr(real_time, "time", lambda: wall() + skew)
    there = "Fri, 01 May 2026 12:00:{:02} GMT".format
    server.plays(answer(429, Date=there(0), Retry_After=there(7)), answer(200))
    assert client.ask("GET", server.url).status == 200
    assert time.slept == [7]
