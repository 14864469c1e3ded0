"""Calls that an open breaker turns away, which an outage makes by the thousand."""

from __future__ import annotations

import copy
import gc
import logging
import pickle
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

import failsoft
from failsoft import CircuitBreaker, CircuitBreakerOpenError, PermanentError, Policy, Report

REFUSED = Report(attempt_count=0, attempts=(), stop_reason="circuit_open", elapsed=0.0, served_by=None)


@pytest.fixture
def refusing(breaker, fails, down):
    """A function whose breaker has opened; it stays open for a minute."""
    fetch = breaker(down)
    fails(breaker, 3)
    return fetch


def refusal_of(fetch):
    with pytest.raises(CircuitBreakerOpenError) as caught:
        fetch()
    return caught.value


def test_it_says_which_breaker_and_until_when(refusing, time):
    time.passes(20)
    error = refusal_of(refusing)
    assert (error.name, error.retry_after, error.error_type) == ("prices", 40.0, "open_circuit")
    assert str(error) == error.message == "Circuit Breaker open of prices: retry in 40 s"


def test_it_says_if_somebody_holds_the_breaker_open(breaker, down):
    breaker.force_open()
    error = refusal_of(breaker(down))
    assert (error.retry_after, str(error)) == (None, "Circuit Breaker open of prices: held open by hand")


@pytest.mark.asyncio
async def test_a_coroutine_is_refused_where_it_is_awaited(breaker):
    @breaker
    async def fetch():
        return "fresh"

    breaker.force_open()
    call = fetch()
    with pytest.raises(CircuitBreakerOpenError) as caught:
        await call
    assert failsoft.report(caught.value) == REFUSED


def test_its_report_says_that_nothing_was_called(refusing):
    assert failsoft.report(refusal_of(refusing)) == REFUSED


def test_an_error_made_by_hand_tells_what_every_refusal_tells():
    assert failsoft.report(CircuitBreakerOpenError("prices", 2.5)) == REFUSED


def test_it_survives_a_journey_and_a_copy(refusing):
    error = refusal_of(refusing)
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert (type(other), str(other), other.name, other.retry_after, other.args) == (
            CircuitBreakerOpenError,
            str(error),
            "prices",
            60.0,
            ("prices", 60.0),
        )


def test_its_arguments_have_names_and_defaults():
    errors = [CircuitBreakerOpenError(), CircuitBreakerOpenError(name="prices", retry_after=2.0)]
    assert [(error.name, error.retry_after) for error in errors] == [("", None), ("prices", 2.0)]


def test_each_is_an_error_of_its_own_that_leads_to_its_call(refusing):
    errors = [refusal_of(refusing) for _ in range(3)]
    assert len({id(error) for error in errors}) == 3
    depths = [len(traceback.extract_tb(error.__traceback__)) for error in errors]
    assert depths == [depths[0]] * 3


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(3599.96, "3600"), (86_399.5, "86400"), (59.94, "59.9"), (2.0, "2"), (0.01234, "0.0123")],
)
def test_the_wait_is_told_in_figures_that_people_read(seconds, told):
    assert (
        str(CircuitBreakerOpenError("prices", seconds))
        == f"Circuit Breaker open of prices: retry in {told} s"
    )


def test_what_was_being_handled_is_its_context(refusing):
    first = KeyError("price")
    with pytest.raises(CircuitBreakerOpenError) as caught:
        try:
            raise first
        except KeyError:
            refusing()
    assert (caught.value.__context__, caught.value.__cause__) == (first, None)


def test_where_nothing_is_handled_it_has_no_context(refusing):
    assert refusal_of(refusing).__context__ is None


def test_a_class_that_makes_its_errors_itself_makes_these_too(refusing, monkeypatch):
    made = []

    def new(kind, *args):
        made.append(args)
        return PermanentError.__new__(kind, *args)

    monkeypatch.setattr(CircuitBreakerOpenError, "__new__", new)
    assert (refusal_of(refusing).args, made) == (("prices", 60.0), [("prices", 60.0)])


def test_a_class_that_fails_to_make_one_says_so(refusing, monkeypatch):
    def new(*_):
        raise MemoryError("no room for another")

    monkeypatch.setattr(CircuitBreakerOpenError, "__new__", new)
    with pytest.raises(MemoryError, match="no room for another"):
        refusing()


NO_EXCEPTION = """
from failsoft import CircuitBreaker, CircuitBreakerOpenError
breaker = CircuitBreaker("prices")
breaker.force_open()
CircuitBreakerOpenError.__new__ = lambda *_: "no exception"
try:
    breaker(print)()
except SystemError as error:
    print(error)
"""


def test_a_class_that_makes_something_else_is_no_crash():
    # In a process of its own, as calls go another way once somebody has had them made step by step.
    told = subprocess.run([sys.executable, "-c", NO_EXCEPTION], capture_output=True, text=True, check=True)  # noqa: S603
    assert "is not a BaseException subclass" in told.stdout


def test_threads_that_are_refused_while_they_handle_something_keep_nothing_alive(breaker, down):
    breaker.force_open()
    fetch, first = breaker(down), KeyError("price")

    def refuse(times):
        try:
            raise first
        except KeyError:
            for _ in range(times):
                assert refusal_of(fetch).__context__ is first

    def references():
        gc.collect()
        return [sys.getrefcount(thing) for thing in (first, breaker.name, CircuitBreakerOpenError)]

    refuse(1)
    before = references()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(refuse, [500] * 8))
    first.__traceback__ = None
    assert references() == before


def test_it_counts_like_any_other(refusing, breaker, time):
    time.passes(60)
    with pytest.raises(ConnectionError):
        refusing()
    assert breaker.retry_after == 60.0
    assert refusal_of(refusing).retry_after == 60.0


def test_a_fallback_answers_in_its_place(breaker, down):
    fetch = Policy(circuit_breaker=breaker, fallback=lambda: "stale")(down)
    breaker.force_open()
    assert fetch() == "stale"


def test_whoever_reads_lines_of_its_level_reads_of_it_from_then_on(refusing, caplog):
    refusal_of(refusing)
    caplog.set_level(logging.DEBUG, logger="failsoft")
    refusal_of(refusing)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        (
            "DEBUG",
            "prices: not called: CircuitBreakerOpenError: Circuit Breaker open of prices: retry in 60 s",
        )
    ]


def test_whoever_listens_hears_of_it_until_he_stops(refusing):
    heard = []
    refusal_of(refusing)
    stop = failsoft.listen(heard.append)
    refusal_of(refusing)
    stop()
    refusal_of(refusing)
    assert [(event.kind, event.reason) for event in heard] == [("refused", "circuit_open")]


def test_a_listener_of_its_own_breaker_hears_of_it(down):
    heard = []
    breaker = CircuitBreaker("prices", on_event=heard.append)
    breaker.force_open()
    refusal_of(breaker(down))
    assert [event.kind for event in heard] == ["transition", "refused"]


def test_a_retry_that_waits_for_the_breaker_is_not_refused(time, script):
    fetch = script(ConnectionError(), "fresh")
    policy = Policy(
        retry={"max_attempts": 3, "retry_open_circuit": True},
        circuit_breaker={"failure_threshold": 1, "recovery_timeout": 30},
        clock=time.clock,
    )
    assert policy(fetch)() == "fresh"
