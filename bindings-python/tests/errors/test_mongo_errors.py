"""What pymongo raises."""

from __future__ import annotations

import bson
import pymongo
import pymongo.errors
import pytest

import provoking
from stores import mongo_says

# code: name, labels, category, retryable
CODES = {
    11000: ("DuplicateKey", [], "conflict", False),
    112: ("WriteConflict", ["TransientTransactionError"], "conflict", True),
    251: ("NoSuchTransaction", ["TransientTransactionError"], "conflict", True),
    246: ("SnapshotUnavailable", ["TransientTransactionError"], "conflict", True),
    24: ("LockTimeout", [], "conflict", True),
    50: ("MaxTimeMSExpired", [], "timeout", True),
    262: ("ExceededTimeLimit", ["RetryableWriteError"], "timeout", True),
    189: ("PrimarySteppedDown", ["RetryableWriteError"], "server", True),
    10107: ("NotWritablePrimary", ["RetryableWriteError"], "server", True),
    13435: ("NotPrimaryNoSecondaryOk", [], "server", True),
    91: ("ShutdownInProgress", ["RetryableWriteError"], "server", True),
    11600: ("InterruptedAtShutdown", ["RetryableWriteError"], "server", True),
    6: ("HostUnreachable", [], "connection", True),
    89: ("NetworkTimeout", [], "timeout", True),
    13: ("Unauthorized", [], "auth", False),
    18: ("AuthenticationFailed", [], "auth", False),
    26: ("NamespaceNotFound", [], "not_found", False),
    27: ("IndexNotFound", [], "not_found", False),
    48: ("NamespaceExists", [], "conflict", False),
    2: ("BadValue", [], "invalid_request", False),
    9: ("FailedToParse", [], "invalid_request", False),
    59: ("CommandNotFound", [], "invalid_request", False),
    14031: ("OutOfDiskSpace", [], "resource", False),
    16500: ("RequestRateTooLarge", [], "rate_limit", True),
    11601: ("Interrupted", [], "cancelled", False),
    8000: ("AtlasError", [], "auth", False),
    1: ("InternalError", [], "server", True),
    7777: ("Brand new", ["RetryableWriteError"], "server", True),
    7778: ("Brand new, too", ["TransientTransactionError"], "conflict", True),
}


def client(port, host="127.0.0.1", wait=400, **settings):
    settings = {"retryWrites": False, "retryReads": False, "directConnection": True} | settings
    return pymongo.MongoClient(host, port, serverSelectionTimeoutMS=wait, **settings)


@pytest.mark.parametrize("code", CODES, ids=lambda code: CODES[code][0])
def test_a_code(serve, means, code):
    name, labels, category, retryable = CODES[code]
    reply = {"ok": 0, "code": code, "codeName": name, "errmsg": "no", "errorLabels": labels}
    with client(serve(mongo_says(reply)), wait=5000) as mongo, means(category, retryable=retryable):
        mongo.x.command("ping")


def test_a_duplicate(serve, means):
    said = {"index": 0, "code": 11000, "errmsg": "E11000 duplicate key error collection: x.y"}
    with client(serve(mongo_says({"ok": 1, "n": 0, "writeErrors": [said]})), wait=5000) as mongo:
        with means("conflict", retryable=False):
            mongo.x.y.insert_one({"_id": 1})


def test_a_duplicate_among_many(serve, means):
    said = {"index": 0, "code": 11000, "errmsg": "E11000 duplicate key error collection: x.y"}
    with client(serve(mongo_says({"ok": 1, "n": 0, "writeErrors": [said]})), wait=5000) as mongo:
        with means("conflict", retryable=False):
            mongo.x.y.insert_many([{"_id": 1}, {"_id": 1}])


def test_a_write_that_too_few_confirmed(serve, means):
    said = {"code": 64, "codeName": "WriteConcernTimeout", "errmsg": "waiting for replication timed out"}
    with client(serve(mongo_says({"ok": 1, "n": 1, "writeConcernError": said})), wait=5000) as mongo:
        with means("timeout", retryable=True):
            mongo.x.y.insert_one({"_id": 1})


def test_nobody_listens(refused, means):
    with client(refused) as mongo, means("timeout", retryable=True):
        mongo.x.command("ping")


def test_a_name_that_does_not_exist(means):
    with client(27017, provoking.NOWHERE) as mongo, means("timeout", retryable=True):
        mongo.x.command("ping")


def test_a_certificate_that_nobody_signed(serve, tls, means):
    port = serve(provoking.closes, tls())
    with client(port, "localhost", tls=True) as mongo, means("connection", retryable=False):
        mongo.x.command("ping")


def test_no_answer_in_time(serve, means):
    def answers_hello_only(connection):
        mongo_says({"ok": 1})(Mute(connection))

    with client(serve(answers_hello_only), wait=5000, socketTimeoutMS=200) as mongo:
        with means("timeout", retryable=True):
            mongo.x.command("ping")


class Mute:
    """A connection that carries no answer but that to hello."""

    def __init__(self, connection):
        self._connection = connection
        self._read = b""

    def recv(self, length):
        part = self._connection.recv(length)
        self._read += part
        return part

    def sendall(self, data):
        if b"ping" not in self._read:
            self._connection.sendall(data)


class HangsUp(Mute):
    def sendall(self, data):
        if b"ping" in self._read:
            raise EOFError
        self._connection.sendall(data)


def test_a_connection_that_breaks_off(serve, means):
    port = serve(lambda connection: mongo_says({"ok": 1})(HangsUp(connection)))
    with client(port, wait=5000) as mongo, means("connection", retryable=True):
        mongo.x.command("ping")


def test_a_server_of_another_age(serve, means):
    port = serve(mongo_says({"ok": 1}, {"maxWireVersion": 2}))
    with client(port) as mongo, means("invalid_request", retryable=False):
        mongo.x.command("ping")


@pytest.mark.parametrize("uri", ["mongo://x", "mongodb://", "mongodb://x/?w=-5"])
def test_an_address_that_is_none(means, uri):
    with means("invalid_request", retryable=False):
        pymongo.MongoClient(uri)


def test_a_client_that_is_closed(refused, means):
    mongo = client(refused)
    mongo.close()
    with means("invalid_request", retryable=False):
        mongo.x.command("ping")


def test_a_document_that_is_none(serve, means):
    with client(serve(mongo_says({"ok": 1})), wait=5000) as mongo:
        with means("invalid_request", retryable=False):
            mongo.x.y.insert_one({"x": object()})


def test_a_document_that_is_too_large(serve, means):
    with client(serve(mongo_says({"ok": 1})), wait=5000) as mongo:
        with means("invalid_request", retryable=False):
            mongo.x.y.insert_one({"x": b"x" * 17_000_000})


def test_bytes_that_are_no_document(means):
    with means("invalid_request", retryable=False):
        bson.decode(b"nonsense")
