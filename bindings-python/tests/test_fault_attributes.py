"""Where errors of many libraries carry what tells something: each case is shaped as a real one is."""

from __future__ import annotations

import errno
import os
from datetime import timedelta
from http import HTTPStatus
from types import SimpleNamespace

import pytest

from failsoft import classify
from failsoft._faults import fault_of
from failsoft._rpc_status import status_details


def made(name, *args, bases=(Exception,), text=None, **attributes):
    """Raise nothing, but look as an error of that library does."""
    module, _, last = name.rpartition(".")
    body = {"__module__": module, "__qualname__": last}
    if text is not None:
        body["__str__"] = lambda _self: text
    error = type(last, bases, body)(*args)
    for key, value in attributes.items():
        setattr(error, key, value)
    return error


def answer(status, headers=None, **attributes):
    return SimpleNamespace(status_code=status, headers=headers or {}, **attributes)


class HeadersWithStatus(dict):
    """As httplib2 has it."""

    status = 403


def dbapi(name, *args):
    base = made("driver.DatabaseError").__class__
    return made(name, *args, bases=(base,))


CASES = {
    "a body that was read (requests, httpx)": (
        made(
            "requests.HTTPError", response=answer(429, _content=b'{"error": {"code": "insufficient_quota"}}')
        ),
        ("quota", False, None),
    ),
    "a body that was not read": (
        made("requests.HTTPError", response=answer(429, _content=False)),
        ("rate_limit", True, None),
    ),
    "a body that is no JSON": (
        made("requests.HTTPError", response=answer(503, _content=b"<html>not found</html>")),
        ("server", True, None),
    ),
    "a body that is a dictionary (Slack)": (
        made("slack_sdk.SlackApiError", response=answer(200, data={"ok": False, "error": "invalid_auth"})),
        ("auth", False, None),
    ),
    "headers that are the response (Google)": (
        made(
            "googleapiclient.errors.HttpError",
            resp=HeadersWithStatus({"retry-after": "9"}),
            content=b'{"error": {"errors": [{"reason": "rateLimitExceeded"}]}}',
        ),
        ("rate_limit", True, 9.0),
    ),
    "a status among what is known of the answer (Elasticsearch)": (
        made("elasticsearch.ApiError", meta=SimpleNamespace(status=409, headers={}), body={"error": {}}),
        ("conflict", False, None),
    ),
    "a code in a header (Hugging Face)": (
        made("huggingface_hub.HfHubHTTPError", response=answer(401, {"X-Error-Code": "RepoNotFound"})),
        ("not_found", False, None),
    ),
    "an object that knows the code (Azure)": (
        made("azure.HttpResponseError", error=SimpleNamespace(code="ServerBusy")),
        ("server", True, None),
    ),
    "a SQLSTATE before the text (pyodbc)": (
        dbapi("pyodbc.ProgrammingError", "42S02", "[42S02] Invalid object name"),
        ("not_found", False, None),
    ),
    "a number before the text (pymssql)": (
        dbapi("pymssql.OperationalError", 1205, b"chosen as the victim"),
        ("conflict", True, None),
    ),
    "a cause in an attribute (prawcore)": (
        made("prawcore.RequestException", original_exception=ConnectionResetError()),
        ("connection", True, None),
    ),
    "a cause behind the text (urllib3)": (
        made("old.ClientError", "N/A", "x", ConnectionRefusedError()),
        ("connection", True, None),
    ),
    "an errno that is the system's (ZeroMQ)": (
        made("zmq.ZMQError", errno=errno.EAGAIN, strerror=os.strerror(errno.EAGAIN)),
        ("resource", True, None),
    ),
    "a number of its own in the same place (Kafka)": (
        made("kafka.errors.RequestTimedOutError", errno=errno.ENOENT),
        ("timeout", True, None),
    ),
    "a library that says: again": (made("kafka.errors.Odd", retriable=True), ("server", True, None)),
    "a library that never thought about it": (
        made("google.auth.exceptions.TransportError", retryable=False),
        ("connection", True, None),
    ),
    "a wait that is a duration (Telegram)": (
        made("telegram.error.RetryAfter", retry_after=timedelta(seconds=30)),
        ("rate_limit", True, 30.0),
    ),
    "a cause among what a message is made of (botocore)": (
        made(
            "botocore.exceptions.ProxyConnectionError",
            kwargs={"error": OSError("Tunnel connection failed: 407 Proxy Authentication Required")},
        ),
        ("auth", False, None),
    ),
    "reasons beside the error (DynamoDB)": (
        made(
            "botocore.exceptions.ClientError",
            response={
                "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
                "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
                "ResponseMetadata": {"HTTPStatusCode": 400},
            },
        ),
        ("conflict", True, None),
    ),
    "a limit that says how long until it is reset": (
        made(
            "discord.HTTPException",
            response=answer(429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "1.5"}),
        ),
        ("rate_limit", True, 1.5),
    ),
    "a code in XML (S3)": (
        made(
            "requests.HTTPError", response=answer(400, _content=b"<Error><Code>RequestTimeout</Code></Error>")
        ),
        ("timeout", True, None),
    ),
    "a quota of the day, deep in a body (Google)": (
        made(
            "requests.HTTPError",
            response=answer(
                429,
                _content=b'{"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"violations": '
                b'[{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}',
            ),
        ),
        ("quota", False, None),
    ),
    "a status that is text": (made("x.HTTPError", status="429"), ("rate_limit", True, None)),
    "a status in the place of a code (Google)": (
        made(
            "google.api_core.exceptions.Forbidden",
            code=HTTPStatus.FORBIDDEN,
            errors=[{"reason": "rateLimitExceeded"}],
        ),
        ("rate_limit", True, None),
    ),
    "an error stream of a process": (
        made("subprocess.CalledProcessError", stderr=b"ssh: connect to host h port 22: Connection refused"),
        ("connection", True, None),
    ),
    "labels that are a set (MongoDB)": (
        made("pymongo.errors.OperationFailure", _error_labels={"TransientTransactionError"}),
        ("conflict", True, None),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_error_with(case):
    error, expected = CASES[case]
    verdict = classify(error)
    assert (verdict.category, verdict.retryable, verdict.retry_after) == expected


def test_only_what_is_wanted_leaves_a_body_and_a_response():
    error = made(
        "x.HTTPError", response=answer(500, {"Set-Cookie": "secret"}, text="secret", _content=b"secret")
    )
    assert "secret" not in repr(fault_of(error))


@pytest.mark.parametrize(
    "binary", [b"", b"\xff", b"\x1a\xff\x01", b"\x1a\x02\x0a\x00", b"\x0b", b"\x80" * 40]
)
def test_details_that_cannot_be_read_are_left_out(binary):
    assert status_details([("grpc-status-details-bin", binary)]) == []
