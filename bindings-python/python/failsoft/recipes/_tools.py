"""Tools under error policies, one executor for all, and what became of the calls: document 001."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from failsoft._chain import FallbackChain
from failsoft._config import RetryConfig
from failsoft._forks import Lock
from failsoft._system import System

if TYPE_CHECKING:
    from failsoft._clock import Clock
    from failsoft._event import Event
    from failsoft._events import Listener

F = TypeVar("F", bound=Callable[..., Any])


class ErrorStrategy(Enum):
    """What follows when a tool has failed."""

    RETRY = "retry"
    """The tool is called again."""
    FALLBACK = "fallback"
    """Other tools are called, one after the other."""


@dataclass(frozen=True)
class ErrorRecoveryPolicy:
    """What an executor does when a tool fails.

    Attributes:
        strategy: Whether it is retried alone, or followed by ``fallback_tools`` when its retries have ended.
        max_retries: How often it is called again, 0 for not at all. Default 3.
        retry_backoff: Seconds before the first retry; they double from one to the next. Default 2.
        fallback_tools: The names of the tools that stand in, the best one first.

    Raises:
        ConfigError: Some setting makes no sense.
        ValueError: The strategy and the fallback tools contradict each other.
    """

    strategy: ErrorStrategy = ErrorStrategy.RETRY
    max_retries: int = 3
    retry_backoff: float = 2.0
    fallback_tools: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "strategy", ErrorStrategy(self.strategy))
        if isinstance(self.fallback_tools, str):
            raise TypeError(f"fallback_tools: found {self.fallback_tools!r} (expected a list of names)")
        object.__setattr__(self, "fallback_tools", tuple(self.fallback_tools))
        if bool(self.fallback_tools) != (self.strategy is ErrorStrategy.FALLBACK):
            expected = "one name at least" if self.strategy is ErrorStrategy.FALLBACK else "none"
            found = f"{list(self.fallback_tools)} with the strategy {self.strategy.value}"
            raise ValueError(f"fallback_tools: found {found} (expected {expected})")
        RetryConfig(**self._retry())

    def _retry(self) -> Any:
        return {"max_retries": self.max_retries, "initial_delay": self.retry_backoff}


@dataclass(frozen=True)
class _Tool:
    name: str
    function: Callable[..., Any]
    policy: ErrorRecoveryPolicy | None
    cost: float | None
    accuracy: float | None


class ToolRegistry:
    """Tools by their names. Safe to share between threads."""

    def __init__(self) -> None:
        self._tools: dict[str, _Tool] = {}

    def register(
        self,
        function: F,
        name: str | None = None,
        *,
        error_policy: ErrorRecoveryPolicy | None = None,
        cost: float | None = None,
        accuracy: float | None = None,
    ) -> F:
        """Add a tool.

        Args:
            function: A function or a coroutine function; called with the parameters of a call as keywords, a plain
                function in the thread of the loop.
            name: Default: the function's name.
            error_policy: What follows when it fails. Default: nothing, unless a call says something else.
            cost: What a call of it costs, in any unit, for reports.
            accuracy: How good its answer is, from 0 to 1, for reports.

        Returns:
            The function as it is.

        Raises:
            ConfigError: The cost or the accuracy makes no sense.
            TypeError: It can't be called.
            ValueError: There is a tool of this name.
        """
        # Refused here and not by the first call, which would be a worse moment.
        FallbackChain().add_fallback(function, name, accuracy, cost)
        own = name if name is not None else str(getattr(function, "__name__", type(function).__name__))
        tool = _Tool(own, function, error_policy, cost, accuracy)
        if self._tools.setdefault(own, tool) is not tool:
            raise ValueError(f"name: there is a tool {own!r} already")
        return function

    def _tool(self, name: str) -> _Tool:
        try:
            return self._tools[name]
        except KeyError:
            known = ", ".join(self._tools) or "none: no tool is registered"
            raise LookupError(f"unknown tool {name!r} (expected {known})") from None

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def __repr__(self) -> str:
        return f"<ToolRegistry of {', '.join(self._tools) or 'no tools'}>"


class ErrorRecoveryExecutor:
    """Calls registered tools under their policies. Safe to share between threads and tasks.

    Args:
        registry: Its tools. Default: a registry of its own.
        on_event: Told what happens to calls; see :func:`failsoft.listen`.
        clock: Where time comes from; for tests.
    """

    def __init__(
        self,
        registry: ToolRegistry | None = None,
        *,
        on_event: Listener | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.registry: ToolRegistry = ToolRegistry() if registry is None else registry
        """The tools that it knows."""
        self.system: System = System(on_event=on_event, clock=clock)
        """What it knows of calls: health, error analytics, events."""
        self._chains: dict[tuple[str, ErrorRecoveryPolicy | None], FallbackChain] = {}
        self._making = Lock()

    async def execute_with_recovery(
        self,
        tool_name: str,
        params: Mapping[str, Any] | None = None,
        policy: ErrorRecoveryPolicy | None = None,
    ) -> Any:
        """Call a tool, and what its policy names if it fails.

        Args:
            tool_name: The tool's name.
            params: What it is called with, as keywords; the tools that stand in are called with the same.
            policy: What follows when it fails. Default: what it was registered with.

        Returns:
            The answer; :func:`failsoft.report` tells which tool gave it (``served_by``), its ``quality`` and ``cost``.

        Raises:
            LookupError: There is no such tool, or none of a name that the policy has.
            Exception: The own error of the last tool that was tried.
        """
        answer = self._chain(tool_name, policy).execute(**(params or {}))
        return await answer if hasattr(answer, "__await__") else answer

    def _chain(self, tool_name: str, policy: ErrorRecoveryPolicy | None) -> FallbackChain:
        first = self.registry._tool(tool_name)
        policy = policy or first.policy
        with self._making:
            chain = self._chains.get((tool_name, policy))
            if chain is None:
                tools = [first, *map(self.registry._tool, policy.fallback_tools if policy else ())]
                name = tool_name
                if any(tool_name == known for known, _ in self._chains):
                    name = f"{tool_name}#{len(self._chains) + 1}"
                chain = self.system.get_fallback_chain(name)
                for tool in tools:
                    retried = policy if tool is first else tool.policy
                    chain.add_fallback(
                        tool.function,
                        tool.name,
                        tool.accuracy,
                        tool.cost,
                        policy=None if retried is None else {"retry": retried._retry()},
                    )
                self._chains[tool_name, policy] = chain
            return chain


class MetricsCollector:
    """How calls of tools ended: what is recorded, or heard of by ``failsoft.listen(metrics.hear, every_call=True)``.

    Only counts are kept. Safe to share between threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls = self._succeeded = self._retried = self._attempts = 0

    def record(self, call: Mapping[str, Any]) -> None:
        """Take in how a call ended.

        Args:
            call: Its ``status`` (``success`` or ``failed``) and its ``attempts`` (1 or more). What else it says is for
                its reader.

        Raises:
            ValueError: It says neither or something else.
        """
        status, attempts = call.get("status"), call.get("attempts", 1)
        if status not in {"success", "failed"}:
            raise ValueError(f"status: found {status!r} (expected 'success' or 'failed')")
        if not isinstance(attempts, int) or attempts < 1:
            raise ValueError(f"attempts: found {attempts!r} (expected a whole number from 1)")
        self._note(status == "success", attempts)

    def hear(self, event: Event) -> None:
        """Take in the end of a call that was made; for :func:`failsoft.listen`."""
        if event.kind == "call_ended":
            self._note(event.error is None, event.attempt)

    def success_rate(self) -> float:
        """How many of the calls succeeded, in percent; 0 if there were none."""
        return 100 * self._share(self._succeeded)

    def avg_attempts(self) -> float:
        """How many attempts a call took; 0 if there were no calls."""
        return self._share(self._attempts)

    def retry_rate(self) -> float:
        """How many of the calls took more than one attempt, in percent; 0 if there were none."""
        return 100 * self._share(self._retried)

    def _note(self, succeeded: bool, attempts: int) -> None:  # noqa: FBT001
        with self._lock:
            self._calls += 1
            self._succeeded += succeeded
            self._attempts += attempts
            self._retried += attempts > 1

    def _share(self, count: int) -> float:
        return count / self._calls if self._calls else 0.0
