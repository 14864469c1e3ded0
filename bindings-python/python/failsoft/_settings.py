"""The settings of a policy document's sections, for type checkers.

What a setting means, its unit and its default are in the document's reference; the core checks the values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, TypedDict

Duration = float | str
"""Seconds, or text with a unit: ``"250ms"``, ``"30s"``, ``"5m"``, ``"2h"``."""

ErrorTypes = type[BaseException] | str | Collection[type[BaseException] | str]
"""Types of errors, or their names."""


class RetrySettings(TypedDict, total=False):
    """The ``retry`` section, with the other names that people know its settings by."""

    enabled: bool
    max_attempts: int
    attempts: int
    max_retries: int
    retries: int
    strategy: Literal["constant", "linear", "exponential", "fibonacci", "polynomial", "decorrelated", "list"]
    initial_delay: Duration
    base_delay: Duration
    initial_wait_ms: float
    max_delay: Duration
    max_wait_ms: float
    exponential_base: float
    multiplier: float
    polynomial_degree: int
    delays: Sequence[Duration]
    jitter: bool | Literal["none", "proportional", "additive", "full", "equal"]
    deadline: Duration
    respect_retry_after: bool
    retry_after_over_cap: Literal["give_up", "clamp", "ignore"]
    budget: Mapping[str, Any] | Literal[False]
    idempotent: bool
    retry_open_circuit: bool
    escalate_after: int
    retryable_exceptions: ErrorTypes


class SlowCallSettings(TypedDict, total=False):
    """The ``slow_call`` part of a breaker."""

    duration: Duration
    rate: float


class BreakerSettings(TypedDict, total=False):
    """The ``circuit_breaker`` section, with the other names that people know its settings by."""

    failure_threshold: int
    fail_max: int
    preset: Literal["standard", "critical", "lenient"]
    failure_rate: float
    minimum_calls: int
    slow_call: SlowCallSettings
    recovery_growth: float
    max_recovery_timeout: Duration
    recovery_jitter: float
    mode: Literal["normal", "shadow", "forced_open", "forced_closed"]
    identical_failures: int
    max_error_repeats: int
    time_window: Duration
    count_window: int
    recovery_timeout: Duration
    timeout: Duration
    reset_timeout: Duration
    cooldown_seconds: float
    half_open_max_calls: int
    success_threshold: int
    probe_timeout: Duration
    expected_exception: ErrorTypes
    error_patterns: Sequence[str]
    escalation_strategy: Literal["open_circuit", "exponential_backoff"]
