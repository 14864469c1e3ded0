"""Which requests are repeated, and what their callers see: the same for every client, against a real server."""

from __future__ import annotations

import io
import socket

import pytest

import failsoft
from asking import CLIENTS, AsyncClient, AsyncHttpx, AsyncHttpx2
from failsoft import Policy
from loopback import PATIENCE, Loopback, answer, breaks_off, drips, hangs, resets, then_closes

RETRY = {"max_attempts": 3, "initial_delay": 1, "exponential_base": 2, "jitter": "none"}
IDEMPOTENT = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]


@pytest.fixture
def server():
    with Loopback() as server:
        yield server


@pytest.fixture(params=CLIENTS, ids=lambda kind: kind.__name__)
def client(request, time):
    with request.param(Policy(retry=RETRY, clock=time.clock)) as client:
        yield client


def test_an_answer_comes_through_as_it_is(client, server, time):
    server.plays(answer(200, b"sunny"))
    assert client.ask("GET", f"{server.url}/oslo?day=1") == (200, "sunny", None)
    assert [str(asked) for asked in server.asked] == ["GET /oslo?day=1"]
    assert time.slept == []


def test_a_failing_server_is_asked_again(client, server, time):
    server.plays(answer(503), answer(500), answer(200, b"back"))
    found = client.ask("GET", server.url)
    assert (found.status, found.text) == (200, "back")
    assert (found.report.attempt_count, found.report.stop_reason) == (3, "success")
    assert time.slept == [1, 2]


def test_the_last_answer_is_returned_and_can_be_read(client, server):
    server.plays(answer(503, b"first"), answer(502, b"second"), answer(500, b"third"))
    found = client.ask("GET", server.url)
    assert (found.status, found.text) == (500, "third")
    assert (found.report.attempt_count, found.report.stop_reason) == (3, "exhausted")


@pytest.mark.parametrize("status", [400, 401, 404, 501])
def test_an_answer_that_will_stay_the_same_comes_back_at_once(client, server, time, status):
    server.plays(answer(status, b"no"))
    found = client.ask("GET", server.url)
    assert (found.status, found.text, found.report.stop_reason) == (status, "no", "permanent")
    assert len(server.asked) == 1
    assert time.slept == []


def test_a_server_is_not_asked_before_the_time_that_it_named(client, server, time):
    server.plays(answer(429, Retry_After="7"), answer(200))
    assert client.ask("GET", server.url).status == 200
    assert time.slept == [7]


def test_a_time_too_far_off_is_not_waited_for(client, server, time):
    server.plays(answer(503, b"tomorrow", Retry_After="86400"))
    found = client.ask("GET", server.url)
    assert (found.status, found.text) == (503, "tomorrow")
    assert found.report.stop_reason == "retry_after_over_cap"
    assert time.slept == []


@pytest.mark.parametrize("method", IDEMPOTENT)
def test_what_has_the_same_effect_twice_is_repeated_whatever_happened(client, server, method):
    server.plays(answer(500), resets, answer(200))
    assert client.ask(method, server.url).status == 200
    assert [asked.method for asked in server.asked if asked.method == method] == [method] * len(server.asked)


# mode: write repeated that may have been done
@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("line", [answer(500), answer(503), answer(408)], ids=["500", "503", "408"])
def test_what_may_have_had_an_effect_is_not_repeated(client, server, method, line):
    server.plays(line)
    assert client.ask(method, server.url, body=b"order").report.stop_reason == "not_idempotent"
    assert [asked.body for asked in server.asked] == [b"order"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_was_cut_off_before_its_answer_is_not_repeated(client, server, method):
    server.plays(resets)
    with pytest.raises(Exception) as caught:
        client.ask(method, server.url, body=b"order")
    assert failsoft.report(caught.value).stop_reason == "not_idempotent"
    assert len(server.asked) == 1


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "line", [answer(429), answer(503, Retry_After="1")], ids=["429", "503 with Retry-After"]
)
def test_what_the_server_asks_to_repeat_is_repeated(client, server, method, line):
    server.plays(line, answer(200, b"bought"))
    assert client.ask(method, server.url, body=b"order").text == "bought"
    assert [asked.body for asked in server.asked] == [b"order", b"order"]


def test_what_reached_nobody_is_repeated(client, time):
    with pytest.raises(Exception) as caught:
        client.ask("POST", f"http://127.0.0.1:{closed_port()}", body=b"order")
    assert failsoft.report(caught.value).attempt_count == 3
    assert failsoft.classify(caught.value).category == "connection"
    assert time.slept == [1, 2]


def test_a_request_with_a_key_is_repeated_with_the_same_key(client, server):
    server.plays(answer(500), resets, answer(200, b"bought"))
    found = client.ask("POST", server.url, body=b"order", headers={"idempotency-KEY": "7f3a"})
    assert found.text == "bought"
    assert [(asked.body, asked.headers["idempotency-key"]) for asked in server.asked] == [
        (b"order", "7f3a")
    ] * 3


def test_an_empty_key_is_none(client, server):
    server.plays(answer(500))
    client.ask("POST", server.url, body=b"order", headers={"Idempotency-Key": ""})
    assert len(server.asked) == 1


def test_a_file_is_wound_back(server, time):
    for kind in CLIENTS:
        if kind in {AsyncHttpx, AsyncHttpx2}:
            # They take no files.
            continue
        server.plays(answer(503), answer(503), answer(200))
        with kind(Policy(retry=RETRY, clock=time.clock)) as client:
            assert client.ask("PUT", server.url, body=io.BytesIO(b"order")).status == 200
        assert [asked.body for asked in server.asked] == [b"order"] * 3


# mode: consumed body or generator retried
def test_a_body_that_can_be_read_once_is_sent_once(client, server):
    async def awaited():
        yield b"order"

    server.plays(answer(503))
    body = awaited() if isinstance(client, AsyncClient) else (part for part in [b"or", b"der"])
    assert client.ask("PUT", server.url, body=body).status == 503
    assert [asked.body for asked in server.asked] == [b"order"]


def test_the_breaker_counts_what_is_sent_once(server, time):
    policy = Policy(retry=RETRY, circuit_breaker={"failure_threshold": 1}, clock=time.clock)
    for kind in CLIENTS:
        policy.circuit_breaker.reset()
        server.plays(answer(500))
        with kind(policy) as client:
            client.ask("POST", server.url, body=b"order")
            with pytest.raises(failsoft.CircuitBreakerOpenError):
                client.ask("GET", server.url)
        assert len(server.asked) == 1


def test_what_a_caller_does_wrong_does_not_open_the_breaker(server, time):
    policy = Policy(circuit_breaker={"failure_threshold": 1}, clock=time.clock)
    for kind in CLIENTS:
        server.plays(answer(404))
        with kind(policy) as client:
            client.ask("GET", server.url)
        assert policy.circuit_breaker.state.value == "closed"


def test_an_open_breaker_lets_one_through_when_its_time_is_over(server, time):
    for kind in CLIENTS:
        breaker = {"failure_threshold": 2, "recovery_timeout": 60, "success_threshold": 1}
        policy = Policy(circuit_breaker=breaker, clock=time.clock)
        server.plays(answer(500), answer(500), answer(200, b"back"))
        with kind(policy) as client:
            assert [client.ask("GET", server.url).status for _ in range(2)] == [500, 500]
            with pytest.raises(failsoft.CircuitBreakerOpenError) as refused:
                client.ask("GET", server.url)
            assert refused.value.retry_after == 60
            time.passes(60)
            assert client.ask("GET", server.url).text == "back"
        assert policy.circuit_breaker.state.value == "closed"


def test_a_redirect_is_followed_and_its_goal_asked_again(client, server, time):
    server.at("/old", answer(302, Location="/new"))
    server.plays(answer(503), answer(200, b"found"))
    assert client.ask("GET", f"{server.url}/old").text == "found"
    assert [str(asked) for asked in server.asked if asked.path == "/new"] == ["GET /new"] * 2
    assert time.slept == [1]


def test_a_connection_that_the_server_closed_meanwhile_is_no_hurdle(client, server):
    server.plays(then_closes(200), answer(200, b"again"))
    assert client.ask("GET", server.url).text == "fine"
    assert client.ask("GET", server.url).text == "again"


def test_a_connection_is_kept_where_the_answer_is_short(client, server):
    server.plays(answer(503), answer(503), answer(200))
    assert client.ask("GET", server.url).status == 200
    assert [asked.connection for asked in server.asked] == [1, 1, 1]


def test_an_answer_without_end_is_let_go(server, time):
    for kind in CLIENTS:
        server.plays(drips, answer(200))
        with kind(Policy(retry=RETRY, clock=time.clock), timeout=PATIENCE) as client:
            assert client.ask("GET", server.url).status == 200


def test_a_slow_answer_is_the_client_s_own_timeout(server, time):
    for kind in CLIENTS:
        server.plays(hangs)
        policy = Policy(retry=RETRY, clock=time.clock)
        with kind(policy, timeout=0.05) as client, pytest.raises(Exception) as caught:
            client.ask("GET", server.url)
        assert failsoft.classify(caught.value).category == "timeout"
        assert failsoft.report(caught.value).attempt_count == 3
        assert not isinstance(caught.value, failsoft.FailsoftError)


def test_the_limit_of_an_attempt_reaches_the_client(server, time):
    for kind in CLIENTS:
        policy = Policy(retry=RETRY, timeout={"attempt": PATIENCE}, clock=time.clock)
        server.plays(hangs, answer(200, b"in time"))
        with kind(policy) as client:
            assert client.ask("GET", server.url).text == "in time"
        assert len(server.asked) == 2


def test_in_threads_the_limit_of_an_attempt_is_kept_to_the_letter(server, time):
    for kind in CLIENTS:
        policy = Policy(retry=RETRY, timeout={"attempt": "50ms", "sync": "thread"}, clock=time.clock)
        server.plays(hangs, answer(200, b"in time"))
        with kind(policy) as client:
            assert client.ask("GET", server.url).text == "in time"


def test_a_body_that_breaks_off_is_a_failure_where_it_belongs_to_the_attempt(client, server, time):
    server.plays(breaks_off, answer(200, b"whole"))
    if client.reads_within_attempt:
        assert client.ask("GET", server.url).text == "whole"
        assert time.slept == [1]
        return
    with pytest.raises(Exception) as caught:
        client.ask("GET", server.url)
    assert not isinstance(caught.value, failsoft.FailsoftError)
    assert client.ask("GET", server.url).text == "whole"


def test_whoever_waits_holds_no_connection(server, time):
    for kind in CLIENTS:
        at_once = []

        def sleep(seconds, at_once=at_once, time=time):
            # With a pool of one, this request can only be made if the one that waits has let go.
            if not at_once:
                at_once.append(seconds)
                at_once.append(other.ask("GET", f"{server.url}/other").status)
            time.sleep(seconds)

        async def sleep_async(seconds, at_once=at_once, time=time):
            if not at_once:
                at_once.append(seconds)
                at_once.append((await other.asks("GET", f"{server.url}/other")).status)
            await time.sleep_async(seconds)

        clock = failsoft.Clock(now=time.clock.now, sleep=sleep, sleep_async=sleep_async)
        server.plays(drips, answer(200))
        server.at("/other", answer(204, b""))
        with kind(Policy(retry=RETRY, clock=clock), pool=1, timeout=PATIENCE) as other:
            assert other.ask("GET", server.url).status == 200
        assert at_once == [1, 204]


def test_many_at_once_each_have_their_own_attempts(client, server):
    # Whoever meets these, and be it one of them alone, has an attempt left.
    server.plays(*[answer(503)] * 2, answer(200))
    found = client.ask_at_once(server.url, 8)
    assert {answer.status for answer in found} == {200}
    assert len(server.asked) == 10


def test_a_fallback_answers_when_all_else_has_failed(server, time):
    for kind in CLIENTS:
        given = []
        policy = Policy(retry=RETRY, fallback=given.append, clock=time.clock)
        server.plays(answer(503))
        with kind(policy) as client, pytest.raises((AttributeError, TypeError, RuntimeError)):
            # None is no answer for the client, but it is what the fallback gave.
            client.ask("GET", server.url)
        assert (len(given), len(server.asked)) == (1, 3)


def test_without_retries_in_the_document_there_are_none(server):
    for kind in CLIENTS:
        for method in ["GET", "POST"]:
            server.plays(answer(503))
            with kind({"circuit_breaker": {}}) as client:
                assert client.ask(method, server.url).status == 503
            assert len(server.asked) == 1


def test_a_document_that_says_so_has_no_method_repeated_that_may_have_had_an_effect(server):
    for kind in CLIENTS:
        server.plays(answer(500))
        with kind({"retry": {**RETRY, "initial_delay": 0, "idempotent": False}}) as client:
            assert client.ask("GET", server.url).report.stop_reason == "not_idempotent"


def test_a_wrong_document_is_refused_at_once():
    for kind in CLIENTS:
        with pytest.raises(failsoft.ConfigError, match="max_attempts"):
            kind('{"retry": {"max_attempts": 0}}').close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
