"""Retries by themselves: document 004."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from failsoft._config import RetryConfig
from failsoft._policy import Policy
from failsoft.recipes._naming import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from failsoft._clock import Clock
    from failsoft._events import Listener

T = TypeVar("T")


class RetryMechanism:
    """Calls functions again as a configuration says. Safe to share between threads and tasks.

    Args:
        config: A :class:`RetryConfig`, or its settings as a mapping. Default: those of ``RetryConfig``.
        on_event: Told what happens to its calls; see :func:`failsoft.listen`.
        clock: Where time comes from; for tests.

    Raises:
        ConfigError: Some setting makes no sense.
    """

    def __init__(
        self,
        config: RetryConfig | Mapping[str, Any] | None = None,
        *,
        on_event: Listener | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.config: RetryConfig | Mapping[str, Any] = RetryConfig() if config is None else config
        """What it was given."""
        self._policy = Policy(retry=self.config, on_event=on_event, clock=clock)

    def execute(self, function: Callable[[], T], context: str | None = None) -> T:
        """Call a function until it answers.

        Args:
            function: Called without arguments.
            context: What it is called in log lines. Default: by its own name.

        Raises:
            Exception: The function's own last error.
        """
        answer: T = self._policy.call(named(function, context))
        return answer

    async def execute_async(self, function: Callable[[], Any], context: str | None = None) -> Any:
        """The same for a coroutine function, or a function that answers with a coroutine or not."""
        answer = self._policy.call(named(function, context))
        return await answer if hasattr(answer, "__await__") else answer
