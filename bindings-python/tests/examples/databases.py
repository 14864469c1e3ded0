"""Redis and PostgreSQL for the examples: real ones where there are some, and servers that speak a little of either."""

from __future__ import annotations

import os
import shutil
import socket
import socketserver
import struct
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GRACE = 20
"""Seconds that a real server may take to start."""


@contextmanager
def small_redis() -> Iterator[str]:
    """Speaks RESP 2: GET and SET, and OK to whatever else."""
    kept: dict[bytes, bytes] = {}

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while head := self.rfile.readline():
                command = []
                for _ in range(int(head[1:])):
                    size = int(self.rfile.readline()[1:])
                    command.append(self.rfile.read(size))
                    self.rfile.readline()
                self.wfile.write(self.answer(*command))

        def answer(self, verb: bytes, *given: bytes) -> bytes:
            if verb == b"SET":
                kept[given[0]] = given[1]
            if verb == b"HELLO":
                return b"-ERR unknown command\r\n"
            if verb != b"GET":
                return b"+OK\r\n"
            found = kept.get(given[0])
            return b"$-1\r\n" if found is None else b"$%d\r\n%s\r\n" % (len(found), found)

    with _serving(Handler) as port:
        yield f"redis://127.0.0.1:{port}?protocol=2"


class _SmallPostgres(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while (length := struct.unpack("!i", self.rfile.read(4))[0]) == 8:
            # A request for encryption.
            self.rfile.read(4)
            self.wfile.write(b"N")
        self.rfile.read(length - 4)
        self.send(b"R", struct.pack("!i", 0))
        for name, value in ((b"client_encoding", b"UTF8"), (b"server_version", b"15.0")):
            self.send(b"S", name + b"\0" + value + b"\0")
        self.send(b"Z", b"I")
        while (kind := self.rfile.read(1)) == b"Q":
            query = self.rfile.read(struct.unpack("!i", self.rfile.read(4))[0] - 4).rstrip(b"\0")
            if b"pg_terminate_backend" in query:
                self.fails(b"57P01", b"terminating connection due to administrator command")
                return
            self.answer(query)
        assert kind in {b"X", b""}

    def answer(self, query: bytes) -> None:
        if query.startswith(b"selekt"):
            self.fails(b"42601", b'syntax error at or near "selekt"')
        elif b"'" in query:
            value = query.split(b"'")[1]
            field = struct.pack("!ihihih", 0, 0, 25, -1, -1, 0)
            self.send(b"T", struct.pack("!h", 1) + b"word\0" + field)
            self.send(b"D", struct.pack("!hi", 1, len(value)) + value)
            self.send(b"C", b"SELECT 1\0")
        else:
            self.send(b"C", query.split()[0] + b"\0")
        self.send(b"Z", b"I")

    def fails(self, code: bytes, text: bytes) -> None:
        self.send(b"E", b"SFATAL\0VFATAL\0C%s\0M%s\0\0" % (code, text))

    def send(self, kind: bytes, body: bytes) -> None:
        self.wfile.write(kind + struct.pack("!i", len(body) + 4) + body)


@contextmanager
def small_postgres() -> Iterator[str]:
    """Speaks version 3 of the protocol: each simple query answers with the word that it quotes."""
    with _serving(_SmallPostgres) as port:
        yield f"postgresql://user@127.0.0.1:{port}/shop"


@contextmanager
def real_redis() -> Iterator[str]:
    port = free_port()
    settings = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with _running(["redis-server", *settings], port):
        yield f"redis://127.0.0.1:{port}"


@contextmanager
def real_postgres() -> Iterator[str]:
    port = free_port()
    # It refuses to run as root; its package comes with a user.
    user = "postgres" if os.geteuid() == 0 else None
    programs = Path(str(shutil.which("postgres"))).resolve().parent
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user)
        data = str(Path(folder, "data"))
        make = [str(programs / "initdb"), "-D", data, "-U", "user", "-A", "trust", "--no-sync"]
        subprocess.run(make, user=user, check=True, capture_output=True, cwd="/")  # noqa: S603
        run = [str(programs / "postgres"), "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1"]
        with _running([*run, "-F"], port, user):
            yield f"postgresql://user@127.0.0.1:{port}/postgres"


REDIS = [small_redis, *([real_redis] if shutil.which("redis-server") else [])]
POSTGRES = [small_postgres, *([real_postgres] if shutil.which("postgres") else [])]


@contextmanager
def _serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _running(command: list[str], port: int, user: str | None = None) -> Iterator[None]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, user=user, cwd="/", **silent) as process:  # noqa: S603
        try:
            _reached(port)
            yield
        finally:
            process.terminate()
            process.wait(GRACE)


def _reached(port: int) -> None:
    until = time.monotonic() + GRACE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
