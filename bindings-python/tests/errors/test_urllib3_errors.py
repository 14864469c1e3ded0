"""What urllib3 and the standard library's own HTTP raise."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request

import pytest
import urllib3

import provoking
from answers import PROVIDERS, STATUSES

ONCE = urllib3.Retry(0, redirect=3)


@pytest.fixture
def pool():
    with urllib3.PoolManager(timeout=5, retries=False) as manager:
        yield manager


@pytest.mark.parametrize("retries", [False, ONCE], ids=["bare", "wrapped"])
class TestUrllib3:
    def test_nobody_listens(self, pool, refused, means, retries):
        with means("connection", retryable=True):
            pool.request("GET", f"http://127.0.0.1:{refused}/", retries=retries)

    def test_a_name_that_does_not_exist(self, pool, means, retries):
        with means("connection", retryable=True):
            pool.request("GET", f"http://{provoking.NOWHERE}/", retries=retries)

    def test_no_answer_in_time(self, pool, silent, means, retries):
        with means("timeout", retryable=True):
            pool.request("GET", f"http://127.0.0.1:{silent}/", retries=retries, timeout=0.1)

    @pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
    def test_no_answer(self, pool, serve, means, behaviour, retries):
        with means("connection", retryable=True):
            pool.request("GET", f"http://127.0.0.1:{serve(behaviour)}/", retries=retries)

    @pytest.mark.parametrize(
        "answer", [provoking.CHUNK, provoking.SHORT, provoking.GARBLED], ids=["chunk", "short", "garbled"]
    )
    def test_half_an_answer(self, pool, serve, means, answer, retries):
        with means("connection", retryable=True):
            pool.request("GET", f"http://127.0.0.1:{serve(provoking.says(answer))}/", retries=retries)

    def test_a_certificate_that_nobody_signed(self, pool, serve, tls, means, retries):
        with means("connection", retryable=False):
            pool.request("GET", f"https://localhost:{serve(provoking.closes, tls())}/", retries=retries)

    def test_a_certificate_of_another_name(self, serve, tls, means, retries):
        context = tls("other.invalid")
        trusts = ssl.create_default_context(cafile=context.folder / "other.invalid.crt")
        with urllib3.PoolManager(ssl_context=trusts) as pool, means("connection", retryable=False):
            pool.request("GET", f"https://localhost:{serve(provoking.closes, context)}/", retries=retries)

    def test_a_server_that_speaks_plainly(self, pool, serve, means, retries):
        with means("connection", retryable=False):
            url = f"https://localhost:{serve(provoking.babbles)}/"
            pool.request("GET", url, retries=retries)

    def test_a_handshake_that_breaks_off(self, pool, serve, means, retries):
        with means("connection", retryable=True):
            pool.request("GET", f"https://localhost:{serve(provoking.closes)}/", retries=retries)

    def test_a_proxy_that_refuses(self, refused, means, retries):
        with urllib3.ProxyManager(f"http://127.0.0.1:{refused}") as pool, means("connection", retryable=True):
            pool.request("GET", "http://example.invalid/", retries=retries)

    @pytest.mark.parametrize(
        ("status", "category", "retryable"), [(407, "auth", False), (503, "connection", True)]
    )
    def test_a_tunnel_that_the_proxy_does_not_dig(self, serve, means, retries, status, category, retryable):
        answer = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status
        proxy = urllib3.ProxyManager(f"http://127.0.0.1:{serve(provoking.says(answer))}")
        with proxy, means(category, retryable=retryable):
            proxy.request("GET", "https://example.invalid/", retries=retries)

    def test_redirects_without_an_end(self, pool, serve, means, retries):
        url = f"http://127.0.0.1:{serve(provoking.says(provoking.ROUND))}/"
        with means("invalid_request", retryable=False):
            pool.request("GET", url, retries=urllib3.Retry(2, redirect=1 if retries else 0))

    @pytest.mark.parametrize("url", ["foo://127.0.0.1/", "http://[::1/", "http://"])
    def test_an_address_that_is_none(self, pool, means, url, retries):
        with means("invalid_request", retryable=False):
            pool.request("GET", url, retries=retries)


def test_retries_of_its_own_that_end_in_a_status(pool, web, means):
    with means("server", retryable=True):
        pool.request("GET", web.answers(502), retries=urllib3.Retry(1, status_forcelist=[502]))


def test_no_connection_left_in_the_pool(web, means):
    with urllib3.HTTPConnectionPool("127.0.0.1", web.server_port, maxsize=1, block=True) as pool:
        held = pool._get_conn()
        with means("resource", retryable=True):
            pool.request("GET", "/0", pool_timeout=0.01, retries=False)
        pool._put_conn(held)


def test_an_answer_that_cannot_be_unpacked(pool, serve, means):
    with means("invalid_request", retryable=False):
        pool.request("GET", f"http://127.0.0.1:{serve(provoking.says(provoking.SQUEEZED))}/")


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_of_urllib(web, means, status):
    category, retryable = STATUSES[status]
    with means(category, retryable=retryable):
        urllib.request.urlopen(web.answers(status), timeout=5)


@pytest.mark.parametrize(
    "provider", ["a limit behind a 403", "a wait in milliseconds", "throttling behind a 400"]
)
def test_the_headers_of_a_provider_through_urllib(web, means, provider):
    status, headers, body, (category, retryable, wait) = PROVIDERS[provider]
    with means(category, retryable=retryable, retry_after=wait):
        urllib.request.urlopen(web.answers(status, headers, body), timeout=5)


def test_urllib_when_nobody_listens(refused, means):
    with means("connection", retryable=True):
        urllib.request.urlopen(f"http://127.0.0.1:{refused}/", timeout=5)


def test_urllib_with_a_name_that_does_not_exist(means):
    with means("connection", retryable=True):
        urllib.request.urlopen(f"http://{provoking.NOWHERE}/", timeout=5)


def test_urllib_without_an_answer_in_time(silent, means):
    with means("timeout", retryable=True):
        urllib.request.urlopen(f"http://127.0.0.1:{silent}/", timeout=0.1)


@pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
def test_urllib_without_an_answer(serve, means, behaviour):
    with means("connection", retryable=True):
        urllib.request.urlopen(f"http://127.0.0.1:{serve(behaviour)}/", timeout=5)


def test_urllib_with_a_certificate_that_nobody_signed(serve, tls, means):
    with means("connection", retryable=False):
        urllib.request.urlopen(f"https://localhost:{serve(provoking.closes, tls())}/", timeout=5)


@pytest.mark.parametrize("url", ["nowhere", "foo://127.0.0.1/", "http://127.0.0.1:x/"])
def test_urllib_with_an_address_that_is_none(means, url):
    with means("invalid_request", retryable=False):
        urllib.request.urlopen(url, timeout=5)


def test_urllib_with_a_file_that_is_not_there(means):
    with means("not_found", retryable=False):
        urllib.request.urlopen("file:///nowhere/nothing", timeout=5)


@pytest.mark.parametrize(
    ("answer", "category", "retryable"),
    [
        (provoking.SHORT, "connection", True),
        (provoking.CHUNK, "connection", True),
        (provoking.NONSENSE, "connection", False),
        (b"", "connection", True),
    ],
    ids=["short", "chunk", "nonsense", "nothing"],
)
def test_http_client_with_half_an_answer(serve, means, answer, category, retryable):
    connection = http.client.HTTPConnection("127.0.0.1", serve(provoking.says(answer)), timeout=5)
    with means(category, retryable=retryable):
        connection.request("GET", "/")
        connection.getresponse().read()
    connection.close()


def test_http_client_used_in_the_wrong_order(web, means):
    connection = http.client.HTTPConnection("127.0.0.1", web.server_port, timeout=5)
    with means("invalid_request", retryable=False):
        connection.getresponse()
    connection.close()


def test_http_client_with_an_address_that_is_none(means):
    with means("invalid_request", retryable=False):
        http.client.HTTPConnection("127.0.0.1:x")
