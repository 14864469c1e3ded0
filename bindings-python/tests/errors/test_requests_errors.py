"""What requests raises, with urllib3 below it."""

from __future__ import annotations

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

import provoking
from answers import PROVIDERS, STATUSES


@pytest.mark.parametrize("status", STATUSES)
def test_a_status(web, means, status):
    category, retryable = STATUSES[status]
    with means(category, retryable=retryable):
        requests.get(web.answers(status), timeout=5).raise_for_status()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_body_of_a_provider(web, means, provider):
    status, headers, body, (category, retryable, wait) = PROVIDERS[provider]
    with means(category, retryable=retryable, retry_after=wait):
        requests.post(web.answers(status, headers, body), json={}, timeout=5).raise_for_status()


def test_a_streamed_answer_whose_body_nobody_read(web, means):
    with means("server", retryable=True, retry_after=4.0):
        answer = requests.get(web.answers(503, {"Retry-After": "4"}, {"error": "x"}), timeout=5, stream=True)
        with answer:
            answer.raise_for_status()


def test_nobody_listens(refused, means):
    with means("connection", retryable=True):
        requests.get(f"http://127.0.0.1:{refused}/", timeout=5)


def test_a_name_that_does_not_exist(means):
    with means("connection", retryable=True):
        requests.get(f"http://{provoking.NOWHERE}/", timeout=5)


def test_no_answer_in_time(silent, means):
    with means("timeout", retryable=True):
        requests.get(f"http://127.0.0.1:{silent}/", timeout=0.1)


def test_no_body_in_time(serve, means):
    def starts(connection):
        provoking.request(connection)
        connection.sendall(provoking.SHORT)
        connection.recv(1)

    # The type says connection, whatever it wraps.
    with means("connection", retryable=True):
        requests.get(f"http://127.0.0.1:{serve(starts)}/", timeout=0.1)


@pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
def test_no_answer(serve, means, behaviour):
    with means("connection", retryable=True):
        requests.get(f"http://127.0.0.1:{serve(behaviour)}/", timeout=5)


@pytest.mark.parametrize("answer", [provoking.CHUNK, provoking.SHORT], ids=["chunk", "short"])
def test_half_an_answer(serve, means, answer):
    with means("connection", retryable=True):
        requests.get(f"http://127.0.0.1:{serve(provoking.says(answer))}/", timeout=5)


def test_an_answer_that_cannot_be_unpacked(serve, means):
    with means("invalid_request", retryable=False):
        requests.get(f"http://127.0.0.1:{serve(provoking.says(provoking.SQUEEZED))}/", timeout=5)


def test_an_answer_in_another_protocol(serve, means):
    with means("connection", retryable=False):
        requests.get(f"http://127.0.0.1:{serve(provoking.says(provoking.NONSENSE))}/", timeout=5)


def test_redirects_without_an_end(serve, means):
    with means("invalid_request", retryable=False):
        requests.get(f"http://127.0.0.1:{serve(provoking.says(provoking.ROUND))}/", timeout=5)


def test_a_certificate_that_nobody_signed(serve, tls, means):
    with means("connection", retryable=False):
        requests.get(f"https://localhost:{serve(provoking.closes, tls())}/", timeout=5)


def test_a_certificate_of_another_name(serve, tls, means):
    context = tls("other.invalid")
    with means("connection", retryable=False):
        url = f"https://localhost:{serve(provoking.closes, context)}/"
        requests.get(url, timeout=5, verify=str(context.folder / "other.invalid.crt"))


def test_a_server_that_speaks_plainly(serve, means):
    with means("connection", retryable=False):
        requests.get(f"https://localhost:{serve(provoking.babbles)}/", timeout=5)


def test_a_handshake_that_breaks_off(serve, means):
    with means("connection", retryable=True):
        requests.get(f"https://localhost:{serve(provoking.closes)}/", timeout=5)


def test_certificates_that_are_not_there(means):
    with means("invalid_request", retryable=False):
        requests.get("https://localhost/", timeout=5, verify="/nowhere/ca.pem")


def test_a_proxy_that_refuses(refused, means):
    with means("connection", retryable=True):
        requests.get("http://example.invalid/", timeout=5, proxies={"http": f"http://127.0.0.1:{refused}"})


@pytest.mark.parametrize(
    ("status", "category", "retryable"),
    [(407, "auth", False), (403, "auth", False), (503, "connection", True)],
)
def test_a_tunnel_that_the_proxy_does_not_dig(serve, means, status, category, retryable):
    answer = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status
    proxy = f"http://127.0.0.1:{serve(provoking.says(answer))}"
    with means(category, retryable=retryable):
        requests.get("https://example.invalid/", timeout=5, proxies={"https": proxy})


@pytest.mark.parametrize(
    "url", ["nowhere", "foo://127.0.0.1/", "http://", "http://*x.invalid/", "http://[::1/"]
)
def test_an_address_that_is_none(means, url):
    with means("invalid_request", retryable=False):
        requests.get(url, timeout=5)


def test_a_header_that_is_none(web, means):
    with means("invalid_request", retryable=False):
        requests.get(web.answers(200), timeout=5, headers={"x": "a\nb"})


def test_an_answer_that_is_no_json(web, means):
    with means("invalid_request", retryable=False):
        requests.get(web.answers(200, body=b"<html>"), timeout=5).json()


def test_retries_of_its_own_that_end_in_a_status(web, means):
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=Retry(2, backoff_factor=0, status_forcelist=[503])))
        with means("server", retryable=True):
            session.get(web.answers(503), timeout=5)


def test_retries_of_its_own_that_end_in_a_limit(web, means):
    with requests.Session() as session:
        retries = Retry(1, backoff_factor=0, status_forcelist=[429], respect_retry_after_header=False)
        session.mount("http://", HTTPAdapter(max_retries=retries))
        with means("rate_limit", retryable=True):
            session.get(web.answers(429, {"Retry-After": "9"}), timeout=5)


def test_a_body_read_twice(web, means):
    with means("invalid_request", retryable=False):
        answer = requests.get(web.answers(200, body=b"x"), timeout=5, stream=True)
        list(answer.iter_content(1))
        next(answer.iter_content(1))
