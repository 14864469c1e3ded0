"""What httpx raises."""

from __future__ import annotations

import asyncio
import ssl

import httpx
import pytest

import provoking
from answers import PROVIDERS, STATUSES


@pytest.mark.parametrize("status", STATUSES)
def test_a_status(web, means, status):
    category, retryable = STATUSES[status]
    with means(category, retryable=retryable):
        httpx.get(web.answers(status)).raise_for_status()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_body_of_a_provider(web, means, provider):
    status, headers, body, (category, retryable, wait) = PROVIDERS[provider]
    with means(category, retryable=retryable, retry_after=wait):
        httpx.post(web.answers(status, headers, body), json={}).raise_for_status()


def test_a_streamed_answer_whose_body_nobody_read(web, means):
    with means("server", retryable=True, retry_after=4.0):
        with httpx.stream("GET", web.answers(503, {"Retry-After": "4"}, {"error": "x"})) as answer:
            answer.raise_for_status()


def test_nobody_listens(refused, means):
    with means("connection", retryable=True):
        httpx.get(f"http://127.0.0.1:{refused}/")


def test_a_name_that_does_not_exist(means):
    with means("connection", retryable=True):
        httpx.get(f"http://{provoking.NOWHERE}/")


def test_no_answer_in_time(silent, means):
    with means("timeout", retryable=True):
        httpx.get(f"http://127.0.0.1:{silent}/", timeout=0.1)


def test_no_connection_free_in_time(silent, means):
    async def two():
        limits = httpx.Limits(max_connections=1)
        timeout = httpx.Timeout(5, pool=0.05)
        async with httpx.AsyncClient(limits=limits, timeout=timeout) as client:
            first = asyncio.create_task(client.get(f"http://127.0.0.1:{silent}/"))
            await asyncio.sleep(0.02)
            try:
                await client.get(f"http://127.0.0.1:{silent}/")
            finally:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)

    with means("resource", retryable=True):
        asyncio.run(two())


@pytest.mark.parametrize(
    "behaviour",
    [provoking.resets, provoking.closes],
    ids=["reset", "hung up"],
)
def test_no_answer(serve, means, behaviour):
    with means("connection", retryable=True):
        httpx.get(f"http://127.0.0.1:{serve(behaviour)}/")


@pytest.mark.parametrize("answer", [provoking.SHORT, provoking.CHUNK], ids=["short", "chunk"])
def test_half_an_answer(serve, means, answer):
    with means("connection", retryable=True):
        httpx.get(f"http://127.0.0.1:{serve(provoking.says(answer))}/")


def test_an_answer_that_cannot_be_unpacked(serve, means):
    with means("invalid_request", retryable=False):
        httpx.get(f"http://127.0.0.1:{serve(provoking.says(provoking.SQUEEZED))}/")


def test_an_answer_in_another_protocol(serve, means):
    with means("connection", retryable=False):
        httpx.get(f"http://127.0.0.1:{serve(provoking.says(provoking.NONSENSE))}/")


def test_redirects_without_an_end(serve, means):
    with means("invalid_request", retryable=False):
        httpx.get(f"http://127.0.0.1:{serve(provoking.says(provoking.ROUND))}/", follow_redirects=True)


def test_a_certificate_that_nobody_signed(serve, tls, means):
    with means("connection", retryable=False):
        httpx.get(f"https://localhost:{serve(provoking.closes, tls())}/")


def test_a_certificate_of_another_name(serve, tls, means):
    context = tls("other.invalid")
    trusts = ssl.create_default_context(cafile=context.folder / "other.invalid.crt")
    with means("connection", retryable=False):
        httpx.get(f"https://localhost:{serve(provoking.closes, context)}/", verify=trusts)


def test_a_server_that_speaks_plainly(serve, means):
    with means("connection", retryable=False):
        httpx.get(f"https://localhost:{serve(provoking.babbles)}/")


def test_a_handshake_that_breaks_off(serve, means):
    with means("connection", retryable=True):
        httpx.get(f"https://localhost:{serve(provoking.closes)}/")


def test_a_proxy_that_refuses(refused, means):
    with means("connection", retryable=True):
        httpx.get("http://example.invalid/", proxy=f"http://127.0.0.1:{refused}")


@pytest.mark.parametrize(
    ("status", "category", "retryable"),
    [(407, "auth", False), (403, "auth", False), (503, "connection", True)],
)
def test_a_tunnel_that_the_proxy_does_not_dig(serve, means, status, category, retryable):
    answer = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status
    with means(category, retryable=retryable):
        httpx.get("https://example.invalid/", proxy=f"http://127.0.0.1:{serve(provoking.says(answer))}")


@pytest.mark.parametrize("url", ["nowhere", "ftp://127.0.0.1/", "http://exa mple:x/", "http://"])
def test_an_address_that_is_none(means, url):
    with means("invalid_request", retryable=False):
        httpx.get(url)


def test_a_header_that_is_none(web, means):
    with means("invalid_request", retryable=False):
        httpx.get(web.answers(200), headers={"x": "a\nb"})


def test_an_answer_that_is_no_json(web, means):
    with means("invalid_request", retryable=False):
        httpx.get(web.answers(200, body=b"<html>")).json()


def test_an_answer_read_twice(web, means):
    with means("invalid_request", retryable=False):
        with httpx.stream("GET", web.answers(200, body=b"x")) as answer:
            for _ in answer.iter_bytes():
                pass
            next(answer.iter_bytes())


def test_a_client_that_is_closed(web, means):
    client = httpx.Client()
    client.close()
    with means("unknown", retryable=False):
        client.get(web.answers(200))
