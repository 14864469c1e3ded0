"""Retries in one line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partialmethod
from typing import TYPE_CHECKING, Any, TypeVar, overload

from failsoft._config import RetryConfig
from failsoft._policy import Policy

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from failsoft._clock import Clock
    from failsoft._settings import RetrySettings

F = TypeVar("F", bound=Callable[..., Any])


@overload
def with_retry(target: F, /) -> F: ...


@overload
def with_retry(
    target: RetryConfig | None = None,
    /,
    *,
    config: RetryConfig | None = None,
    fallback: Callable[..., Any] | None = None,
    clock: Clock | None = None,
    **settings: Unpack[RetrySettings],
) -> Policy: ...


def with_retry(
    target: Callable[..., Any] | RetryConfig | None = None,
    /,
    *,
    config: RetryConfig | None = None,
    fallback: Callable[..., Any] | None = None,
    clock: Clock | None = None,
    **settings: Any,
) -> Any:
    """Retry a function, a coroutine function, a generator function or a method where that has a chance of success.

    Use it bare (``@with_retry``), with a config (``@with_retry(RetryConfig(max_retries=5))``), or with its
    settings (``@with_retry(max_retries=5)``). When it ends without success the function's own last error
    comes out, unless there is a fallback. A generator is retried before its first item only.

    Args:
        target: The function, or a :class:`RetryConfig`.
        config: The same as a keyword.
        fallback: Called when all else has failed, with the function's arguments, or with none if it
            takes none; its answer is the call's answer.
        clock: Where time comes from; for tests.
        **settings: The settings of :class:`RetryConfig`.

    Raises:
        ConfigError: Some setting makes no sense; it lists every one that does not.
        TypeError: Both a config and settings are given, or the function can't be guarded.
    """
    if isinstance(target, RetryConfig):
        if config is not None:
            raise TypeError("give one config, not two")
        config, target = target, None
    if target is not None and not callable(target) and not isinstance(target, (classmethod, partialmethod)):
        found = type(target).__name__
        raise TypeError(f"expected a function or a RetryConfig, found a {found}")
    if config is not None and settings:
        raise TypeError("give either a config or settings, not both")
    policy = Policy(retry=config or RetryConfig(**settings), fallback=fallback, clock=clock)
    return policy if target is None else policy(target)
