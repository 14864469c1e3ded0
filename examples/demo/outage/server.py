"""A real HTTP server that has a bad day.

It runs in a thread with a loop of its own, so that busy clients cannot slow it down, and it counts every
request that reaches it: what a struggling server has to bear is half of the story.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, final

from outage.script import HICCUP, PHASES, SLOW_ANSWER, Phase

if TYPE_CHECKING:
    from types import TracebackType

PORTS = range(18_250, 18_350)
"""Below those that systems hand out by themselves: while nobody listens, no other program is given ours."""


@final
class Server:
    """The server, as a context manager: it starts with the block and plays the script once."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, Phase]] = Counter()
        """How many requests reached it, by client and phase."""
        self.started = 0.0
        """When the script began, on the monotonic clock."""
        self._phase = PHASES[0]
        self._listening = _listen(PORTS)
        self._address = self._listening.getsockname()
        self._connections: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    @property
    def url(self) -> str:
        """Where it is, when it is there."""
        return f"http://{self._address[0]}:{self._address[1]}"

    def __enter__(self) -> Server:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._playing.cancel)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._playing = self._loop.create_task(self._play())
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._playing)
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _play(self) -> None:
        listener = await asyncio.start_server(self._serve, sock=self._listening)
        self.started = due = time.monotonic()
        self._ready.set()
        try:
            for phase in PHASES:
                self._phase = phase
                if phase.name == "refused":
                    # Without a listener it is the system itself that refuses connections.
                    listener.close()
                    for connection in list(self._connections):
                        connection.transport.abort()
                elif not listener.is_serving():
                    again = _listen(range(self._address[1], self._address[1] + 1))
                    listener = await asyncio.start_server(self._serve, sock=again)
                due += phase.seconds
                await asyncio.sleep(due - time.monotonic())
            await asyncio.Event().wait()
        finally:
            listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until either side has had enough."""
        self._connections.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(await self._answer(_client(head)))
                await writer.drain()
        self._connections.discard(writer)
        writer.close()

    async def _answer(self, client: str) -> bytes:
        phase = self._phase
        self.requests[client, phase] += 1
        if phase.name == "hanging":
            await asyncio.sleep(SLOW_ANSWER)
        elif phase.name == "429":
            return _response("429 Too Many Requests", "slow down", "Retry-After: 1\r\n")
        elif phase.name == "503":
            return _response("503 Service Unavailable", "out of order")
        elif phase is PHASES[0] and self.requests[client, phase] == HICCUP:
            return _response("502 Bad Gateway", "a hiccup")
        return _response("200 OK", json.dumps({"city": "Oslo", "celsius": 12.5}))


def _listen(ports: range) -> socket.socket:
    """Open a listening socket on the first of the ports that is free."""
    for port in ports:
        listening = socket.socket()
        # Without it the system would keep the port for a minute after the connections of the phases before.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
            listening.listen(128)
        except OSError:
            listening.close()
        else:
            return listening
    raise OSError(f"none of the ports {ports.start} to {ports.stop - 1} is free")


def _client(head: str) -> str:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "x-client":
            return value.strip()
    return "unknown"


def _response(status: str, body: str, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n{body}".encode("latin-1")
