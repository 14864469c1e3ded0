"""failsoft keeps a program useful while what it depends on fails.

Retries, circuit breakers and fallbacks, decided by one engine that decides the same in every language.
Start with :func:`with_retry`, :class:`CircuitBreaker`, or a :class:`Policy` for both.
"""

from __future__ import annotations

TYPE_CHECKING = False  # Without importing typing, which takes longer than all the rest.

if TYPE_CHECKING:
    from typing import Any

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
    from failsoft._event import Event
    from failsoft._events import listen
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

_HOMES = {
    "_attempts": ("Attempt", "Attempts"),
    "_batch": ("BatchFailure", "BatchItem", "BatchOutcome", "BatchSuccess", "run_batch"),
    "_breaker": ("CircuitBreaker", "CircuitBreakerState"),
    "_chain": ("FallbackChain",),
    "_clock": ("Clock",),
    "_config": ("CircuitBreakerConfig", "RetryConfig"),
    "_degradation": ("GracefulDegradation",),
    "_errors": (
        "AttemptTimeoutError",
        "BulkheadFullError",
        "CircuitBreakerOpenError",
        "ConfigError",
        "DeadlineExceededError",
        "FailsoftError",
        "FallbackExhaustedError",
        "PermanentError",
        "Problem",
        "RateLimitedError",
        "TransientError",
    ),
    "_event": ("Event",),
    "_events": ("listen",),
    "_explain": ("AttemptPlan", "Explanation", "PolicyWarning"),
    "_heal": ("Remedies", "heal"),
    "_levels": ("LevelChange",),
    "_policy": ("Policy",),
    "_report": ("AppliedRemedy", "AttemptReport", "PassedStep", "Report", "report"),
    "_retry": ("retry", "with_retry", "with_retry_async"),
    "_system": ("ErrorAnalytics", "ErrorHandlingSystem", "System"),
    "_verdict": ("Verdict", "classify", "classify_fault"),
}
"""Where the names above are found, when somebody first asks for one: most programs need few of them."""


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            module = __import__(f"failsoft.{home}", fromlist=[name])
            found = globals()[name] = getattr(module, _ALIASES.get(name, name))
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


_ALIASES = {"retry": "with_retry", "with_retry_async": "with_retry"}
