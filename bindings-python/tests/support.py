"""What tests share: time that passes, functions that fail when they are told to, and what is seen of a breaker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import failsoft

if TYPE_CHECKING:
    from failsoft import CircuitBreaker


class FakeTime:
    """Time that stands still until someone sleeps or :meth:`passes` is called."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.clock = failsoft.Clock(now=lambda: self.now, sleep=self.sleep, sleep_async=self.sleep_async)

    def passes(self, seconds: float) -> None:
        self.now += seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class Script:
    """A function that plays a script: an exception is raised, anything else is returned.

    The last line repeats.
    """

    def __init__(self, *lines: object) -> None:
        self.lines = lines
        self.calls = 0

    def __call__(self, *_args: object, **_kwargs: object) -> object:
        line = self.lines[min(self.calls, len(self.lines) - 1)]
        self.calls += 1
        if isinstance(line, BaseException):
            raise line
        return line


def seen(breaker: CircuitBreaker) -> tuple[object, ...]:
    """What a breaker shows of itself."""
    return (breaker.state.value, breaker.failure_count, breaker.retry_after, breaker.is_available())
