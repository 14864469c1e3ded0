"""The details that a gRPC server sends beside its status, without the libraries that could read them.

``google.rpc.Status`` comes as protobuf in a binary trailer. Three of its details tell something: how long to wait, a
reason in words, and which quota is spent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TRAILER = "grpc-status-details-bin"
LONGEST = 65536
_MOST = 64


def status_details(trailers: list[tuple[Any, Any]]) -> list[tuple[str, Any]]:
    """Read them from the trailers, as attributes of the error; what cannot be read is left out."""
    found = next((value for key, value in trailers if key == TRAILER and isinstance(value, bytes)), b"")
    try:
        details = [detail for detail in map(_detail, _all(found[:LONGEST], 3)) if detail]
    except (ValueError, IndexError, TypeError):
        return []
    return [("status_details", details)] if details else []


def _detail(packed: bytes) -> dict[str, Any]:
    kind = _text(packed, 1).rpartition(".")[2]
    value = next(_all(packed, 2), b"")
    if kind == "RetryInfo":
        delay = next(_all(value, 1), b"")
        return {"retryDelay": {"seconds": _number(delay, 1), "nanos": _number(delay, 2)}}
    if kind == "ErrorInfo":
        entries = {_text(entry, 1): _text(entry, 2) for entry in _all(value, 3)}
        return {"reason": _text(value, 1), "domain": _text(value, 2), "metadata": entries}
    if kind == "QuotaFailure":
        keys = {1: "subject", 2: "description", 4: "quotaMetric", 5: "quotaId"}
        return {
            "violations": [
                {name: _text(entry, key) for key, name in keys.items()} for entry in _all(value, 1)
            ]
        }
    return {}


def _text(message: bytes, wanted: int) -> str:
    return next(_all(message, wanted), b"").decode("utf-8", "replace")


def _all(message: bytes, wanted: int) -> Iterator[bytes]:
    return (value for field, value in _fields(message) if field == wanted and isinstance(value, bytes))


def _number(message: bytes, wanted: int) -> int:
    return next((value for field, value in _fields(message) if field == wanted and isinstance(value, int)), 0)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Go through the fields of a message: varints as numbers, and whatever has a length as bytes."""
    at = 0
    for _ in range(_MOST):
        if at >= len(message):
            return
        tag, at = _varint(message, at)
        field, wire = tag >> 3, tag & 7
        if wire == 0:
            number, at = _varint(message, at)
            yield field, number
        elif wire == 2:  # noqa: PLR2004
            length, at = _varint(message, at)
            yield field, message[at : at + length]
            at += length
        elif wire in {1, 5}:
            at += 8 if wire == 1 else 4
        else:
            raise ValueError(wire)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:  # noqa: PLR2004
            return number, at
    raise ValueError(number)
