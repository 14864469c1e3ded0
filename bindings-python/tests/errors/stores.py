"""Stores on loopback that answer every command with the same error, each in its own protocol."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from provoking import received

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


def redis_says(reply: bytes, *, greets: bool = True) -> Callable[[socket.socket], None]:
    """Answer commands with this line, and what a client says to introduce itself with OK if ``greets``."""

    def handle(connection: socket.socket) -> None:
        while True:
            for command in _commands(received(connection)):
                polite = command in {b"CLIENT", b"SELECT", b"PING", b"WATCH", b"MULTI", b"SUBSCRIBE"}
                answer = b"%1\r\n$5\r\nproto\r\n:3" if command == b"HELLO" else b"+OK"
                mute = not (greets and (polite or command == b"HELLO"))
                connection.sendall((reply if mute else answer) + b"\r\n")

    return handle


def _commands(read: bytes) -> list[bytes]:
    """The first words of the commands in a pipeline: arrays of strings, each with its length before it."""
    commands, lines = [], read.split(b"\r\n")
    while lines and lines[0].startswith(b"*"):
        count = int(lines[0][1:])
        commands.append(lines[2].upper())
        lines = lines[1 + 2 * count :]
    return commands


def postgres_says(sqlstate: str, message: str, *, when: str = "query") -> Callable[[socket.socket], None]:
    """Fail with this state, at the ``start`` of the session or at each ``query``."""
    severity = b"FATAL" if when == "start" else b"ERROR"
    fields = b"S%s\0V%s\0C%s\0M%s\0\0" % (severity, severity, sqlstate.encode(), message.encode())
    ready = _message(b"Z", b"I")

    def handle(connection: socket.socket) -> None:
        while True:
            (length,) = struct.unpack("!i", received(connection, 4))
            body = received(connection, length - 4)
            if body[:4] == struct.pack("!i", 196608):
                break
            # It asks whether TLS or GSS is spoken here.
            connection.sendall(b"N")
        if when == "start":
            connection.sendall(_message(b"E", fields))
            return
        parameters = {b"client_encoding": b"UTF8", b"server_version": b"15.0", b"DateStyle": b"ISO, MDY"}
        connection.sendall(_message(b"R", struct.pack("!i", 0)))
        for name, value in parameters.items():
            connection.sendall(_message(b"S", name + b"\0" + value + b"\0"))
        connection.sendall(ready)
        with suppress(EOFError):
            while True:
                kind = received(connection, 1)
                (length,) = struct.unpack("!i", received(connection, 4))
                asked = received(connection, length - 4)
                if kind == b"X":
                    return
                if kind == b"Q" and asked.upper().startswith((b"BEGIN", b"ROLLBACK")):
                    connection.sendall(_message(b"C", asked.split(b"\0")[0].split(b" ")[0] + b"\0") + ready)
                elif kind == b"Q":
                    connection.sendall(_message(b"E", fields) + ready)
                elif kind == b"P":
                    connection.sendall(_message(b"E", fields))
                elif kind == b"S":
                    connection.sendall(ready)

    return handle


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def mongo_says(reply: dict[str, Any], role: dict[str, Any] | None = None) -> Callable[[socket.socket], None]:
    """Answer commands with this document, and say hello as a primary."""
    import bson  # noqa: PLC0415  comes with pymongo

    hello = {"ok": 1, "isWritablePrimary": True, "maxWireVersion": 21, "minWireVersion": 0}
    hello |= {"maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000}
    hello |= {"logicalSessionTimeoutMinutes": 30, "helloOk": True}
    hello |= role or {}

    def handle(connection: socket.socket) -> None:
        while True:
            length, number, _, operation = struct.unpack("<iiii", received(connection, 16))
            body = received(connection, length - 16)
            asks_hello = operation == 2004 or b"\x10hello\0" in body or b"ismaster\0" in body.lower()
            document = bson.encode(hello if asks_hello else reply)
            if operation == 2004:
                found = struct.pack("<iqii", 0, 0, 0, 1) + document
            else:
                found = struct.pack("<i", 0) + b"\0" + document
            answered = 1 if operation == 2004 else 2013
            head = struct.pack("<iiii", len(found) + 16, 0, number, answered)
            connection.sendall(head + found)

    return handle
