"""What aiohttp raises."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

import provoking
from answers import PROVIDERS, STATUSES


def get(url, *, read=False, timeout=5.0, **settings):
    async def answer():
        limit = (
            aiohttp.ClientTimeout(**timeout) if isinstance(timeout, dict) else aiohttp.ClientTimeout(timeout)
        )
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url, **settings) as found:
            found.raise_for_status()
            return await found.json() if read == "json" else await found.read()

    return asyncio.run(answer())


@pytest.mark.parametrize("status", STATUSES)
def test_a_status(web, means, status):
    category, retryable = STATUSES[status]
    with means(category, retryable=retryable):
        get(web.answers(status))


@pytest.mark.parametrize(
    "provider", ["a limit on the rate", "a limit behind a 403", "throttling behind a 400"]
)
def test_the_headers_of_a_provider(web, means, provider):
    status, headers, body, (category, retryable, wait) = PROVIDERS[provider]
    with means(category, retryable=retryable, retry_after=wait):
        get(web.answers(status, headers, body))


def test_nobody_listens(refused, means):
    with means("connection", retryable=True):
        get(f"http://127.0.0.1:{refused}/")


def test_a_name_that_does_not_exist(means):
    with means("connection", retryable=True):
        get(f"http://{provoking.NOWHERE}/")


@pytest.mark.parametrize("timeout", [{"total": 0.1}, {"sock_read": 0.1}], ids=["in all", "between two bytes"])
def test_no_answer_in_time(silent, means, timeout):
    with means("timeout", retryable=True):
        get(f"http://127.0.0.1:{silent}/", timeout=timeout)


@pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
def test_no_answer(serve, means, behaviour):
    with means("connection", retryable=True):
        get(f"http://127.0.0.1:{serve(behaviour)}/")


@pytest.mark.parametrize(
    "answer", [provoking.SHORT, provoking.CHUNK, provoking.GARBLED], ids=["short", "chunk", "garbled"]
)
def test_half_an_answer(serve, means, answer):
    with means("connection", retryable=True):
        get(f"http://127.0.0.1:{serve(provoking.says(answer))}/")


def test_an_answer_in_another_protocol(serve, means):
    with means("connection", retryable=False):
        get(f"http://127.0.0.1:{serve(provoking.says(provoking.NONSENSE))}/")


def test_redirects_without_an_end(serve, means):
    with means("invalid_request", retryable=False):
        get(f"http://127.0.0.1:{serve(provoking.says(provoking.ROUND))}/")


def test_a_certificate_that_nobody_signed(serve, tls, means):
    with means("connection", retryable=False):
        get(f"https://localhost:{serve(provoking.closes, tls())}/")


def test_a_fingerprint_of_another(serve, tls, means):
    with means("connection", retryable=False):
        get(f"https://localhost:{serve(provoking.closes, tls())}/", ssl=aiohttp.Fingerprint(b"x" * 32))


def test_a_server_that_speaks_plainly(serve, means):
    with means("connection", retryable=False):
        get(f"https://localhost:{serve(provoking.babbles)}/")


def test_a_handshake_that_breaks_off(serve, means):
    with means("connection", retryable=True):
        get(f"https://localhost:{serve(provoking.closes)}/")


def test_a_proxy_that_refuses(refused, means):
    with means("connection", retryable=True):
        get("http://example.invalid/", proxy=f"http://127.0.0.1:{refused}")


@pytest.mark.parametrize(("status", "category", "retryable"), [(407, "auth", False), (503, "server", True)])
def test_a_tunnel_that_the_proxy_does_not_dig(serve, means, status, category, retryable):
    answer = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status
    with means(category, retryable=retryable):
        get("https://example.invalid/", proxy=f"http://127.0.0.1:{serve(provoking.says(answer))}")


@pytest.mark.parametrize("url", ["nowhere", "foo://127.0.0.1/", "http://"])
def test_an_address_that_is_none(means, url):
    with means("invalid_request", retryable=False):
        get(url)


def test_an_answer_that_is_no_json(web, means):
    with means("invalid_request", retryable=False):
        get(web.answers(200, {"Content-Type": "text/html"}, b"<html>"), read="json")


def test_json_that_is_none(web, means):
    with means("invalid_request", retryable=False):
        get(web.answers(200, {"Content-Type": "application/json"}, b"<html>"), read="json")


def test_a_session_that_is_closed(web, means):
    async def late():
        session = aiohttp.ClientSession()
        await session.close()
        await session.get(web.answers(200))

    with means("invalid_request", retryable=False):
        asyncio.run(late())


def test_a_websocket_that_is_refused(web, means):
    async def connect():
        async with aiohttp.ClientSession() as session:
            await session.ws_connect(web.answers(503, {"Retry-After": "3"}))

    with means("server", retryable=True, retry_after=3.0):
        asyncio.run(connect())


def test_a_task_that_is_cancelled(silent, means):
    async def cancelled():
        task = asyncio.current_task()
        asyncio.get_running_loop().call_later(0.05, task.cancel)
        async with aiohttp.ClientSession() as session:
            await session.get(f"http://127.0.0.1:{silent}/")

    with means("cancelled", retryable=False):
        asyncio.run(cancelled())
