"""Exceptions to faults: what an error carries, as plain data.

Nothing is imported to recognise an error: a client library is known by the names of its types and by the
attributes that its errors have. An error is never trusted: reading an attribute may raise, return a mock, or
return megabytes.
"""

from __future__ import annotations

import errno
import json
import os
import time
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from itertools import islice
from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any

from failsoft._documents import type_name
from failsoft._fault_names import CAUSES, HEADERS, OPINIONS, RESPONSES, STATUSES, WANTED, WANTED_ATTRS
from failsoft._rpc_status import status_details

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 16
"""How many causes are followed."""
LONGEST = 8192
"""How many characters of a text are looked at."""
_LARGEST = 2**53
_LONGEST_BODY = 65536
_DEEPEST_VALUE = 7
_OF_DATABASES = frozenset({"DatabaseError", "InterfaceError", "Error"})


def fault_of(error: BaseException) -> dict[str, Any]:
    """Describe an exception, its explicit causes and the members of a group. Never raises."""
    return _describe(error, 0, set())


def fault_text(error: BaseException) -> str:
    """The same as JSON text."""
    text = json.dumps(fault_of(error), ensure_ascii=False)
    # A half of a surrogate pair is legal in Python and nowhere else.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def told_by(kind: Any) -> tuple[str, ...] | None:
    """Of which attributes the fault of an error of this type is made, besides its type and its text.

    Two errors that agree in these have the same fault, if they have no cause, no error as their first argument, and
    nothing of :func:`says_more`. None if that can't be said of the type: it works something out whenever that is read.
    """
    if not _OF_DATABASES.isdisjoint(base.__name__ for base in kind.__mro__):
        # Codes are among their arguments, and the text does not say of which type those are.
        return None
    for base in kind.__mro__:
        own = vars(base)
        if base.__module__ != "builtins" and (
            not _READ.isdisjoint(own) or type(own.get("__dict__")) not in _STORED
        ):
            return None
    names = _plan(kind)[2]
    return names if all(_is_stored(kind, name) for name in names) else None


def says_more(own: dict[str, Any]) -> bool:
    """Whether an error with these attributes of its own says more than its type lets expect."""
    return not WANTED.isdisjoint(own)


def _is_stored(kind: type[Any], name: str) -> bool:
    found = next(vars(base)[name] for base in kind.__mro__ if name in vars(base))
    return type(found) in {*_STORED, str, int}


def _describe(error: BaseException, depth: int, seen: set[int]) -> dict[str, Any]:
    seen.add(id(error))
    kind: Any = type(error)
    name, bases, inherited = _plan(kind)
    fault: dict[str, Any] = {"host": "python", "type": name, "bases": bases}
    message = _message(error)
    if message:
        fault["message"] = message
    carried = _carried(error, inherited)
    if carried:
        # What its attributes answer with may raise in turn; its type and message still say much.
        with suppress(Exception):
            _read(error, carried, fault)
    if not {"code", "status"} & fault.keys():
        code = _code_of_database(error)
        if code is not None:
            fault["code"] = code
    if depth < DEEPEST:
        cause = _cause(error, carried)
        if cause is not None and id(cause) not in seen:
            fault["cause"] = _describe(cause, depth + 1, seen)
        members = carried.get("exceptions")
        if isinstance(members, (tuple, list)):
            fault["errors"] = [
                _describe(member, depth + 1, seen)
                for member in members[:DEEPEST]
                if isinstance(member, BaseException) and id(member) not in seen
            ]
    return fault


@lru_cache(maxsize=512)
def _plan(kind: type[Any]) -> tuple[str, list[str], tuple[str, ...]]:
    """What is the same for all errors of a type: its names, and which of our attributes it defines."""
    bases = [type_name(base) for base in kind.__mro__[1:] if base is not object]
    own = [base for base in kind.__mro__ if base.__module__ != "builtins"]
    if any("__getattr__" in vars(base) or "__getattribute__" in vars(base) for base in own):
        # It makes its attributes up: the only way to know them is to ask.
        return type_name(kind), bases, tuple(sorted(WANTED))
    defined = {name for base in kind.__mro__ for name in vars(base)}
    return type_name(kind), bases, tuple(sorted(WANTED & defined))


def _carried(error: BaseException, inherited: tuple[str, ...]) -> dict[str, Any]:
    """The attributes that we know something about, each read once."""
    try:
        own = WANTED.intersection(error.__dict__)
    except Exception:  # noqa: BLE001  even __dict__ may be a property that raises
        own = frozenset()
    carried = {name: _get(error, name) for name in (*inherited, *own)}
    return {name: value for name, value in carried.items() if value is not None}


def _message(error: BaseException) -> str:
    try:
        return str(error)[:LONGEST]
    except Exception:  # noqa: BLE001
        return ""


def _cause(error: BaseException, carried: dict[str, Any]) -> BaseException | None:
    # An implicit __context__ is no cause: it is whatever happened to be handled at the time.
    stated = _get(error, "__cause__")
    if isinstance(stated, BaseException):
        return stated
    # Wrappers that keep their cause elsewhere: SQLAlchemy, urllib3 and urllib, requests.
    kept = [carried.get(name) for name in CAUSES]
    # botocore: among what its message is made of.
    parts = carried.get("kwargs")
    kept.append(parts.get("error") if type(parts) is dict else None)
    args = _get(error, "args")
    kept += args[:4] if isinstance(args, tuple) else ()
    return next((cause for cause in kept if isinstance(cause, BaseException)), None)


def _read(error: BaseException, carried: dict[str, Any], fault: dict[str, Any]) -> None:
    response = next((carried[name] for name in RESPONSES if name in carried), None)
    status = _status(carried, response)
    trailers = _trailers(carried.get("trailing_metadata") or _get(response, "trailing_metadata"))
    headers = _headers(carried, response, trailers)
    code = _code(carried, response, status)
    if status is not None:
        fault["status"] = status
    if headers:
        fault["headers"] = headers
        fault["now"] = time.time()
    if code is not None:
        fault["code"] = code
    if isinstance(error, OSError):
        number = carried.get("winerror", carried.get("errno"))
        if type(number) is int and abs(number) <= _LARGEST:
            fault["errno"] = number
    found = [*_attrs(carried, response), ("errno", _errno_name(carried)), *status_details(trailers)]
    attrs = {key: value for key, value in found if value is not None}
    if attrs:
        fault["attrs"] = attrs


def _errno_name(carried: dict[str, Any]) -> str | None:
    # Systems number their errors differently, and libraries keep numbers of their own in the same place. The
    # system's words beside the number prove whose it is.
    number = carried.get("errno")
    if type(number) is not int or carried.get("strerror") != os.strerror(number):
        return None
    return errno.errorcode.get(number)


def _status(carried: dict[str, Any], response: Any) -> int | None:
    candidates: list[Any] = [carried.get(name) for name in STATUSES]
    if isinstance(response, dict):
        candidates.append(_metadata(response).get("HTTPStatusCode"))
    if response is not None:
        candidates += [_get(response, "status_code"), _get(response, "status")]
    # `code` is a status for urllib and google-api-core only; elsewhere it counts something else.
    code = carried.get("code")
    if "hdrs" in carried or "grpc_status_code" in carried or type(code).__name__ == "HTTPStatus":
        candidates.append(code)
    # So for xmlrpc.
    if "errcode" in carried and "headers" in carried:
        candidates.append(carried["errcode"])
    for candidate in candidates:
        # Of a class of its own a text would run that one's code.
        is_text = type(candidate) is str and len(candidate) == 3 and candidate.isascii()  # noqa: PLR2004
        found = int(candidate) if is_text and candidate.isdigit() else candidate
        if issubclass(type(found), int) and not isinstance(found, bool) and 100 <= found <= 999:  # noqa: PLR2004
            return int(found)
    return None


def _code(carried: dict[str, Any], response: Any, status: int | None) -> str | int | None:
    details = response.get("Error") if isinstance(response, dict) else None
    if isinstance(details, dict) and isinstance(details.get("Code"), str):
        return str(details["Code"])[:LONGEST]
    for name in ("sqlstate", "pgcode", "code", "error_code", "smtp_code"):
        found: Any = carried.get(name)
        if callable(found):
            found = _called(found)
        if issubclass(type(found), int) and found == status:
            continue
        found = _scalar(_enum_name(found))
        if isinstance(found, (str, int)) and not isinstance(found, bool) and found != status:
            return found
    return None


def _enum_name(found: Any) -> Any:
    # An enum's name says more than its number; gRPC's codes are such.
    return found.name if isinstance(found, Enum) else found


def _code_of_database(error: BaseException) -> str | int | None:
    """The number or SQLSTATE that drivers of the DB API put before their text: `("40001", "deadlock")`."""
    args: Any = _get(error, "args")
    names = {base.__name__ for base in type(error).__mro__}
    if names.isdisjoint(_OF_DATABASES) or not isinstance(args, tuple) or len(args) < 2:  # noqa: PLR2004
        return None
    first = _scalar(args[0])
    if isinstance(first, str):
        return first if len(first) == 5 and first.isalnum() and first.isascii() else None  # noqa: PLR2004
    return first if type(first) is int and names & {"DatabaseError", "InterfaceError"} else None


def _headers(carried: dict[str, Any], response: Any, trailers: list[tuple[Any, Any]]) -> dict[str, str]:
    kept: dict[str, str] = {}
    # Some keep the headers as the response itself (httplib2), or beside its status (botocore).
    of_dict = (_metadata(response).get("HTTPHeaders"), response) if isinstance(response, dict) else ()
    own = (carried.get(name) for name in ("headers", "hdrs", "resp_headers"))
    for source in (_get(response, "headers"), *of_dict, *own):
        for key, value in _wanted_headers(source):
            kept.setdefault(key, value)
    for key, value in trailers:
        if isinstance(key, str) and isinstance(value, str) and key.lower() in HEADERS:
            kept.setdefault(key.lower(), value[:256])
    # The date of an answer is of use to a hint that names another, or a number of seconds since 1970.
    if not any(len(value) >= len("1000000000") for key, value in kept.items() if _may_name_a_moment(key)):
        kept.pop("date", None)
    return kept


def _may_name_a_moment(header: str) -> bool:
    return "retry-after" in header or "reset" in header


def _wanted_headers(source: Any) -> list[tuple[str, str]]:
    if source is None:
        return []
    try:
        if isinstance(source, dict):
            # Clients' own mappings ignore case, a plain one does not.
            source = {key.lower(): value for key, value in source.items() if isinstance(key, str)}
        found = [(key, source.get(key)) for key in HEADERS]
    except Exception:  # noqa: BLE001
        return []
    return [(key, value[:256]) for key, value in found if isinstance(value, str)]


def _trailers(method: Any) -> list[tuple[Any, Any]]:
    try:
        return [(pair[0], pair[1]) for pair in islice(_called(method) or (), 64)]
    except Exception:  # noqa: BLE001
        return []


def _metadata(response: dict[Any, Any]) -> dict[Any, Any]:
    found = response.get("ResponseMetadata")
    return found if isinstance(found, dict) else {}


def _attrs(carried: dict[str, Any], response: Any) -> Iterator[tuple[str, Any]]:
    for name in WANTED_ATTRS & carried.keys():
        yield name, _shallow(_attr(name, carried[name]), 0)
    for name in ("error", "rcvd"):
        # An object that knows a code: of OData's errors, of a WebSocket's farewell.
        yield f"{name}_code", _scalar(_get(carried.get(name), "code"))
    for name in OPINIONS & carried.keys():
        # A false one is mostly what nobody thought about.
        yield name, True if carried[name] is True else None
    if isinstance(response, dict):
        # DynamoDB says why it called a transaction off beside the error, not in it.
        told = {key: _shallow(response.get(key), 0) for key in ("Error", "CancellationReasons")}
        yield "response", {key: value for key, value in told.items() if value} or None
    elif response is not None and "body" not in carried:
        yield "body", _body(response)


def _attr(name: str, found: Any) -> Any:
    if name == "grpc_status_code":
        return _enum_name(found)
    if callable(found):
        return _called(found) if name == "details" else None
    return found


def _body(response: Any) -> Any:
    """What a client has read of an answer already; nothing is read for our sake."""
    try:
        own = vars(response)
    except TypeError:
        return None
    for name in ("_content", "data"):
        found = own.get(name)
        if isinstance(found, dict):
            return _shallow(found, 0)
        if isinstance(found, (bytes, str)) and len(found) <= _LONGEST_BODY:
            with suppress(ValueError, RecursionError):
                parsed = json.loads(found)
                return _shallow(parsed, 0) if isinstance(parsed, (dict, list)) else None
            # S3, Azure and Google have a code in XML; a page says nothing that the status does not.
            text = _scalar(found)
            return text if "<Code>" in str(text) else None
    return None


def _shallow(value: Any, depth: int) -> Any:
    kept = _scalar(value)
    if kept is not None or depth > _DEEPEST_VALUE:
        return kept
    if isinstance(value, dict):
        items = list(value.items())[:32]
        found = {key: _shallow(item, depth + 1) for key, item in items if isinstance(key, str)}
        return {key: item for key, item in found.items() if item is not None} or None
    if isinstance(value, (set, frozenset)):
        value = sorted(item for item in value if isinstance(item, str))
    if isinstance(value, (list, tuple)):
        return [item for item in (_shallow(item, depth + 1) for item in value[:32]) if item is not None]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return None


def _scalar(value: Any) -> str | int | float | bool | None:
    # By its type, which a mock can't pretend to.
    kind = type(value)
    if issubclass(kind, str):
        return str(value[:LONGEST])
    if issubclass(kind, (int, float)):
        # A double holds it, and it is neither infinite nor not a number.
        return value if -_LARGEST <= value <= _LARGEST else None
    return value[:LONGEST].decode("utf-8", "replace") if issubclass(kind, bytes) else None


def _get(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name, None)
    except Exception:  # noqa: BLE001
        return None


def _called(method: Any) -> Any:
    try:
        return method() if callable(method) else None
    except Exception:  # noqa: BLE001
        return None


_READ = frozenset(("__getattr__", "__getattribute__", "__str__", "__cause__", "args", "__class__"))
"""What of every error is read, and a type of Python's may define anew."""

_STORED = frozenset((GetSetDescriptorType, MemberDescriptorType, type(None)))
"""What stands for an attribute that is kept in the error itself, or is nowhere."""
