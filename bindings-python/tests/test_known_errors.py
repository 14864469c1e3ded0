"""An error that says nothing new is judged once, and every other one by what it says."""

from __future__ import annotations

import errno
import gc
import weakref

import pytest

import failsoft
from failsoft import Policy, _faults, _native
from failsoft._faults import fault_of


class Plain(Exception):
    pass


class Numbered(Exception):
    def __init__(self, status):
        super().__init__("failed")
        self.status_code = status


class Constant(Exception):
    code = "ECONNRESET"


class Computed(Exception):
    statuses = iter((503, 404, 503, 404))

    @property
    def status_code(self):
        return next(self.statuses)


class Spoken(Exception):
    texts = iter(("connection reset", "invalid api key") * 2)

    def __str__(self):
        return next(self.texts)


class Slotted(Exception):
    __slots__ = ("status",)


def with_cause(error, cause):
    error.__cause__ = cause
    return error


def changed(error, **attributes):
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


ERRORS = [
    ConnectionError,
    lambda: ConnectionError("connection refused"),
    lambda: ConnectionError("certificate verify failed"),
    lambda: OSError(errno.ECONNRESET, "failed"),
    lambda: OSError(errno.ENOENT, "failed"),
    lambda: changed(OSError("failed"), errno=errno.ECONNRESET),
    lambda: changed(OSError("failed"), errno=errno.ENOENT),
    lambda: changed(OSError("failed"), errno=True),
    lambda: changed(OSError("failed"), errno=1),
    lambda: FileNotFoundError(errno.ENOENT, "failed", "prices.json"),
    lambda: Plain("failed"),
    lambda: with_cause(Plain("failed"), ConnectionError("connection refused")),
    lambda: with_cause(Plain("failed"), ValueError("no number")),
    lambda: Plain(ConnectionError("failed")),
    lambda: Plain(ValueError("failed")),
    lambda: changed(Plain("failed"), status_code=503),
    lambda: changed(Plain("failed"), status_code=404),
    lambda: changed(Plain("failed"), colour="red"),
    lambda: Numbered(503),
    lambda: Numbered(404),
    lambda: changed(Slotted("failed"), status=503),
    lambda: changed(Slotted("failed"), status=404),
    lambda: Constant("failed"),
    lambda: changed(Constant("failed"), code="invalid_api_key"),
    lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    TimeoutError,
    lambda: TypeError("timed out"),
    lambda: Plain("x" * 600),
    lambda: Plain("\udc80"),
    lambda: failsoft.CircuitBreakerOpenError("prices", 2.0),
    lambda: failsoft.TransientError("failed", "timeout"),
]


def verdict_in(policy, error):
    """What the report of a call says that fails with this error."""
    with pytest.raises(type(error)):
        policy.call(raising, error)
    return failsoft.report(error).attempts[0].verdict


def raising(error):
    raise error


def test_each_is_judged_as_if_it_were_the_first():
    policy = Policy(name="prices", retry={"max_attempts": 1})
    for _ in range(3):
        seen = [(fault_of(make()), verdict_in(policy, make())) for make in (*ERRORS, *reversed(ERRORS))]
        assert seen == [
            (fault_of(make()), failsoft.classify(make())) for make in (*ERRORS, *reversed(ERRORS))
        ]


def test_policies_judge_by_their_own_rules():
    strict = Policy(
        retry={"max_attempts": 1}, classify={"rules": [{"match": {"type": "Plain"}, "then": "auth"}]}
    )
    usual = Policy(retry={"max_attempts": 1})
    for _ in range(2):
        verdicts = [verdict_in(policy, Plain("timed out")) for policy in (strict, usual)]
        assert [verdict.category for verdict in verdicts] == ["auth", "timeout"]


def test_what_is_worked_out_anew_is_asked_anew():
    policy = Policy(retry={"max_attempts": 1})
    statuses = [fault_of(Computed())["status"] for _ in range(2)]
    assert statuses == [503, 404]
    assert [verdict_in(policy, Computed()).category for _ in range(2)] == ["server", "not_found"]
    assert verdict_in(policy, Spoken()).category == "connection"
    assert verdict_in(policy, Spoken()).category == "auth"


def test_what_an_error_says_later_counts():
    policy, error = Policy(retry={"max_attempts": 1}), Plain("failed")
    before = verdict_in(policy, error)
    error.status_code = 503
    assert (before.category, verdict_in(policy, error).category) == ("unknown", "server")


def test_an_error_is_the_same_again_where_it_says_the_same_and_only_there():
    engine = _native.Engine("{}")
    judged = [engine.judge(make()) for make in (lambda: Plain("down"), lambda: Plain("up")) for _ in range(2)]
    assert judged[0] is judged[1]
    assert judged[2] is judged[3]
    assert judged[0] is not judged[2]


def test_no_error_is_kept():
    engine, error = _native.Engine("{}"), Plain("down")
    engine.judge(error)
    gone = weakref.ref(error)
    del error
    assert gone() is None


def test_a_type_that_was_met_goes_with_the_engine():
    engine = _native.Engine("{}")
    kind = type("Passing", (Exception,), {"engine": engine})
    engine.judge(kind("down"))
    gone = weakref.ref(kind)
    _faults._plan.cache_clear()
    del engine, kind
    gc.collect()
    assert gone() is None


# mode: registry grows with its keys
def test_many_different_errors_take_no_more_room_than_a_few():
    engine = _native.Engine("{}")
    for number in range(1000):
        engine.judge(Plain(f"no {number}"))
        engine.judge(type(f"Kind{number}", (Exception,), {})("down"))
    assert engine.judge(Plain("no 999")) is engine.judge(Plain("no 999"))
