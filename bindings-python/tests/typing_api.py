"""What type checkers see of the public surface; checked by mypy and pyright, never run."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import Any, Protocol, overload

from typing_extensions import Self, assert_type

import failsoft
from failsoft import (
    BatchFailure,
    BatchOutcome,
    CircuitBreaker,
    CircuitBreakerState,
    Event,
    FallbackChain,
    GracefulDegradation,
    LevelChange,
    Policy,
    Report,
    RetryConfig,
    System,
    Verdict,
    classify,
    classify_fault,
    heal,
    listen,
    report,
    run_batch,
    with_retry,
)


@with_retry
def bare(number: int, *, text: str = "") -> bytes:
    """Keep its type when decorated bare."""
    return f"{number}{text}".encode()


@with_retry(max_attempts=3, jitter="full", fallback=lambda: b"")
def configured(number: int) -> bytes:
    """Keep its type when decorated with settings."""
    return bytes(number)


@Policy(retry=RetryConfig(max_retries=2), circuit_breaker=CircuitBreaker("db", failure_threshold=3))
async def coroutine(number: int) -> str:
    """Keep its type as a coroutine function."""
    return str(number)


@with_retry
def pages(first: int) -> Generator[bytes, str, float]:
    """Keep its type as a generator function."""
    answer = yield bytes(first)
    return float(answer)


@Policy(retry={})
async def live(first: int) -> AsyncIterator[str]:
    """Keep its type as an asynchronous generator function."""
    yield str(first)


@overload
def either(value: int) -> int: ...
@overload
def either(value: str) -> str: ...
@with_retry
def either(value: int | str) -> int | str:
    """Keep its overloads."""
    return value


class Fetches(Protocol):
    """What a guarded function or object may be used as."""

    def __call__(self, path: str, /, *, region: str = ...) -> bytes:
        """Fetch."""
        ...


@with_retry
def fetch(path: str, /, *rest: int, region: str = "eu", **more: float) -> bytes:
    """Have every kind of parameter."""
    return repr((path, rest, region, more)).encode()


class Fetcher:
    """An object that can be called."""

    def __call__(self, path: str, /, *, region: str = "eu") -> bytes:
        """Fetch."""
        return f"{path}{region}".encode()


class Service:
    """Has guarded methods."""

    breaker = CircuitBreaker(recovery_timeout="10s", expected_exception=(OSError, TimeoutError))

    @breaker
    def method(self, number: int) -> float:
        """Keep its type as a method."""
        return float(number)

    @with_retry
    def fluent(self) -> Self:
        """Keep what self is."""
        return self

    @classmethod
    @with_retry
    def made(cls, number: int) -> Self:
        """Keep its type as a class method."""
        assert number
        return cls()

    @staticmethod
    @breaker
    def still(number: int) -> str:
        """Keep its type as a static method."""
        return str(number)

    @property
    @with_retry(max_attempts=2)
    def size(self) -> int:
        """Keep its type as a property."""
        return 1

    @breaker
    async def later(self, number: int) -> bytes:
        """Keep its type as a coroutine method."""
        return bytes(number)


class Special(Service):
    """Inherits them."""


async def check() -> None:
    """Spell the types out."""
    assert_type(bare(1, text="x"), bytes)
    assert_type(configured(1), bytes)
    assert_type(await coroutine(1), str)
    assert_type(Service().method(1), float)
    policy = Policy.from_json("{}")
    assert_type(policy.call(bare, 1, text="x"), bytes)
    assert_type(await policy.call(coroutine, 1), str)
    assert_type(Service.breaker.state, CircuitBreakerState)
    assert_type(Service.breaker.call(bare, 1), bytes)
    assert_type(classify(OSError()), Verdict)
    assert_type(report(OSError()), Report | None)
    for attempt in policy.attempts():
        with attempt:
            assert_type(attempt.timeout, float | None)
    async for attempt in policy.attempts():
        with attempt as same:
            assert_type(same.number, int)


async def check_shapes() -> None:
    """Spell the types of everything that can be guarded out."""
    assert_type(pages(1), Generator[bytes, str, float])
    assert_type([item async for item in live(1)], list[str])
    assert_type(either(1), int)
    assert_type(either("1"), str)
    fetches: Fetches = fetch
    assert_type(fetches("/a", region="us"), bytes)
    fetches = with_retry(Fetcher())
    assert_type(Special().fluent(), Special)
    assert_type(Special.made(1), Special)
    assert_type(Service.still(1), str)
    assert_type(Service().size, int)
    assert_type(await Service().later(1), bytes)
    assert_type(Service.method(Service(), 1), float)
    policy, breaker = Policy(), CircuitBreaker()
    assert_type(with_retry(Service)().method(1), float)
    assert_type(policy(functools.partial(fetch, "/a"))(), bytes)
    assert_type(policy(len)("four"), int)
    assert_type(policy.call(pages, 1), Generator[bytes, str, float])
    assert_type(policy.call(Service().method, 1), float)
    assert_type(breaker.execute(Fetcher(), "/a", region="us"), bytes)
    with breaker as entered:
        assert_type(entered, CircuitBreaker)
    async with breaker:
        pass


async def work(number: int) -> bytes:
    """Work on an item of a batch."""
    return bytes(number)


def heard(event: Event) -> None:
    """Hear an event."""
    assert_type(event.error, BaseException | None)
    assert_type(event.message, str)


async def check_the_rest() -> None:
    """Spell the types of everything else out."""
    outcome = run_batch(str, [1, 2], 4, policy={"retry": {}})
    assert_type(outcome, BatchOutcome[int, str])
    assert_type([success.value for success in outcome.successes], list[str])
    assert_type(outcome.failures, list[BatchFailure[int]])
    assert_type(await run_batch(work, range(3)), BatchOutcome[int, bytes])
    remedies: failsoft.Remedies = {"full": [lambda: None], "stale": work}
    assert_type(heal(bare, 1, diagnose=str, remedies=remedies), bytes)
    assert_type(await heal(coroutine, 1, diagnose=repr, remedies={}), str)
    assert_type(listen(heard, every_call=True), Callable[[], None])

    chain = FallbackChain("weather", order="by_success_rate", on_event=heard)
    assert_type(chain.add_fallback(bare, name="best", expected_quality=0.9)(1), bytes)
    assert_type(chain.get_statistics(), dict[str, Any])

    degradation = GracefulDegradation(dwell="10s")
    assert_type(degradation.observe("cpu_usage", 0.9), LevelChange | None)
    assert_type(degradation.adjust_parameters({"steps": 50}), dict[str, int])
    assert_type(degradation.level, str)
    assert_type(degradation.on_change(print), Callable[[], None])

    system = System({"health": {}}, on_event=heard)
    assert_type(system.policy("db", {"retry": {}}), Policy)
    assert_type(system.get_circuit_breaker("db", failure_threshold=3), CircuitBreaker)
    assert_type(system.get_fallback_chain("weather"), FallbackChain)
    assert_type(system.graceful_degradation, GracefulDegradation)
    assert_type(system.execute_with_resilience(bare, 1, circuit_breaker_name="db", text="x"), bytes)
    assert_type(await system.execute_with_resilience(coroutine, 1, enable_retry=False), str)
    assert_type(system.error_analytics.get_statistics(), dict[str, Any])
    assert_type(system.get_system_health(), dict[str, Any])

    assert_type(classify_fault({"status": 503}).retryable, bool)
    assert_type(failsoft.retry(bare)(1), bytes)
    assert_type(await failsoft.with_retry_async(coroutine)(1), str)
    names: Iterator[str] = (warning.message for warning in Policy().explain().warnings)
    assert_type(list(names), list[str])


def mistakes() -> None:
    """Each line has one, and the checkers must find it."""
    bare("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    RetryConfig(max_atempts=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    RetryConfig(jitter="ful")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CircuitBreaker(failure_threshold="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fetch(region="us")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Service().method("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Policy().call(bare, "1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    run_batch(str, [1], concurency=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    System().get_circuit_breaker("db", treshold=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
