"""An error recovery manager with its configuration and its kinds of errors: document 003."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from failsoft._breaker import CircuitBreaker
from failsoft._errors import PermanentError, TransientError
from failsoft._events import clean
from failsoft._policy import Policy
from failsoft._report import remember, report
from failsoft._verdict import classify
from failsoft.recipes._naming import named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from failsoft._clock import Clock
    from failsoft._event import Event
    from failsoft._verdict import Verdict

T = TypeVar("T")

_MOST = 100
"""So many limits of attempts have a policy that is kept."""

logger = logging.getLogger("agent.error_recovery_manager")


class ErrorStatus(Enum):
    """Whether an error passes."""

    TRANSIENT = "transient"
    """It may be gone when the call is made again."""
    PERMANENT = "permanent"
    """It will be there again."""
    DEGRADED = "degraded"
    """There is an answer, though not the best one."""


class APIErrorType(str, Enum):
    """What kind of error it is."""

    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    CONNECTION_ERROR = "connection_error"
    SERVER_ERROR = "server_error"
    AUTH_ERROR = "auth_error"
    INVALID_REQUEST = "invalid_request"
    MODEL_NOT_FOUND = "model_not_found"
    QUOTA_EXCEEDED = "quota_exceeded"
    RESOURCE_ERROR = "resource_error"
    CONFLICT = "conflict"
    CIRCUIT_OPEN = "circuit_open"
    UNKNOWN = "unknown"

    @classmethod
    def _of(cls, verdict: Verdict) -> APIErrorType:
        return _TYPES.get(verdict.category, cls.UNKNOWN)


_TYPES = {
    "timeout": APIErrorType.TIMEOUT,
    "rate_limit": APIErrorType.RATE_LIMIT,
    "connection": APIErrorType.CONNECTION_ERROR,
    "server": APIErrorType.SERVER_ERROR,
    "auth": APIErrorType.AUTH_ERROR,
    "invalid_request": APIErrorType.INVALID_REQUEST,
    "not_found": APIErrorType.MODEL_NOT_FOUND,
    "quota": APIErrorType.QUOTA_EXCEEDED,
    "resource": APIErrorType.RESOURCE_ERROR,
    "conflict": APIErrorType.CONFLICT,
    "open_circuit": APIErrorType.CIRCUIT_OPEN,
}


@dataclass(frozen=True)
class ErrorRecoveryConfig:
    """How an :class:`ErrorRecoveryManager` recovers.

    Attributes:
        max_retries: How often a call is made again. Default 3.
        initial_wait_ms: Milliseconds before the first retry. Default 100.
        max_wait_ms: No wait is longer, in milliseconds. Default 10000.
        exponential_base: The factor from one wait to the next. Default 2.
        timeout_seconds: So long each attempt may take. Default 30.
        circuit_breaker_threshold: So many failures in a row open the breaker. Default 5.
        circuit_breaker_timeout_seconds: So long it stays open. Default 60.
    """

    max_retries: int = 3
    initial_wait_ms: float = 100
    max_wait_ms: float = 10_000
    exponential_base: float = 2.0
    timeout_seconds: float = 30.0
    circuit_breaker_threshold: int = 5
    circuit_breaker_timeout_seconds: float = 60.0


class ManagedCircuitBreaker(CircuitBreaker):
    """A breaker that can be reset by assignment as well, as the document has it."""

    @property
    def is_open(self) -> bool:
        """Whether it is open; False resets it, True holds it open."""
        return super().is_open

    @is_open.setter
    def is_open(self, value: bool) -> None:
        if value:
            self.force_open()
        else:
            self.reset()

    @property
    def failure_count(self) -> int:
        """The failures in a row; 0 forgets them, which does not close an open breaker."""
        return super().failure_count

    @failure_count.setter
    def failure_count(self, value: int) -> None:
        if value != 0:
            raise ValueError(f"failure_count: found {value!r} (expected 0)")
        if not self.is_open:
            self.reset()


class ErrorRecoveryManager:
    """Makes calls with retries, a limit for each attempt and a circuit breaker.

    Safe to share between threads and tasks. Its log lines go to the logger ``agent.error_recovery_manager``, without
    secrets.

    Args:
        config: Default: ``ErrorRecoveryConfig()``.
        name: What its breaker is called.
        clock: Where time comes from; for tests.

    Raises:
        ConfigError: Some setting makes no sense.
    """

    def __init__(
        self,
        config: ErrorRecoveryConfig | None = None,
        *,
        name: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.config: ErrorRecoveryConfig = ErrorRecoveryConfig() if config is None else config
        """What it was given."""
        self.circuit_breaker: ManagedCircuitBreaker = ManagedCircuitBreaker(
            name,
            failure_threshold=self.config.circuit_breaker_threshold,
            recovery_timeout=self.config.circuit_breaker_timeout_seconds,
            on_event=self._heard,
            clock=clock,
        )
        """What guards its calls, to read its state and to reset it."""
        self._clock = clock
        self._policies: dict[float, Policy] = {}
        self._within(None)

    async def execute_with_retry(
        self,
        function: Callable[[], Awaitable[T]],
        context: str = "request",
        timeout_seconds: float | None = None,
    ) -> T:
        """Call a coroutine function until it answers.

        Args:
            function: Called without arguments.
            context: What the call is called in log lines.
            timeout_seconds: So long each attempt may take. Default: as configured.

        Raises:
            TransientError: It still failed when the retries had ended; ``__cause__`` is its own error.
            PermanentError: It failed for good, or the breaker is open (:class:`failsoft.CircuitBreakerOpenError`).
            ConfigError: ``timeout_seconds`` makes no sense.
        """
        label, numbers = clean(context), count(1)

        async def attempt() -> T:
            self._begins(label, next(numbers))
            return await function()

        try:
            answer: T = await self._within(timeout_seconds).call(named(attempt, label))
        except Exception as error:
            if _is_told(error):
                raise
            raise _meant(error) from error
        self._succeeded(label, next(numbers) - 1)
        return answer

    def execute_with_retry_sync(
        self, function: Callable[[], T], context: str = "request", timeout_seconds: float | None = None
    ) -> T:
        """The same for a plain function. Attempts are made in threads; one that is late is abandoned."""
        label, numbers = clean(context), count(1)

        def attempt() -> T:
            self._begins(label, next(numbers))
            return function()

        try:
            answer: T = self._within(timeout_seconds).call(named(attempt, label))
        except Exception as error:
            if _is_told(error):
                raise
            raise _meant(error) from error
        self._succeeded(label, next(numbers) - 1)
        return answer

    @staticmethod
    def classify_error(error: BaseException) -> tuple[ErrorStatus, APIErrorType]:
        """Whether an error passes, and what kind it is."""
        verdict = classify(error)
        return ErrorStatus(verdict.status), APIErrorType._of(verdict)

    def _within(self, timeout_seconds: float | None) -> Policy:
        limit = self.config.timeout_seconds if timeout_seconds is None else timeout_seconds
        policy = self._policies.get(limit)
        if policy is None:
            if len(self._policies) >= _MOST:
                self._policies.clear()
            policy = self._policies[limit] = self._made(limit)
        return policy

    def _made(self, timeout_seconds: float) -> Policy:
        given = asdict(self.config)
        retry = ("max_retries", "initial_wait_ms", "max_wait_ms", "exponential_base")
        return Policy(
            retry={**{key: given[key] for key in retry}, "jitter": "none"},
            timeout={"attempt": timeout_seconds, "sync": "thread"},
            circuit_breaker=self.circuit_breaker,
            on_event=self._heard,
            clock=self._clock,
        )

    def _begins(self, label: str, number: int) -> None:
        logger.info("Attempt %d/%d for %s", number, self.config.max_retries + 1, label)
        logger.debug("Sending request...")

    def _succeeded(self, label: str, number: int) -> None:
        logger.info("%s succeeded on attempt %d", label, number)

    def _heard(self, event: Event) -> None:
        if event.kind in {"retry", "gave_up"} and event.error is not None:
            kind = _TYPES.get(event.category or "", APIErrorType.UNKNOWN).value
            logger.warning("Attempt %d failed (%s): %s", event.attempt, kind, clean(str(event.error)))
        if event.kind == "gave_up":
            why = "permanent error" if event.reason == "permanent" else f"{event.attempt} attempts"
            logger.error("%s failed after %s", event.label, why)
        elif event.kind == "refused":
            logger.error("Circuit Breaker open - rejecting request")
        elif event.kind == "transition" and event.after == "open":
            logger.error("Circuit Breaker OPEN (failures: %d)", self.circuit_breaker.failure_count)
        elif event.kind == "transition":
            logger.info("Circuit Breaker %s", (event.after or "").upper())


def _is_told(error: Exception) -> bool:
    """Whether an error says itself what it means; its type is one of ours then. A cancellation means nothing."""
    if isinstance(error, (TransientError, PermanentError)):
        if not isinstance(error.error_type, APIErrorType):
            error.error_type = APIErrorType._of(classify(error))
        return True
    return classify(error).category == "cancelled"


def _meant(error: Exception) -> TransientError | PermanentError:
    """The error that says what another one means; it has the same report."""
    verdict = classify(error)
    of = TransientError if verdict.retryable else PermanentError
    meant = of(clean(str(error)) or type(error).__name__, APIErrorType._of(verdict))
    known = report(error)
    if known is not None:
        remember(meant, known)
    return meant
