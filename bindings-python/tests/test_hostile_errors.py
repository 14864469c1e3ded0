"""No exception is too strange to be told apart, or to come out as it is."""

from __future__ import annotations

import sys
from unittest.mock import MagicMock

import pytest

import failsoft
from failsoft import classify


class Raising(Exception):
    """Every look at it raises."""

    def __str__(self):
        raise RuntimeError("no text")

    def __getattribute__(self, name):
        if name in {"args", "response", "status_code", "code", "headers", "__dict__", "__cause__"}:
            raise RuntimeError(name)
        return super().__getattribute__(name)


class RaisingProperties(ConnectionError):
    status_code = property(lambda _self: 1 / 0)
    response = property(lambda _self: 1 / 0)
    args = property(lambda _self: 1 / 0)
    errno = property(lambda _self: 1 / 0)


class RaisingValue:
    name = "x"
    value = property(lambda _self: 1 / 0)


class RaisingText(str):
    __slots__ = ()

    def __str__(self):
        raise RuntimeError("no text")


class Endless:
    def __call__(self):
        while True:
            yield ("retry-after", "1")


def carrying(**attributes):
    error = ConnectionError("down")
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


def cyclic(length):
    errors = [ConnectionError(str(number)) for number in range(length)]
    for number, error in enumerate(errors):
        error.__cause__ = errors[(number + 1) % length]
    return errors[0]


def chain(length):
    error = None
    for _ in range(length):
        outer = ConnectionError("down")
        outer.__cause__ = error
        error = outer
    return error


def nested(depth, attributes):
    error = carrying(**attributes)
    if sys.version_info >= (3, 11):
        for _ in range(depth):
            error = ExceptionGroup("g", [error, carrying(**attributes)])  # noqa: F821
    return error


DEEP: dict = {}
for _ in range(100):
    DEEP = {"next": DEEP, "list": [[[[[DEEP]]]]]}
RECURSIVE: list = []
RECURSIVE.append(RECURSIVE)

HOSTILE = {
    "raises at every look": Raising,
    "raises in its properties": RaisingProperties,
    "mocks in every attribute": lambda: carrying(
        response=MagicMock(), status_code=MagicMock(), headers=MagicMock(), code=MagicMock(), body=MagicMock()
    ),
    "mocks that claim to be numbers": lambda: carrying(
        status_code=MagicMock(spec=int), code=MagicMock(spec=str), errno=MagicMock(spec=int)
    ),
    "half a character": lambda: carrying(code="\ud800", body={"\udfff": "\ud800"}, reason="\ud83d"),
    "a text of megabytes": lambda: ConnectionError("x" * 2_000_000),
    "a number of thousands of digits": lambda: carrying(
        code=10**5000, body={"x": 10**5000}, status_code=10**5000
    ),
    "a number beyond a double": lambda: carrying(code=10**400, body={"x": 10**400}, retry_after=10**400),
    "a system code of thousands of digits": lambda: OSError(10**400, "down"),
    "no number and no end": lambda: carrying(
        body={"x": float("nan"), "y": float("inf")}, retry_after=float("nan")
    ),
    "a value that raises": lambda: carrying(code=RaisingValue()),
    "a text that raises": lambda: carrying(
        code=RaisingText("x"), body=RaisingText("x"), reason=RaisingText("x")
    ),
    "trailing metadata without end": lambda: carrying(trailing_metadata=Endless()),
    "headers that are no headers": lambda: carrying(headers=7, response=carrying(headers=[1, 2])),
    "headers of other types": lambda: carrying(headers={b"retry-after": b"1", 7: 8, "Retry-After": 5}),
    "a deep body": lambda: carrying(body=DEEP),
    "a body that contains itself": lambda: carrying(body=RECURSIVE),
    "a circle of one": lambda: cyclic(1),
    "a circle of two": lambda: cyclic(2),
    "a chain of thousands of causes": lambda: chain(20_000),
    "groups within groups": lambda: nested(6, {"body": DEEP, "errors": DEEP}),
    "arguments that are no tuple": lambda: carrying(args=[ConnectionError("down")]),
    "groups without end": lambda: nested(30, {"body": DEEP, "errors": DEEP}),
    "odd arguments": lambda: ConnectionError(None, {}, [], object()),
    "names that are no names": lambda: Nameless("down"),
}


Nameless = type("x\n y", (ConnectionError,), {"__module__": 7, "__qualname__": "z\r"})
BEYOND = {"raises at every look", "a system code of thousands of digits", "groups without end"}
"""Of these nothing can be known."""


class TestHostileErrors:
    # mode: endless chain of causes
    # mode: hostile error object
    @pytest.mark.parametrize("name", HOSTILE)
    def test_are_classified_all_the_same(self, name):
        verdict = classify(HOSTILE[name]())
        if name not in BEYOND:
            assert verdict.category == "connection"

    # mode: hostile error object
    @pytest.mark.parametrize("name", HOSTILE)
    def test_come_out_of_a_guarded_call_themselves(self, name, time, script):
        error = HOSTILE[name]()
        policy = failsoft.Policy(retry={"max_attempts": 2}, circuit_breaker={}, clock=time.clock)
        for call in (policy(script(error)), lambda: policy.call(script(error))):
            try:
                call()
            except BaseException as caught:
                assert caught is error
            else:
                pytest.fail("nothing was raised")
