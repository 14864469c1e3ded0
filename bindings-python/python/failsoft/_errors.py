"""The errors that failsoft itself raises.

The caller's own exceptions come out as they are; these are raised where there is none to let out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from failsoft._figures import figure


class Problem(NamedTuple):
    """One fault of a policy document."""

    code: str
    """A stable word: ``syntax``, ``wrong_type``, ``unknown_key``, ``unknown_value``,
    ``out_of_range``, ``contradiction`` or ``missing``."""
    path: str
    """Where it is, such as ``retry.max_delay``; empty for the whole document."""
    message: str
    """What was found and what is allowed."""


class FailsoftError(Exception):
    """Base of every error that failsoft raises itself."""

    # Attributes are as free as with any exception; there is no place for weak references, as in Python's own.
    __slots__ = ()


class _ToldError(FailsoftError):
    """An error by which code of the caller's says what it knows."""

    __slots__ = ()

    def __init__(self, message: str = "", error_type: str = "unknown") -> None:
        super().__init__(message)
        self.message: str = message
        self.error_type: str = error_type

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.error_type)


class TransientError(_ToldError):
    """An error that is worth another try, for code that wants to say so.

    Args:
        message: What happened.
        error_type: A word for the kind of error, such as ``"timeout"``.
    """


class PermanentError(_ToldError):
    """An error that will not go away by itself, for code that wants to say so.

    Args:
        message: What happened.
        error_type: A word for the kind of error, such as ``"auth"``.
    """

    __slots__ = ()


# RuntimeError first: Python lets go of an instance through the first base, and the way through our own is longer.
class CircuitBreakerOpenError(RuntimeError, PermanentError):
    """The circuit breaker is open: the call was not made.

    It is a ``PermanentError`` and a ``RuntimeError``, because programs that are moved to failsoft
    catch the one or the other.

    Args:
        name: The breaker's name.
        retry_after: Seconds until a call may be admitted again; None if it is held open by hand.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        name: str
        retry_after: float | None
    else:
        # An outage raises these by the thousand: everything that they say is in their two arguments, and told late.
        name = property(lambda self: self.args[0])
        retry_after = property(lambda self: self.args[1])
        message = property(str)
        error_type = "open_circuit"

    def __init__(self, name: str = "", retry_after: float | None = None) -> None:
        self.args = name, retry_after

    def __str__(self) -> str:
        when = "held open by hand" if self.retry_after is None else f"retry in {figure(self.retry_after)} s"
        of = f" of {self.name}" if self.name else ""
        return f"Circuit Breaker open{of}: {when}"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.retry_after)


class RateLimitedError(TransientError):
    """A rate limit of our own refused the call.

    Args:
        message: What happened.
        retry_after: Seconds until a call may be admitted again.
    """

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, "rate_limit")
        self.retry_after: float | None = retry_after

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.retry_after)


class BulkheadFullError(TransientError):
    """Too many calls are under way already."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message, "resource")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message,)


class FallbackExhaustedError(TransientError):
    """No step of a fallback chain could be tried: each one's breaker or limits refuse calls.

    Args:
        chain: The chain's name.
        retry_after: Seconds until a step may be tried again; None if nobody knows.
    """

    def __init__(self, chain: str = "", retry_after: float | None = None) -> None:
        of = f" {chain}" if chain else ""
        when = "" if retry_after is None else f": retry in {figure(retry_after)} s"
        super().__init__(f"no step of the fallback chain{of} can be tried{when}", "open_circuit")
        self.chain: str = chain
        self.retry_after: float | None = retry_after

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.chain, self.retry_after)


class AttemptTimeoutError(FailsoftError, TimeoutError):
    """An attempt took longer than the policy's ``timeout`` allows.

    Args:
        limit: The limit in seconds.
    """

    def __init__(self, limit: float = 0.0) -> None:
        super().__init__(f"attempt timed out after {figure(limit)} s")
        self.limit: float = limit

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.limit,)


class DeadlineExceededError(AttemptTimeoutError):
    """An attempt was cut off because the deadline of the whole call had come."""


class ConfigError(FailsoftError, ValueError):
    """A policy document or a setting that makes no sense.

    Args:
        problems: Everything that is wrong with it: what only Python can say first, then in the order of the
            document.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems: list[Problem] = list(problems)
        """Everything that is wrong, each with ``code``, ``path`` and ``message``."""
        super().__init__("\n".join(f"{p.path}: {p.message}" if p.path else p.message for p in problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)

    @classmethod
    def _from_native(cls, problems: list[tuple[str, str, str]]) -> ConfigError:
        return cls([Problem(*problem) for problem in problems])

    @classmethod
    def _one(cls, code: str, path: str, message: str) -> ConfigError:
        return cls([Problem(code, path, message)])
