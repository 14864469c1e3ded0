"""Guarded blocks: ``for attempt in policy.attempts(): with attempt: ...``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import TracebackType

    from typing_extensions import Self

    from failsoft._driver import Core
    from failsoft._run import Run


class Attempts:
    """The attempts of one guarded block; made by :meth:`Policy.attempts`. For one thread or task."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def __iter__(self) -> Iterator[Attempt]:
        return _Going(self._core.begin(stands_in=False))

    def __aiter__(self) -> AsyncIterator[Attempt]:
        return _Going(self._core.begin(stands_in=False))


class _Going:
    """A block under way.

    No generator: one that is left by ``return`` from within the block would have to be closed by its loop, and trio
    complains of those.
    """

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run
        with run:
            run.begins(_BLOCK)

    def __iter__(self) -> Self:
        return self

    def __aiter__(self) -> Self:
        return self

    def __next__(self) -> Attempt:
        run = self._run
        _check_entered(run)
        with run:
            while not run.over:
                if run.wait:
                    run.core.clock.sleep(run.wait)
                if self._admitted():
                    return Attempt(run)
        raise StopIteration

    async def __anext__(self) -> Attempt:
        run = self._run
        _check_entered(run)
        with run:
            while not run.over:
                if run.wait:
                    await run.core.clock.sleep_async(run.wait)
                if self._admitted():
                    return Attempt(run)
        raise StopAsyncIteration

    def __del__(self) -> None:
        # Left with an attempt that was never entered, or between two; what it holds must come free.
        if not self._run.over:
            self._run.abandon(_BLOCK)

    def _admitted(self) -> bool:
        run = self._run
        if not run.admit(_BLOCK) and run.refusal is not None:
            raise run.take_refusal()
        return run.under_way


class Attempt:
    """One attempt of a guarded block: a context manager around it.

    Attributes:
        number: From 1.
        timeout: How many seconds it may take, to be passed on to what is called; None for no limit.
    """

    __slots__ = ("_run", "number", "timeout")

    def __init__(self, run: Run) -> None:
        self._run = run
        self.number: int = run.attempt
        self.timeout: float | None = run.timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        with self._run as run:
            if error is None:
                run.succeeded(None, _BLOCK)
                return False
            return run.failed(error, _BLOCK)


def _check_entered(run: Run) -> None:
    if run.under_way:
        run.abandon(_BLOCK)
        raise RuntimeError("an attempt was not entered: write `with attempt:` inside of the loop")


def _BLOCK() -> None:  # noqa: N802  what log lines call a block
    """Stand for a guarded block in log lines."""


_BLOCK.__qualname__ = "block"
