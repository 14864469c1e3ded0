"""What provokes errors, and what judges and records them."""

from __future__ import annotations

import gc
import shutil
import socket
import threading
from contextlib import contextmanager

import pytest

import failsoft
import provoking
import records

RECORDS = records.Records()


def pytest_sessionfinish(session):
    if records.RECORDING and session.testsfailed == 0:
        RECORDS.write()


def pytest_collection_modifyitems(items):
    # Clients that were cut off leave sockets behind; that is their affair.
    leaves = pytest.mark.filterwarnings("ignore::ResourceWarning")
    ignores = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    for item in items:
        if "errors" in item.path.parts:
            item.add_marker(leaves)
            item.add_marker(ignores)


@pytest.fixture(scope="module", autouse=True)
def _leaves_nothing_to_others():
    """What lies in a cycle is collected here, and not in a test of another module, where a lost socket is a failure."""
    yield
    gc.collect()


@pytest.fixture
def means(request):
    """Whatever the block raises must mean this, and what is recorded about it must say the same."""
    module = request.module.__name__.removeprefix("test_").removesuffix("_errors").replace("_", " ")
    name, _, parameter = request.node.name.partition("[")
    sentence = name.removeprefix("test_").replace("_", " ")
    description = f"{module}: {sentence}" + (f" ({parameter[:-1]})" if parameter else "")

    @contextmanager
    def judge(category, *, retryable, retry_after=None):
        wanted = {"category": category, "retryable": retryable, "retry_after": retry_after}
        try:
            yield
        except BaseException as error:
            verdict = vars(failsoft.classify(error))
            written = RECORDS.meet(description, error)
            if {key: verdict[key] for key in wanted} != wanted:
                pytest.fail(f"{description}: {error!r} means {verdict}", pytrace=False)
            assert written is not None, "nothing is recorded about it: run it with RECORD=1"
            assert {key: written["expect"][key] for key in wanted} == wanted, "recorded otherwise"
        else:
            pytest.fail("nothing was raised")

    return judge


@pytest.fixture(scope="session")
def web():
    """Answers HTTP as it is told to."""
    server = provoking.Web()
    yield server
    server.close()


@pytest.fixture
def serve():
    """Starts servers that treat each connection as they are told to; returns the port."""
    servers = []

    def start(handle, context=None):
        servers.append(provoking.Server(handle, context))
        return servers[-1].port

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def silent():
    """The port of a server that accepts and never answers."""
    done = threading.Event()
    server = provoking.Server(lambda _connection: done.wait(30) and None)
    yield server.port
    done.set()
    server.close()


@pytest.fixture
def refused():
    """A port at which nobody listens."""
    with socket.socket() as unused:
        unused.bind((provoking.HOST, 0))
        yield unused.getsockname()[1]


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    """Returns what a TLS server needs to call itself by a name."""
    if shutil.which("openssl") is None:
        raise RuntimeError("the tests of TLS make their certificates with the program openssl")
    folder = tmp_path_factory.mktemp("tls")
    made = {}

    def named(name="localhost"):
        made[name] = made.get(name) or provoking.speaks_tls(folder, name)
        made[name].folder = folder
        return made[name]

    return named
