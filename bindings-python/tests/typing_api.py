"""What type checkers see of the public surface; checked by mypy and pyright, never run."""

from __future__ import annotations

from typing_extensions import assert_type

from failsoft import (
    CircuitBreaker,
    CircuitBreakerState,
    Policy,
    Report,
    RetryConfig,
    Verdict,
    classify,
    report,
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


class Service:
    """Has guarded methods."""

    breaker = CircuitBreaker(recovery_timeout="10s", expected_exception=(OSError, TimeoutError))

    @breaker
    def method(self, number: int) -> float:
        """Keep its type as a method."""
        return float(number)


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


def mistakes() -> None:
    """Each line has one, and the checkers must find it."""
    bare("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    RetryConfig(max_atempts=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    RetryConfig(jitter="ful")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CircuitBreaker(failure_threshold="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
