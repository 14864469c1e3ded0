"""One call through a fallback chain: the steps one after the other, as the engine says."""

from __future__ import annotations

from types import CoroutineType, TracebackType
from typing import TYPE_CHECKING, Any

from failsoft._errors import (
    BulkheadFullError,
    CircuitBreakerOpenError,
    FallbackExhaustedError,
    RateLimitedError,
)
from failsoft._faults import fault_text
from failsoft._report import attempts_of

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from typing_extensions import Self

    from failsoft._links import Links

TRY, EXHAUSTED, ALL_BENCHED, FAIL_NOW = range(4)
"""What the core says to do; see ``Course`` in its façade."""


class Following:
    """A call through the chain, for either loop. It belongs to the thread or task that makes the call.

    As a context manager it gives the call up if the block is left by an exception.
    """

    __slots__ = ("_tried", "error", "links", "native", "served_by")

    def __init__(self, links: Links, error: BaseException | None = None) -> None:
        """Begin a call; ``error`` is that with which it came here, if it was made before."""
        self.links = links
        self.error: BaseException | None = error
        self.native = links.native.begin(links.clock.now())
        self.served_by: str | None = None
        self._tried: str | None = None

    @property
    def tried(self) -> str:
        """The step that failed last, or the one that would have been the last to try."""
        return self._tried or self.links.steps[-1].name

    def next(self) -> int | None:
        """The step to try; None if the call is over and :meth:`take_error` is to be raised."""
        course, step, seconds = self.native.next(self.links.clock.now())
        if course == TRY:
            return step
        if course == ALL_BENCHED and self.error is None:
            self.error = FallbackExhaustedError(self.links.name or "", seconds)
        self._happened()
        return None

    def served(self, step: int) -> None:
        """The step answered."""
        self.error = None
        self.served_by = self.links.steps[step].name
        self.native.succeed(step, self.links.clock.now())
        self._happened()

    def failed(self, step: int, error: Exception) -> None:
        """The step did not answer."""
        self.error, self._tried = error, self.links.steps[step].name
        now = self.links.clock.now()
        if _was_refused(error):
            self.native.refuse(step, getattr(error, "retry_after", None), now)
        else:
            self.native.fail(step, fault_text(error), now)

    def take_error(self) -> BaseException:
        """The error to raise; it is forgotten here, so that no frame stays alive through it."""
        error, self.error = self.error, None
        return error or FallbackExhaustedError(self.links.name or "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.error = None
            self.native.abandon(self.links.clock.now())

    def _happened(self) -> None:
        if self.links.happened is not None:
            self.links.happened()


def follow_sync(following: Following, args: Any, kwargs: Any) -> Any:
    """Try the steps; of one that turns out to be a coroutine, the rest is a coroutine too."""
    with following:
        while (place := following.next()) is not None:
            step = following.links.steps[place]
            try:
                if step.core is None:
                    answer = step.function(*args, **kwargs)
                else:
                    answer = step.core.run_sync(step.core.begin(), step.function, args, kwargs)
            except Exception as error:  # noqa: BLE001  what it means the core says
                following.failed(place, error)
                continue
            if type(answer) is CoroutineType:
                return follow_async(following, args, kwargs, place, answer)
            following.served(place)
            return answer
    raise following.take_error()


async def follow_async(
    following: Following,
    args: Any,
    kwargs: Any,
    place: int | None = None,
    first: Coroutine[Any, Any, Any] | None = None,
) -> Any:
    """Try the steps as a coroutine; ``first`` is the step at ``place``, which has been begun already."""
    with following:
        while first is not None or (place := following.next()) is not None:
            assert place is not None  # noqa: S101  for the type checker: it comes with ``first``
            step = following.links.steps[place]
            try:
                if first is not None:
                    answer = await first
                elif step.core is None:
                    answer = await step.awaited(*args, **kwargs)
                else:
                    answer = await step.core.run_async(step.core.begin(), step.awaited, args, kwargs)
            except Exception as error:  # noqa: BLE001
                following.failed(place, error)
            else:
                following.served(place)
                return answer
            finally:
                first = None
    raise following.take_error()


def _was_refused(error: Exception) -> bool:
    """Whether the step's own guards have refused it before it was called at all."""
    refused = isinstance(error, (CircuitBreakerOpenError, RateLimitedError, BulkheadFullError))
    return refused and attempts_of(error) == 0
