"""Whatever a guarded call asks of its host fails once, at every position: nothing is wedged, nothing is counted twice.

The positions are counted, not listed: first a call is made in which nothing fails, and then one for each thing that it
asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import logging
import sys

import pytest

import failsoft
from failsoft import Clock, Policy

DOCUMENT = {
    "name": "prices",
    "retry": {"max_attempts": 3, "initial_delay": 1, "jitter": "none"},
    "circuit_breaker": {"failure_threshold": 4, "recovery_timeout": 10, "success_threshold": 2},
    "bulkhead": {"max_concurrent": 1},
}


class Broken(Exception):
    """The host's own trouble, which is no outage."""


class Host(logging.Handler):
    """A clock, a listener, a log handler and a function that fails twice; one thing asked of them all fails."""

    def __init__(self, fails_at: int = 0, error: type[BaseException] = Broken) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.fails_at = fails_at
        self.error = error
        self.calls = 0
        self.time = 1000.0
        self.clock = Clock(now=self.now, sleep=self.sleep, sleep_async=self.sleep_async)

    def meets(self, what: str) -> None:
        self.asked.append(what)
        if len(self.asked) == self.fails_at:
            raise self.error(what)

    def now(self) -> float:
        self.meets("now")
        return self.time

    def sleep(self, seconds: float) -> None:
        self.meets("sleep")
        self.time += seconds

    async def sleep_async(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.sleep(seconds)

    def listen(self, _event: failsoft.Event) -> None:
        self.meets("listener")

    def emit(self, _record: logging.LogRecord) -> None:
        self.meets("log")

    def fetch(self) -> str:
        self.meets("function")
        self.calls += 1
        if self.calls < 3:
            raise ConnectionError("refused")
        return "fresh"

    async def fetch_async(self) -> str:
        await asyncio.sleep(0)
        return self.fetch()

    def fetch_items(self):
        yield self.fetch()

    async def fetch_items_async(self):
        yield self.fetch()

    @property
    def failed(self) -> str:
        """What failed."""
        return self.asked[self.fails_at - 1]


def called(policy, host):
    return policy.call(host.fetch)


def decorated(policy, host):
    return policy(host.fetch)()


def awaited(policy, host):
    return asyncio.run(policy.call(host.fetch_async))


def block(policy, host):
    for attempt in policy.attempts():
        with attempt:
            answer = host.fetch()
    return answer


def generated(policy, host):
    (answer,) = policy(host.fetch_items)()
    return answer


def generated_async(policy, host):
    async def first():
        async for item in policy(host.fetch_items_async)():
            answer = item
        return answer

    return asyncio.run(first())


SHAPES = [called, decorated, awaited, block, generated, generated_async]
UNHEARD = {"listener", "log"}
"""What may fail without anybody's call taking notice."""


@contextlib.contextmanager
def heard_by(host):
    logger = logging.getLogger("failsoft")
    logger.addHandler(host)
    try:
        yield
    finally:
        logger.removeHandler(host)


def outcome(shape, host, document=DOCUMENT):
    """What came of a call as (answer, error), and the policy; it is the first after an outage."""
    policy = Policy.from_dict(document, clock=host.clock, on_event=host.listen)
    with heard_by(host):
        try:
            return shape(policy, host), None, policy
        except BaseException as error:
            return None, error, policy


def faults(shape, error=Broken):
    """A host for each thing that a call asks for, of which that thing fails."""
    undisturbed = Host()
    assert outcome(shape, undisturbed)[0] == "fresh"
    assert {"now", "sleep", "function", "listener", "log"} == set(undisturbed.asked)
    return [Host(place + 1, error) for place in range(len(undisturbed.asked))]


def serves(policy, host):
    """Whether a call by another function comes through, with the one place that there is."""
    host.fails_at = 0
    return policy.call(lambda: "served") == "served"


@pytest.mark.parametrize("shape", SHAPES)
class TestEachThingAskedOfTheHost:
    def test_may_fail_and_the_next_call_is_served(self, shape):
        for host in faults(shape):
            answer, error, policy = outcome(shape, host)
            if host.failed in UNHEARD:
                assert (answer, error) == ("fresh", None), host.failed
            else:
                assert type(error) is Broken, host.failed
                assert error.args == (host.failed,)
            assert serves(policy, host), host.asked

    @pytest.mark.parametrize("kind", [KeyboardInterrupt, asyncio.CancelledError, MemoryError])
    def test_may_be_interrupted_and_the_next_call_is_served(self, shape, kind):
        for host in faults(shape, kind):
            _, error, policy = outcome(shape, host)
            if kind is MemoryError and host.failed in UNHEARD:
                assert error is None
            else:
                assert type(error) is kind, host.failed
            assert serves(policy, host), host.asked

    def test_is_counted_at_most_once(self, shape):
        for host in faults(shape):
            _, _, policy = outcome(shape, host)
            failures = host.calls + (host.failed == "function")
            host.fails_at = 0
            assert policy.circuit_breaker.failure_count <= failures, host.asked
            assert policy.circuit_breaker.state.value == "closed"


# mode: half-open permit lost when the probe is cancelled
@pytest.mark.parametrize("shape", SHAPES)
def test_a_probe_whose_host_fails_gives_its_place_back(shape):
    document = {**DOCUMENT, "circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 10}, "retry": {}}
    undisturbed = Host()
    undisturbed.calls = 2
    assert outcome(shape, undisturbed, document)[0] == "fresh"
    for place in range(len(undisturbed.asked)):
        host = Host(error=KeyboardInterrupt)
        policy = Policy.from_dict(document, clock=host.clock, on_event=host.listen)
        policy.circuit_breaker.force_open()
        policy.circuit_breaker.reset()
        with contextlib.suppress(ConnectionError):
            Policy(circuit_breaker=policy.circuit_breaker, clock=host.clock).call(host.fetch)
        assert policy.circuit_breaker.state.value == "open"
        host.time += 10
        host.calls, host.asked, host.fails_at = 2, [], place + 1
        with heard_by(host), contextlib.suppress(KeyboardInterrupt):
            shape(policy, host)
        assert serves(policy, host), host.asked


async def calls(policy, host):
    return await policy.call(host.fetch_async)


async def enters(policy, host):
    async for attempt in policy.attempts():
        with attempt:
            answer = await host.fetch_async()
    return answer


async def iterates(policy, host):
    async with contextlib.aclosing(policy(host.fetch_items_async)()) as items:
        async for item in items:
            await asyncio.sleep(0)
            answer = item
    return answer


# mode: half-open permit lost when the probe is cancelled
@pytest.mark.parametrize("shape", [calls, enters, iterates])
def test_cancelled_at_any_point_where_it_waits_a_call_gives_back_what_it_holds(shape):
    for place in itertools.count(1):
        host = Host()
        policy = Policy.from_dict(DOCUMENT, clock=host.clock)
        # Each wait hands over by a bare yield, so that no loop is needed to stop at one.
        call = shape(policy, host)
        try:
            for _ in range(place):
                call.send(None)
        except StopIteration as end:
            assert end.value == "fresh"
            break
        with pytest.raises(asyncio.CancelledError):
            call.throw(asyncio.CancelledError())
        assert policy.circuit_breaker.failure_count <= host.calls
        assert serves(policy, host), place
    # Two waits between three attempts, and what the attempts themselves wait for.
    assert place > 2


# Without those whose loop, asyncio's own, keeps the error of a task in a cycle.
@pytest.mark.parametrize("shape", [called, decorated, block, generated])
def test_a_fault_of_the_host_leaves_no_frame_behind(shape):
    class Held:
        pass

    gc.collect()
    gc.disable()
    try:
        for host in faults(shape):
            held = Held()

            def fetch(_held=held, host=host):
                return Host.fetch(host)

            references = sys.getrefcount(held)
            host.fetch = fetch
            _, error, _ = outcome(shape, host)
            del error, fetch, host.fetch
            # One is the name's own, one the call's.
            assert sys.getrefcount(held) <= references, host.asked
    finally:
        gc.enable()
