"""Façades in the shape of the documents that failsoft is built after, for programs that are written like them.

Each is a thin layer over the public API and has no rules of its own: a network client and a workstream's defaults, a
tool registry with an executor, a manager with its configuration, a retry mechanism.
"""

from failsoft._errors import PermanentError, TransientError
from failsoft.recipes._framework import (
    APIErrorType,
    ErrorRecoveryConfig,
    ErrorRecoveryManager,
    ErrorStatus,
    ManagedCircuitBreaker,
)
from failsoft.recipes._network import NetworkClient
from failsoft.recipes._resilience import RetryMechanism
from failsoft.recipes._tools import (
    ErrorRecoveryExecutor,
    ErrorRecoveryPolicy,
    ErrorStrategy,
    MetricsCollector,
    ToolRegistry,
)

__all__ = [
    "APIErrorType",
    "ErrorRecoveryConfig",
    "ErrorRecoveryExecutor",
    "ErrorRecoveryManager",
    "ErrorRecoveryPolicy",
    "ErrorStatus",
    "ErrorStrategy",
    "ManagedCircuitBreaker",
    "MetricsCollector",
    "NetworkClient",
    "PermanentError",
    "RetryMechanism",
    "ToolRegistry",
    "TransientError",
]
