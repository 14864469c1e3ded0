"""A real server on loopback that plays a script, a line for each request; the last line repeats."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

GRACE = 10
"""Seconds that nothing here should ever take."""

PATIENCE = 0.5
"""Seconds after which an answer does not come any more: a busy machine sleeps for a part of them."""


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Loopback:
    """The server; a context manager that also ends its threads."""

    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._script: list[Callable[[Connection], bool]] = [answer(200)]
        self._by_path: dict[str, Callable[[Connection], bool]] = {}
        self._lock = threading.Condition()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.host}"
        self.over = threading.Event()
        self._start(self._accept)

    def plays(self, *script: Callable[[Connection], bool]) -> None:
        self._script = list(script)
        self.asked.clear()

    def at(self, path: str, line: Callable[[Connection], bool]) -> None:
        """Play a line for a path, whenever it is asked for."""
        self._by_path[path] = line

    def was_asked(self) -> None:
        """Wait until a request has arrived."""
        with self._lock:
            assert self._lock.wait_for(lambda: self.asked, GRACE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for client in self._open:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(GRACE)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(client)
            self._start(self._serve, client, self.connections)

    def _serve(self, client: socket.socket, number: int) -> None:
        with client, client.makefile("rb") as lines, suppress(OSError):
            while self._serve_one(Connection(client, self), lines, number):
                pass

    def _serve_one(self, connection: Connection, lines, number: int) -> bool:
        first = lines.readline().split()
        if len(first) != 3:
            return False
        headers: dict[str, str] = {}
        while line := lines.readline().strip().decode("latin-1"):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = _body(lines, headers)
        method, path = first[0].decode(), first[1].decode()
        with self._lock:
            self.asked.append(Asked(method, path, headers, body, number))
            self._lock.notify_all()
            play = self._by_path.get(path)
            if play is None:
                play = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        connection.method = method
        return play(connection)


@dataclass
class Connection:
    """The server's side of a connection."""

    socket: socket.socket
    server: Loopback
    method: str = ""

    def reset(self) -> bool:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # A reset goes out with the last reference; the reader's is closed with it.
        self.socket.shutdown(socket.SHUT_RD)
        return False


def _body(lines, headers: dict[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", ""):
        return lines.read(int(headers.get("content-length", 0)))
    body = b""
    while size := int(lines.readline(), 16):
        body += lines.read(size)
        lines.readline()
    lines.readline()
    return body


def answer(status: int, body: bytes = b"fine", **headers: str) -> Callable[[Connection], bool]:
    """Answer, and keep the connection."""

    def play(connection: Connection) -> bool:
        connection.socket.sendall(_head(status, len(body), headers))
        if connection.method != "HEAD":
            connection.socket.sendall(body)
        return True

    return play


def then_closes(status: int, body: bytes = b"fine") -> Callable[[Connection], bool]:
    """Answer as if the connection were kept, and close it."""
    play = answer(status, body)
    return lambda connection: play(connection) and False


def breaks_off(connection: Connection) -> bool:
    """Send half of a body and reset the connection."""
    connection.socket.sendall(_head(200, 1000, {}) + b"half")
    return connection.reset()


def resets(connection: Connection) -> bool:
    """Reset the connection in the place of an answer."""
    return connection.reset()


def hangs(connection: Connection) -> bool:
    """Never answer."""
    connection.server.over.wait(GRACE)
    return False


def drips(connection: Connection) -> bool:
    """Answer 503 with a body of unknown length that never ends."""
    connection.socket.sendall(b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwait\r\n")
    connection.server.over.wait(GRACE)
    return False


def _head(status: int, length: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Told", f"Content-Length: {length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
