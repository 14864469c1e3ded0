"""failsoft keeps a program useful while what it depends on fails.

Retries, circuit breakers and fallbacks, decided by one engine that decides the same in every language.
Start with :func:`with_retry`, :class:`CircuitBreaker`, or a :class:`Policy` for both.
"""

from failsoft._attempts import Attempt, Attempts
from failsoft._batch import BatchFailure, BatchItem, BatchOutcome, BatchSuccess, run_batch
from failsoft._breaker import CircuitBreaker, CircuitBreakerState
from failsoft._chain import FallbackChain
from failsoft._clock import Clock
from failsoft._config import CircuitBreakerConfig, RetryConfig
from failsoft._degradation import GracefulDegradation
from failsoft._errors import (
    AttemptTimeoutError,
    BulkheadFullError,
    CircuitBreakerOpenError,
    ConfigError,
    DeadlineExceededError,
    FailsoftError,
    FallbackExhaustedError,
    PermanentError,
    Problem,
    RateLimitedError,
    TransientError,
)
from failsoft._events import Event, listen
from failsoft._explain import AttemptPlan, Explanation, PolicyWarning
from failsoft._heal import Remedies, heal
from failsoft._levels import LevelChange
from failsoft._policy import Policy
from failsoft._report import AppliedRemedy, AttemptReport, PassedStep, Report, report
from failsoft._retry import with_retry
from failsoft._system import ErrorAnalytics, ErrorHandlingSystem, System
from failsoft._verdict import Verdict, classify, classify_fault

retry = with_retry
with_retry_async = with_retry

__all__ = [
    "AppliedRemedy",
    "Attempt",
    "AttemptPlan",
    "AttemptReport",
    "AttemptTimeoutError",
    "Attempts",
    "BatchFailure",
    "BatchItem",
    "BatchOutcome",
    "BatchSuccess",
    "BulkheadFullError",
    "CircuitBreaker",
    "CircuitBreakerConfig",
    "CircuitBreakerOpenError",
    "CircuitBreakerState",
    "Clock",
    "ConfigError",
    "DeadlineExceededError",
    "ErrorAnalytics",
    "ErrorHandlingSystem",
    "Event",
    "Explanation",
    "FailsoftError",
    "FallbackChain",
    "FallbackExhaustedError",
    "GracefulDegradation",
    "LevelChange",
    "PassedStep",
    "PermanentError",
    "Policy",
    "PolicyWarning",
    "Problem",
    "RateLimitedError",
    "Remedies",
    "Report",
    "RetryConfig",
    "System",
    "TransientError",
    "Verdict",
    "classify",
    "classify_fault",
    "heal",
    "listen",
    "report",
    "retry",
    "run_batch",
    "with_retry",
    "with_retry_async",
]
