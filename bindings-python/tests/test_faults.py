"""What real exceptions mean."""

from __future__ import annotations

import asyncio
import errno
import http.server
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import xmlrpc.client

import httpx
import pytest

import failsoft
from failsoft import classify, classify_fault


def meaning(error):
    verdict = classify(error)
    return (verdict.category, verdict.retryable)


def raised(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers /503 with a 503; /slow not at all; /cut with half of a body."""

    released: threading.Event

    def do_GET(self):
        if self.path == "/slow":
            self.server.released.wait(30)
            return
        if self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            return
        status = int(self.path.strip("/"))
        self.send_response(status)
        if status in {429, 503}:
            self.send_header("Retry-After", "7")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.released = threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def nobody():
    """An address at which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}"


STATUSES = {
    400: ("invalid_request", False),
    401: ("auth", False),
    404: ("not_found", False),
    409: ("conflict", False),
    429: ("rate_limit", True),
    500: ("server", True),
    501: ("server", False),
    503: ("server", True),
}


class TestHttpx:
    @pytest.mark.parametrize("status", STATUSES)
    def test_a_status(self, server, status):
        error = raised(httpx.get(f"{server}/{status}").raise_for_status)
        assert meaning(error) == STATUSES[status]
        assert classify(error).retry_after == (7.0 if status in {429, 503} else None)

    def test_nobody_listens(self, nobody):
        assert meaning(raised(httpx.get, nobody)) == ("connection", True)

    def test_nobody_answers_in_time(self, server):
        error = raised(httpx.get, f"{server}/slow", timeout=httpx.Timeout(30, read=0.05))
        assert (type(error), meaning(error)) == (httpx.ReadTimeout, ("timeout", True))

    def test_the_connection_ends_in_the_middle(self, server):
        assert meaning(raised(httpx.get, f"{server}/cut")) == ("connection", True)

    def test_an_address_that_is_none(self):
        assert meaning(raised(httpx.get, "http://exa mple:x/")) == ("invalid_request", False)

    def test_a_name_that_does_not_exist(self):
        assert meaning(raised(httpx.get, "http://name.invalid/")) == ("connection", True)

    @pytest.mark.asyncio
    async def test_the_same_from_a_coroutine(self, nobody):
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.ConnectError) as caught:
                await client.get(nobody)
        assert meaning(caught.value) == ("connection", True)

    def test_an_outage_is_survived(self, server, time):
        paths = iter(["/503", "/429", "/slow", "/200"])

        @failsoft.with_retry(jitter=False, clock=time.clock)
        def fetch():
            path = next(paths)
            answer = httpx.get(f"{server}{path}", timeout=0.05 if path == "/slow" else 30)
            answer.raise_for_status()
            return answer.status_code

        assert (fetch(), time.slept) == (200, [7.0, 7.0, 4.0])


class TestUrllib:
    @pytest.mark.parametrize("status", STATUSES)
    def test_a_status(self, server, status):
        error = raised(urllib.request.urlopen, f"{server}/{status}")
        assert meaning(error) == STATUSES[status]
        assert classify(error).retry_after == (7.0 if status in {429, 503} else None)
        error.close()

    def test_nobody_listens(self, nobody):
        error = raised(urllib.request.urlopen, nobody)
        assert (type(error), meaning(error)) == (urllib.error.URLError, ("connection", True))

    def test_nobody_answers_in_time(self, server):
        assert meaning(raised(urllib.request.urlopen, f"{server}/slow", timeout=0.05)) == ("timeout", True)

    def test_a_name_that_does_not_exist(self):
        assert meaning(raised(urllib.request.urlopen, "http://name.invalid/")) == ("connection", True)

    def test_a_scheme_that_does_not_exist(self):
        assert meaning(raised(urllib.request.urlopen, "gopher:x")) != ("connection", True)


class TestXmlrpc:
    @pytest.mark.parametrize("status", STATUSES)
    def test_a_status(self, server, status):
        with xmlrpc.client.ServerProxy(f"{server}/{status}") as proxy:
            error = raised(proxy.prices)
        assert meaning(error) == STATUSES[status]
        assert classify(error).retry_after == (7.0 if status in {429, 503} else None)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
class TestTls:
    @pytest.fixture(scope="class")
    @classmethod
    def self_signed(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("tls")
        key, certificate = folder / "key.pem", folder / "cert.pem"
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            "-out",
        ]
        command[-1:] = [str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.handle_error = lambda *_args: None
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        server.server_close()
        thread.join()

    def test_a_certificate_that_nobody_trusts_is_not_retried(self, self_signed):
        url = f"https://localhost:{self_signed}/200"
        bare = raised(
            ssl.create_default_context().wrap_socket,
            socket.create_connection(("127.0.0.1", self_signed)),
            server_hostname="localhost",
        )
        for error in (bare, raised(urllib.request.urlopen, url), raised(httpx.get, url)):
            assert meaning(error) == ("connection", False), type(error)

    def test_a_server_that_speaks_plainly_is_not_retried(self, server):
        error = raised(httpx.get, server.replace("http:", "https:") + "/200")
        assert meaning(error) == ("connection", False)


class TestBuiltins:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (errno.ECONNREFUSED, ("connection", True)),
            (errno.ECONNRESET, ("connection", True)),
            (errno.EPIPE, ("connection", True)),
            (errno.EHOSTUNREACH, ("connection", True)),
            (errno.ETIMEDOUT, ("timeout", True)),
            (errno.ENOENT, ("not_found", False)),
            (errno.EACCES, ("auth", False)),
            (errno.EPERM, ("auth", False)),
            (errno.ENOSPC, ("resource", False)),
            (errno.EMFILE, ("resource", True)),
            (errno.ENOMEM, ("resource", False)),
        ],
        ids=lambda value: errno.errorcode.get(value, "") if isinstance(value, int) else "",
    )
    def test_errors_of_the_system(self, code, expected):
        assert meaning(OSError(code, "whatever it says")) == expected

    @pytest.mark.parametrize(
        "error",
        [ValueError("timeout must be positive"), TypeError("connection"), AttributeError(), IndexError()],
    )
    def test_errors_of_the_program_are_not_retried(self, error):
        assert meaning(error) == ("invalid_request", False)

    def test_a_missing_key_is_not_retried(self):
        assert classify(KeyError("connection")).retryable is False

    def test_timeouts_of_every_kind(self):
        for kind in (TimeoutError, socket.timeout, asyncio.TimeoutError, subprocess.TimeoutExpired):
            error = kind("make", 3) if kind is subprocess.TimeoutExpired else kind()
            assert meaning(error) == ("timeout", True), kind

    def test_a_program_that_fails_has_no_http_status(self):
        error = raised(subprocess.run, [sys.executable, "-c", "raise SystemExit(503)"], check=True)
        assert classify(error).retryable is False

    # mode: bare number taken for a status
    def test_a_bare_number_in_a_message_means_nothing(self):
        assert meaning(Exception("see ticket 503, port 40329")) == ("unknown", False)

    def test_an_implicit_context_is_no_cause(self):
        try:
            try:
                raise ConnectionError("down")
            except ConnectionError:
                raise ValueError("nonsense")  # noqa: B904
        except ValueError as error:
            assert meaning(error) == ("invalid_request", False)

    @pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python has no groups of exceptions")
    def test_a_group_is_what_its_members_are(self):
        group = ExceptionGroup  # noqa: F821
        assert classify(group("g", [ConnectionError(), TimeoutError()])).retryable is True
        assert classify(group("g", [ConnectionError(), ValueError()])).retryable is False
        assert classify(group("g", [group("h", [ConnectionError()])])).retryable is True


class TestFaultDocuments:
    def test_are_classified_without_an_exception(self):
        assert classify_fault({"status": 503, "headers": {"Retry-After": "2"}}) == failsoft.Verdict(
            "server", "transient", retryable=True, retry_after=2.0, rule=classify_fault({"status": 503}).rule
        )

    def test_with_a_wrong_shape_are_refused(self):
        with pytest.raises(failsoft.ConfigError) as caught:
            classify_fault({"hots": "python", "cause": [], "attrs": {"x": object()}})
        assert sorted((problem.code, problem.path) for problem in caught.value.problems) == [
            ("unknown_key", "hots"),
            ("wrong_type", "attrs.x"),
            ("wrong_type", "cause"),
        ]

    def test_follow_the_callers_own_rules(self):
        rules = {"rules": [{"match": {"type": "ValueError"}, "then": "transient"}]}
        assert classify(ValueError(), rules).retryable is True
        assert classify_fault({"type": "ValueError"}, rules).retryable is True
        assert classify(ValueError()).retryable is False
