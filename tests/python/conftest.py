"""Time, scripts and log lines as the stories of ``bindings-python/tests`` have them; and a real server."""

from __future__ import annotations

import importlib.util
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _stories():
    """Their conftest, under a name of its own: two modules can't both be called ``conftest``."""
    path = ROOT / "bindings-python" / "tests" / "conftest.py"
    sys.path.append(str(path.parent))  # where its own modules are
    spec = importlib.util.spec_from_file_location("stories", path)
    module = sys.modules["stories"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_known = _stories()
time, script, down, lines = _known.time, _known.script, _known.down, _known.lines


class Server:
    """An HTTP server on loopback that plays a script: statuses, or a status with a body and headers.

    The last line repeats.
    """

    def __init__(self, *script: int | tuple[int, str, dict[str, str]]) -> None:
        self.script = script
        self.requests: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def do_POST(self) -> None:
                server.answer(self)

            def log_message(self, *_args: object) -> None:
                """Say nothing: a test's output is pytest's."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        line = self.script[min(len(self.requests), len(self.script) - 1)]
        self.requests.append(handler.path)
        status, body, headers = (line, "fresh", {}) if isinstance(line, int) else line
        handler.rfile.read(int(handler.headers.get("content-length", 0)))
        handler.send_response(status)
        for name, value in {**headers, "content-length": str(len(body.encode()))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def spread(values: list[float], low: float, high: float) -> bool:
    """Whether all values lie in a range and come near both of its ends."""
    near = (high - low) / 10
    return low <= min(values) < low + near and high - near < max(values) <= high


def within(values: list[float], *bounds: tuple[float, float]) -> bool:
    """Whether each value lies between its bounds."""
    return all(low <= value <= high for (low, high), value in zip(bounds, values, strict=True))


@pytest.fixture
def server():
    """Makes servers on loopback; see :class:`Server`."""
    servers = []

    def make(*script):
        servers.append(Server(*script))
        return servers[-1]

    yield make
    for made in servers:
        made.close()
