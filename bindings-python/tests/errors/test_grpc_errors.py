"""What grpc raises, and google-api-core around it."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import google.api_core.exceptions
import google.api_core.grpc_helpers
import grpc
import grpc.aio
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

import provoking

CODES = {
    "CANCELLED": ("cancelled", False),
    "UNKNOWN": ("unknown", False),
    "INVALID_ARGUMENT": ("invalid_request", False),
    "DEADLINE_EXCEEDED": ("timeout", True),
    "NOT_FOUND": ("not_found", False),
    "ALREADY_EXISTS": ("conflict", False),
    "PERMISSION_DENIED": ("auth", False),
    "RESOURCE_EXHAUSTED": ("rate_limit", True),
    "FAILED_PRECONDITION": ("invalid_request", False),
    "ABORTED": ("conflict", True),
    "OUT_OF_RANGE": ("invalid_request", False),
    "UNIMPLEMENTED": ("server", False),
    "INTERNAL": ("server", True),
    "UNAVAILABLE": ("server", True),
    "DATA_LOSS": ("server", False),
    "UNAUTHENTICATED": ("auth", False),
}


class Fails(grpc.GenericRpcHandler):
    """Ends every call as the name of its method says."""

    def service(self, details):
        name = details.method.rpartition("/")[2]

        def fail(_request, context):
            if name == "SILENT":
                gone = threading.Event()
                context.add_callback(gone.set)
                gone.wait(10)
            if name == "PUSHBACK":
                context.set_trailing_metadata((("grpc-retry-pushback-ms", "1500"),))
                context.abort(grpc.StatusCode.UNAVAILABLE, "come back")
            if name == "NEVER":
                context.set_trailing_metadata((("grpc-retry-pushback-ms", "-1"),))
                context.abort(grpc.StatusCode.UNAVAILABLE, "do not")
            if name in {"RETRY_INFO", "QUOTA_PER_DAY"}:
                context.abort_with_status(rpc_status.to_status(rich(name)))
            if name == "RAISES":
                raise ValueError("no")
            return context.abort(grpc.StatusCode.UNKNOWN if name == "X" else grpc.StatusCode[name], "no")

        return grpc.unary_unary_rpc_method_handler(fail)


def rich(name):
    status = status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="no")
    if name == "RETRY_INFO":
        found = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=3, nanos=500_000_000))
    else:
        metadata = {"quota_limit": "RequestsPerDay", "quota_unit": "1/d/{project}"}
        found = error_details_pb2.ErrorInfo(reason="RATE_LIMIT_EXCEEDED", metadata=metadata)
    packed = any_pb2.Any()
    packed.Pack(found)
    status.details.append(packed)
    return status


@pytest.fixture(scope="module")
def port():
    server = grpc.server(ThreadPoolExecutor(4), handlers=[Fails()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(None).wait()


def call(port, name, host="127.0.0.1", timeout=5):
    with grpc.insecure_channel(f"{host}:{port}") as channel:
        return channel.unary_unary(f"/x.Service/{name}")(b"", timeout=timeout)


def call_async(port, name, host="127.0.0.1", timeout=5):
    async def answer():
        async with grpc.aio.insecure_channel(f"{host}:{port}") as channel:
            return await channel.unary_unary(f"/x.Service/{name}")(b"", timeout=timeout)

    return asyncio.run(answer())


def call_google(port, name, host="127.0.0.1", timeout=5):
    with grpc.insecure_channel(f"{host}:{port}") as channel:
        method = google.api_core.grpc_helpers.wrap_errors(channel.unary_unary(f"/x.Service/{name}"))
        return method(b"", timeout=timeout)


def each(function):
    ids = ["grpc", "aio", "google"]
    return pytest.mark.parametrize("calls", [call, call_async, call_google], ids=ids)(function)


@each
@pytest.mark.parametrize("code", [code for code in CODES if code != "UNKNOWN"])
def test_a_code(port, means, calls, code):
    category, retryable = CODES[code]
    with means(category, retryable=retryable):
        calls(port, code)


@each
def test_a_server_that_raises(port, means, calls):
    # Google's client knows this code as a failure of the server.
    category = "server" if calls is call_google else "unknown"
    with means(category, retryable=category == "server"):
        calls(port, "RAISES")


@each
def test_a_delay_that_the_server_asks_for(port, means, calls):
    with means("rate_limit", retryable=True, retry_after=3.5):
        calls(port, "RETRY_INFO")


@each
def test_a_quota_for_the_day(port, means, calls):
    with means("quota", retryable=False):
        calls(port, "QUOTA_PER_DAY")


@each
def test_a_server_that_pushes_back(port, means, calls):
    with means("server", retryable=True, retry_after=1.5):
        calls(port, "PUSHBACK")


@each
def test_a_server_that_never_wants_it_again(port, means, calls):
    with means("server", retryable=False):
        calls(port, "NEVER")


@each
def test_no_answer_in_time(port, means, calls):
    with means("timeout", retryable=True):
        calls(port, "SILENT", timeout=0.1)


@each
def test_nobody_listens(refused, means, calls):
    with means("server", retryable=True):
        calls(refused, "X")


@each
def test_a_name_that_does_not_exist(means, calls):
    with means("server", retryable=True):
        calls(1, "X", provoking.NOWHERE, timeout=20)


@each
def test_an_answer_in_another_protocol(serve, means, calls):
    with means("server", retryable=True):
        calls(serve(provoking.greets(provoking.SHORT)), "X")


def test_a_certificate_that_nobody_signed(serve, tls, means):
    port = serve(provoking.closes, tls())
    with grpc.secure_channel(f"localhost:{port}", grpc.ssl_channel_credentials()) as channel:
        with means("connection", retryable=False):
            channel.unary_unary("/x.Service/X")(b"", timeout=5)


def test_a_call_that_its_caller_cancelled(port, means):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        future = channel.unary_unary("/x.Service/SILENT").future(b"", timeout=5)
        future.cancel()
        with means("cancelled", retryable=False):
            future.result()


def test_a_channel_that_is_closed(port, means):
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    method = channel.unary_unary("/x.Service/X")
    channel.close()
    with means("invalid_request", retryable=False):
        method(b"")


def test_a_channel_that_is_not_ready_in_time(refused, means):
    with grpc.insecure_channel(f"127.0.0.1:{refused}") as channel, means("timeout", retryable=True):
        grpc.channel_ready_future(channel).result(timeout=0.05)
