"""failsoft keeps a program useful while what it depends on fails.

Retries, circuit breakers and fallbacks, decided by one engine that decides the same in every language.
Start with :func:`with_retry`, :class:`CircuitBreaker`, or a :class:`Policy` for both.
"""

from failsoft._breaker import CircuitBreaker, CircuitBreakerState
from failsoft._clock import Clock
from failsoft._config import CircuitBreakerConfig, RetryConfig
from failsoft._errors import (
    AttemptTimeoutError,
    BulkheadFullError,
    CircuitBreakerOpenError,
    ConfigError,
    DeadlineExceededError,
    FailsoftError,
    PermanentError,
    Problem,
    RateLimitedError,
    TransientError,
)
from failsoft._explain import AttemptPlan, Explanation, PolicyWarning
from failsoft._policy import Attempt, Attempts, Policy
from failsoft._report import AttemptReport, Report, report
from failsoft._retry import with_retry
from failsoft._verdict import Verdict, classify, classify_fault

retry = with_retry
with_retry_async = with_retry

__all__ = [
    "Attempt",
    "AttemptPlan",
    "AttemptReport",
    "AttemptTimeoutError",
    "Attempts",
    "BulkheadFullError",
    "CircuitBreaker",
    "CircuitBreakerConfig",
    "CircuitBreakerOpenError",
    "CircuitBreakerState",
    "Clock",
    "ConfigError",
    "DeadlineExceededError",
    "Explanation",
    "FailsoftError",
    "PermanentError",
    "Policy",
    "PolicyWarning",
    "Problem",
    "RateLimitedError",
    "Report",
    "RetryConfig",
    "TransientError",
    "Verdict",
    "classify",
    "classify_fault",
    "report",
    "retry",
    "with_retry",
    "with_retry_async",
]
