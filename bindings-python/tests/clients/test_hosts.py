"""A policy for each host, and transports around transports."""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
import weakref

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3

import failsoft
from asking import CLIENTS
from failsoft import CircuitBreakerOpenError, Policy, RateLimitedError, System
from failsoft.integrations import httpx2 as ours2
from failsoft.integrations.aiohttp import FailsoftMiddleware
from failsoft.integrations.httpx import AsyncFailsoftTransport, FailsoftTransport, HttpStatusError, guard
from failsoft.integrations.requests import FailsoftAdapter
from failsoft.integrations.urllib3 import FailsoftPoolManager, FailsoftProxyManager
from loopback import Loopback, answer, hangs

ONCE = {"circuit_breaker": {"failure_threshold": 1}}
TWICE = {"retry": {"max_attempts": 2, "initial_delay": 0}}


@pytest.fixture
def server():
    with Loopback() as server:
        yield server


@pytest.fixture
def other():
    with Loopback() as server:
        yield server


@pytest.mark.parametrize("kind", CLIENTS)
def test_with_a_breaker_for_each_host_one_host_does_not_suffer_for_another(kind, server, other):
    server.plays(answer(500))
    with kind(ONCE, per_host=True) as client:
        client.ask("GET", server.url)
        with pytest.raises(CircuitBreakerOpenError):
            client.ask("GET", server.url)
        assert client.ask("GET", other.url).status == 200


@pytest.mark.parametrize("kind", CLIENTS)
def test_the_hosts_are_parts_of_a_system(kind, server, other, time):
    system = System(clock=time.clock)
    server.plays(answer(500))
    with kind({**TWICE, **ONCE}, per_host=system) as client:
        client.ask("POST", server.url)
        client.ask("GET", other.url)
        health = system.get_system_health()
        states = {name: breaker["state"] for name, breaker in health["circuit_breakers"].items()}
        # Both kinds of requests to a host go through the same part.
        assert states == {server.host: "open", other.host: "closed"}
        with pytest.raises(CircuitBreakerOpenError):
            client.ask("GET", server.url)
        assert system.error_analytics.get_statistics()["failed"] == 2


def test_requests_of_every_kind_have_one_rate_limit(server, time):
    policy = Policy(retry={}, rate_limit={"rate": 1, "per": 60}, clock=time.clock)
    with httpx.Client(transport=FailsoftTransport(policy)) as client:
        client.get(server.url)
        with pytest.raises(RateLimitedError):
            client.post(server.url)


def test_the_hosts_of_a_policy_have_its_clock_its_listener_and_its_fallback(server, time):
    heard = []
    policy = Policy(
        retry={"max_attempts": 2, "initial_delay": 3, "jitter": "none"},
        fallback=lambda request: httpx.Response(200, text=f"no {request.method}"),
        on_event=lambda event: heard.append(event.kind),
        clock=time.clock,
    )
    server.plays(answer(500))
    with httpx.Client(transport=FailsoftTransport(policy, per_host=True)) as client:
        assert client.get(server.url).text == "no GET"
    assert time.slept == [3]
    assert heard == ["retry", "gave_up", "fell_back"]


def test_more_hosts_than_are_at_hand_keep_their_breakers():
    hosts = [f"host{number}.test" for number in range(100)]
    asked = []

    def send(request):
        asked.append(request.url.host)
        return httpx.Response(500)

    with httpx.Client(transport=FailsoftTransport(ONCE, httpx.MockTransport(send), per_host=True)) as client:
        for host in hosts:
            client.get(f"http://{host}")
        for host in hosts:
            with pytest.raises(CircuitBreakerOpenError):
                client.get(f"http://{host}")
    assert asked == hosts


def test_what_per_host_may_be_is_told():
    with pytest.raises(TypeError, match="per_host: expected True, False or a System, found a str"):
        FailsoftTransport(ONCE, per_host="yes")
    with pytest.raises(TypeError, match="policy: expected a Policy or a document, found a int"):
        FailsoftTransport(5)


def test_around_another_transport_the_outer_one_retries_and_both_breakers_hold(server, time):
    inner, outer = (
        Policy(retry={"max_attempts": 3, "initial_delay": 0}, circuit_breaker={}, clock=time.clock)
        for _ in range(2)
    )
    server.plays(answer(503))
    transport = FailsoftTransport(outer, FailsoftTransport(inner))
    with httpx.Client(transport=transport) as client:
        assert client.get(server.url).status_code == 503
    assert len(server.asked) == 3
    assert (inner.circuit_breaker.failure_count, outer.circuit_breaker.failure_count) == (3, 3)


# mode: nested retries multiply
def test_three_transports_retry_as_often_as_one(server):
    server.plays(answer(503))

    async def ask():
        transport = AsyncFailsoftTransport(
            TWICE, AsyncFailsoftTransport(TWICE, AsyncFailsoftTransport(TWICE))
        )
        async with httpx.AsyncClient(transport=transport) as client:
            await client.get(server.url)

    asyncio.run(ask())
    assert len(server.asked) == 2


def test_around_another_transport_one_without_retries_leaves_them_to_that_one(server):
    server.plays(answer(503), answer(200))
    with httpx.Client(transport=FailsoftTransport(ONCE, FailsoftTransport(TWICE))) as client:
        assert client.get(server.url).status_code == 200


def test_a_guarded_client_keeps_its_settings_and_all_its_transports_share_a_breaker(server):
    server.plays(answer(500))
    mounts = {"all://other.test": httpx.HTTPTransport(), "all://none.test": None}
    with guard(httpx.Client(mounts=mounts, headers={"X-Who": "me"}), ONCE) as client:
        client.get(server.url)
        with pytest.raises(CircuitBreakerOpenError):
            client.get("http://other.test")
    assert server.asked[0].headers["x-who"] == "me"


@pytest.mark.parametrize(("library", "guarding"), [(httpx, guard), (httpx2, ours2.guard)])
def test_an_asynchronous_client_is_guarded_likewise(library, guarding, server):
    server.plays(answer(503), answer(200))

    async def ask():
        client = library.AsyncClient(mounts={"all://other.test": library.AsyncHTTPTransport()})
        async with guarding(client, TWICE, per_host=True):
            return (await client.get(server.url)).status_code

    assert asyncio.run(ask()) == 200


def test_a_request_that_its_caller_cancels_is_neither_repeated_nor_counted(server, time):
    policies = [Policy(retry={}, circuit_breaker=ONCE["circuit_breaker"], clock=time.clock) for _ in range(2)]
    server.plays(hangs)

    async def cancels(client):
        asking = asyncio.ensure_future(client.get(server.url))
        await asyncio.to_thread(server.was_asked)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    async def both():
        async with httpx.AsyncClient(transport=AsyncFailsoftTransport(policies[0])) as client:
            await cancels(client)
        server.plays(hangs)
        async with aiohttp.ClientSession(middlewares=[FailsoftMiddleware(policies[1])]) as session:
            await cancels(session)

    asyncio.run(both())
    assert [policy.circuit_breaker.failure_count for policy in policies] == [0, 0]
    assert len(server.asked) == 1


def test_the_session_s_total_is_a_timeout_for_the_breaker_and_the_end(server, time):
    policy = Policy(retry={"max_attempts": 5, "initial_delay": 0}, circuit_breaker={}, clock=time.clock)
    server.plays(hangs)

    async def ask():
        timeout = aiohttp.ClientTimeout(total=0.05)
        async with aiohttp.ClientSession(
            middlewares=[FailsoftMiddleware(policy)], timeout=timeout
        ) as session:
            await session.get(server.url)

    with pytest.raises(Exception) as caught:
        asyncio.run(ask())
    assert failsoft.classify(caught.value).category == "timeout"
    assert policy.circuit_breaker.failure_count == 1
    assert len(server.asked) == 1


def test_an_upload_of_parts_is_repeated_if_each_part_can_be(server):
    server.plays(answer(503), answer(200))
    with httpx.Client(transport=FailsoftTransport(TWICE)) as client:
        assert client.put(server.url, files={"file": ("a.txt", b"text")}).status_code == 200
    assert server.asked[0].body == server.asked[1].body

    async def ask():
        form = aiohttp.FormData()
        form.add_field("file", b"text", filename="a.txt")
        session = aiohttp.ClientSession(middlewares=[FailsoftMiddleware(TWICE)])
        async with session, session.put(server.url, data=form) as response:
            return response.status

    server.plays(answer(503), answer(200))
    assert asyncio.run(ask()) == 200
    assert server.asked[0].body == server.asked[1].body


def test_the_limit_of_an_attempt_is_not_the_limit_of_the_body():
    seen = []

    class Inner(httpx.BaseTransport):
        def handle_request(self, request):
            seen.append(dict(request.extensions["timeout"]))
            kept = request.extensions["timeout"]
            return httpx.Response(200, stream=Body(kept))

    class Body(httpx.SyncByteStream):
        def __init__(self, kept):
            self.kept = kept

        def __iter__(self):
            seen.append(dict(self.kept))
            yield b""

    policy = {"timeout": {"attempt": 2}}
    timeout = httpx.Timeout(5, connect=1, pool=None)
    with httpx.Client(transport=FailsoftTransport(policy, Inner()), timeout=timeout) as client:
        client.get("http://any.test")
    assert seen == [
        {"connect": 1, "read": 2, "write": 2, "pool": 2},
        {"connect": 1, "read": 5, "write": 5, "pool": None},
    ]


def test_a_proxy_is_asked_under_the_policy(server):
    server.plays(answer(503), answer(200))
    with FailsoftProxyManager(server.url, TWICE) as manager:
        assert manager.request("GET", "http://far.test/away").status == 200
    assert [str(asked) for asked in server.asked] == ["GET http://far.test/away"] * 2


def test_retries_given_to_a_request_limit_redirects_alone(server):
    server.plays(answer(302, Location="/again"))
    with FailsoftPoolManager(TWICE) as manager:
        with pytest.raises(urllib3.exceptions.MaxRetryError, match="too many redirects"):
            manager.request("GET", server.url, retries=1)
        assert len(server.asked) == 2
        server.plays(answer(302, Location="/again"))
        assert manager.request("GET", server.url, retries=False).status == 302
    assert len(server.asked) == 1


def test_a_stream_is_left_to_its_caller(server):
    server.plays(answer(200, b"long"))
    with requests.Session() as session:
        session.mount("http://", FailsoftAdapter(TWICE))
        with session.get(server.url, stream=True) as response:
            assert response.raw.read() == b"long"
    with FailsoftPoolManager(TWICE) as manager:
        response = manager.request("GET", server.url, preload_content=False)
        assert response.read() == b"long"
        response.release_conn()


def test_an_adapter_says_why_it_cannot_be_pickled():
    with pytest.raises(TypeError, match="its breaker belongs to this process"):
        pickle.dumps(FailsoftAdapter(TWICE))


def test_what_opens_the_breaker_is_returned_and_what_comes_next_is_refused(server, time):
    policy = Policy(
        retry={"max_attempts": 3, "initial_delay": 0},
        circuit_breaker=ONCE["circuit_breaker"],
        clock=time.clock,
    )
    server.plays(answer(503))
    with httpx.Client(transport=FailsoftTransport(policy)) as client:
        response = client.get(server.url)
        assert (response.status_code, failsoft.report(response).stop_reason) == (503, "circuit_open")
        with pytest.raises(CircuitBreakerOpenError):
            client.get(server.url)
    assert len(server.asked) == 1


def test_a_status_survives_pickling():
    error = pickle.loads(pickle.dumps(HttpStatusError(503, httpx.Headers({"retry-after": "2"}))))  # noqa: S301
    assert (error.status, error.headers, str(error)) == (
        503,
        {"retry-after": "2"},
        "the server answered with status 503",
    )
    assert failsoft.classify(error).retry_after == 2


def test_no_frame_is_kept_alive_by_a_failed_request(server):
    class Large:
        pass

    server.plays(answer(503))

    def ask(client):
        large = Large()
        client.get(server.url)
        return weakref.ref(large)

    gc.collect()
    gc.disable()
    try:
        with httpx.Client(transport=FailsoftTransport(json.dumps(TWICE))) as client:
            assert ask(client)() is None
    finally:
        gc.enable()
