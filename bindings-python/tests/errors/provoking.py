"""Servers on loopback that do to a client whatever can be done to it."""

from __future__ import annotations

import http.server
import json
import socket
import ssl
import struct
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = "127.0.0.1"
NOWHERE = "host.invalid"
"""A name that RFC 6761 promises never to exist."""


class Server:
    """Hands each connection to ``handle`` in a thread of its own, until it is closed."""

    def __init__(self, handle: Callable[[socket.socket], None], context: ssl.SSLContext | None = None):
        self._handle = handle
        self._context = context
        self.closing = threading.Event()
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self._listener.settimeout(30)
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def close(self) -> None:
        self.closing.set()
        # A connection of our own wakes the thread that waits for one.
        with suppress(OSError):
            socket.create_connection((HOST, self.port), timeout=5).close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, EOFError), connection:
            if self.closing.is_set():
                return
            connection.settimeout(10)
            self._open.add(connection)
            if self._context is None:
                self._handle(connection)
            else:
                with self._context.wrap_socket(connection, server_side=True) as secured:
                    self._handle(secured)


def request(connection: socket.socket) -> bytes:
    """Everything up to the end of a request's headers, and the body that they announce."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += received(connection)
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.splitlines() if line.lower().startswith(b"content-length")
    ]
    while lengths and len(body) < int(lengths[0]):
        body += received(connection)
    return read


def received(connection: socket.socket, length: int | None = None) -> bytes:
    """What comes next, or exactly so many bytes of it."""
    part = connection.recv(65536 if length is None else length)
    if not part:
        raise EOFError
    return part if length is None or len(part) == length else part + received(connection, length - len(part))


def resets(connection: socket.socket) -> None:
    """Tear the connection down instead of an answer."""
    received(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closes(connection: socket.socket) -> None:
    """Hang up instead of an answer."""
    received(connection)


def says(answer: bytes) -> Callable[[socket.socket], None]:
    """Answer every request so, and hang up."""

    def handle(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(answer)

    return handle


def babbles(connection: socket.socket) -> None:
    """Answer whatever comes in plain HTTP."""
    received(connection)
    connection.sendall(SHORT)


def greets(greeting: bytes) -> Callable[[socket.socket], None]:
    """Speak first, as servers of other protocols do, then listen until the client has enough."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(greeting)
        while connection.recv(65536):
            pass

    return handle


SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf"
GARBLED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n"
SQUEEZED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf"
NONSENSE = b"+OK no HTTP is spoken here\r\n\r\n"
ROUND = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Web(http.server.ThreadingHTTPServer):
    """Answers by path: each answer that a test asks for has a prefix of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Handler)
        self.given: list[tuple[int, dict[str, str], bytes]] = []
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def answers(self, status: int, headers: dict[str, str] | None = None, body: object = b"") -> str:
        """Return the beginning of addresses that are all answered so; what is no bytes is sent as JSON."""
        headers = dict(headers or {})
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        self.given.append((status, headers, body))
        return f"http://{HOST}:{self.server_port}/{len(self.given) - 1}"

    @property
    def latest(self) -> str:
        """The beginning of addresses that are answered as was asked for last."""
        return f"http://{HOST}:{self.server_port}/latest"

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Web

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        number = self.path.split("/")[1].partition("?")[0]
        status, headers, body = self.server.given[-1 if number == "latest" else int(number)]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _answer  # noqa: N815

    def log_message(self, *_args: object) -> None:
        pass


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a key and a certificate for a name, which nobody has signed."""
    key, made = folder / f"{name}.key", folder / f"{name}.crt"
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
        f"/CN={name}",
    ]
    command += ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return key, made


def speaks_tls(folder: Path, name: str) -> ssl.SSLContext:
    """Return what a server needs to call itself by this name."""
    key, made = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return context
