"""What is put around the function: failsoft, its peers, and two controls.

Each library has one generator here, which imports it and yields ready decorators.
Importing inside the generator is what lets a run go on without that library; it goes
through `import_module` because half of the peers ship no types.

Settings are each library's nearest to four attempts and five failures. Semantics
still differ: pybreaker holds its lock during the call, circuitbreaker and hyx take
none, pyresilience sets a context variable. Compare like with like.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from types import ModuleType

    from shapes import Decorator, Function, Role

ATTEMPTS = 4
FAILURES = 5
NEVER = 3600
"""Seconds until an opened breaker recovers: longer than any run."""


@dataclass(frozen=True)
class Guard:
    """One row of a table: a decorator, and the calls it can be put around."""

    name: str
    role: Role
    decorate: Decorator
    sync: bool = True
    asynchronous: bool = True


def controls() -> Iterator[Guard]:
    """Yield the floor of the harness and the least a Python wrapper costs."""
    yield Guard("(bare again: noise)", "happy", lambda function: function)
    yield Guard("(wrapper *args, **kwargs)", "happy", _forward)


def failsoft() -> Iterator[Guard]:
    """Yield the library itself, by the spellings its documentation teaches."""
    it = import_module("failsoft")
    retry = {"max_attempts": ATTEMPTS}
    breaker = {"failure_threshold": FAILURES}
    at_once = {"max_attempts": ATTEMPTS, "initial_delay": 0, "jitter": "none"}
    lasting = {"failure_threshold": FAILURES, "recovery_timeout": NEVER}

    def with_retry() -> Decorator:
        settings = it.RetryConfig(max_retries=ATTEMPTS - 1)
        return cast("Decorator", it.with_retry(settings))

    def forced_open() -> Decorator:
        made = it.CircuitBreaker(**breaker)
        made.force_open()
        return cast("Decorator", made)

    both = _fresh(it.Policy, retry=retry, circuit_breaker=breaker)
    yield Guard("failsoft retry", "happy", _fresh(with_retry))
    yield Guard("failsoft breaker", "happy", _fresh(it.CircuitBreaker, **breaker))
    yield Guard("failsoft both", "happy", both)
    yield Guard("failsoft breaker, forced", "open", _fresh(forced_open))
    yield Guard("failsoft breaker", "open", _fresh(it.CircuitBreaker, **lasting))
    yield Guard("failsoft retry", "once", _fresh(it.Policy, retry=at_once))


def tenacity() -> Iterator[Guard]:
    """Yield tenacity's retry."""
    it = import_module("tenacity")
    stop = it.stop_after_attempt(ATTEMPTS)
    usual = _fresh(it.retry, stop=stop, wait=it.wait_exponential_jitter())
    at_once = _fresh(it.retry, stop=stop, wait=it.wait_none())
    yield Guard("tenacity retry", "happy", usual)
    yield Guard("tenacity retry", "once", at_once)


def stamina() -> Iterator[Guard]:
    """Yield stamina's retry, with the logging hook it installs by default.

    It would load prometheus_client where that is installed, which failsoft then counts for: observability.py has the
    figures for that.
    """
    kept_out = "prometheus_client"
    sys.modules[kept_out] = cast("ModuleType", None)
    it = import_module("stamina")
    del sys.modules[kept_out]
    usual = {"on": OSError, "attempts": ATTEMPTS}
    at_once = {**usual, "wait_initial": 0, "wait_jitter": 0}
    yield Guard("stamina retry", "happy", _fresh(it.retry, **usual))
    yield Guard("stamina retry", "once", _fresh(it.retry, **at_once))


def backoff() -> Iterator[Guard]:
    """Yield backoff's retry."""
    it = import_module("backoff")
    usual = {"wait_gen": it.expo, "exception": OSError, "max_tries": ATTEMPTS}
    at_once = {**usual, "wait_gen": it.constant, "interval": 0, "jitter": None}
    yield Guard("backoff retry", "happy", _fresh(it.on_exception, **usual))
    yield Guard("backoff retry", "once", _fresh(it.on_exception, **at_once))


def opnieuw() -> Iterator[Guard]:
    """Yield opnieuw's retry; that it waits not at all is what its own help for tests is for."""
    it = import_module("opnieuw")
    # Its functions look for it at each call.
    _WHOLE_RUN.enter_context(import_module("opnieuw.test_util").retry_immediately(namespace=__name__))
    usual = {"retry_on_exceptions": OSError, "max_calls_total": ATTEMPTS}
    at_once = {**usual, "namespace": __name__}
    for name, kind, asynchronous in (
        ("opnieuw retry", it.retry, False),
        ("opnieuw retry", it.retry_async, True),
    ):
        only = {"sync": not asynchronous, "asynchronous": asynchronous}
        yield Guard(name, "happy", _fresh(kind, **usual), **only)
        yield Guard(name, "once", _fresh(kind, **at_once), **only)


def pybreaker() -> Iterator[Guard]:
    """Yield pybreaker, which guards coroutines only under Tornado."""
    it = import_module("pybreaker")
    breaker = _fresh(it.CircuitBreaker, fail_max=FAILURES, reset_timeout=NEVER)
    yield Guard("pybreaker", "happy", breaker, asynchronous=False)
    yield Guard("pybreaker", "open", breaker, asynchronous=False)


def circuitbreaker() -> Iterator[Guard]:
    """Yield circuitbreaker."""
    it = import_module("circuitbreaker")
    limits = {"failure_threshold": FAILURES, "recovery_timeout": NEVER}
    breaker = _fresh(it.CircuitBreaker, **limits)
    yield Guard("circuitbreaker", "happy", breaker)
    yield Guard("circuitbreaker", "open", breaker)


def pyresilience() -> Iterator[Guard]:
    """Yield pyresilience, the peer nearest to failsoft in scope."""
    it = import_module("pyresilience")
    usual = it.RetryConfig(max_attempts=ATTEMPTS)
    at_once = it.RetryConfig(max_attempts=ATTEMPTS, delay=0, jitter=False)
    limits = it.CircuitBreakerConfig(failure_threshold=FAILURES, recovery_timeout=NEVER)
    breaker = _fresh(it.resilient, circuit_breaker=limits)
    both = _fresh(it.resilient, retry=usual, circuit_breaker=limits)
    yield Guard("pyresilience retry", "happy", _fresh(it.resilient, retry=usual))
    yield Guard("pyresilience breaker", "happy", breaker)
    yield Guard("pyresilience both", "happy", both)
    yield Guard("pyresilience breaker", "open", breaker)
    yield Guard("pyresilience retry", "once", _fresh(it.resilient, retry=at_once))


def hyx() -> Iterator[Guard]:
    """Yield hyx, which guards coroutines only."""
    retry = import_module("hyx.retry").retry
    consecutive = import_module("hyx.circuitbreaker").consecutive_breaker
    limits = {"failure_threshold": FAILURES, "recovery_time_secs": NEVER}
    usual = _fresh(retry, attempts=ATTEMPTS)
    breaker = _fresh(consecutive, **limits)
    at_once = _fresh(retry, on=OSError, attempts=ATTEMPTS, backoff=0)
    yield Guard("hyx retry", "happy", usual, sync=False)
    yield Guard("hyx breaker", "happy", breaker, sync=False)
    yield Guard("hyx both", "happy", _inside(usual, breaker), sync=False)
    yield Guard("hyx breaker", "open", breaker, sync=False)
    yield Guard("hyx retry", "once", at_once, sync=False)


def tenacity_pybreaker() -> Iterator[Guard]:
    """Yield the pair most often put together by hand, breaker inside the retry."""
    yield _pair("tenacity + pybreaker", tenacity, pybreaker)


def stamina_circuitbreaker() -> Iterator[Guard]:
    """Yield the other usual pair, the one that also guards coroutines."""
    yield _pair("stamina + circuitbreaker", stamina, circuitbreaker)


_WHOLE_RUN = ExitStack()

Source = Callable[[], Iterator[Guard]]

PACKAGES: dict[str, Source] = {
    "failsoft": failsoft,
    "tenacity": tenacity,
    "stamina": stamina,
    "backoff": backoff,
    "opnieuw": opnieuw,
    "pybreaker": pybreaker,
    "circuitbreaker": circuitbreaker,
    "pyresilience": pyresilience,
    "hyx": hyx,
}
"""Every library with a row of its own, by the name PyPI knows it under."""

PAIRS: tuple[Source, ...] = (tenacity_pybreaker, stamina_circuitbreaker)


def guards() -> list[Guard]:
    """List what can be timed here; a library that is not installed gives nothing."""
    return [guard for source in (controls, *PACKAGES.values(), *PAIRS) for guard in _installed(source)]


def versions() -> dict[str, str]:
    """Name each library's version, or say that it is not installed."""
    return {name: _version(name, source) for name, source in PACKAGES.items()}


def _installed(source: Source) -> Iterable[Guard]:
    """List a library's guards, or none when it is absent or only half built."""
    try:
        return list(source())
    except (ImportError, AttributeError):
        return []


def _version(name: str, source: Source) -> str:
    """Tell a version; failsoft may be importable before it is a distribution."""
    if not _installed(source):
        return "unusable here" if find_spec(name) else "not installed"
    try:
        return version(name)
    except PackageNotFoundError:
        return "unreleased"


def _pair(name: str, outer: Source, inner: Source) -> Guard:
    """Put one library's breaker inside another's retry."""
    retry, breaker = next(outer()), next(inner())
    return Guard(
        name,
        "happy",
        _inside(retry.decorate, breaker.decorate),
        asynchronous=retry.asynchronous and breaker.asynchronous,
    )


def _inside(outer: Decorator, inner: Decorator) -> Decorator:
    """Put the inner decorator next to the function and the outer around both."""
    return lambda function: outer(inner(function))


def _fresh(factory: Callable[..., Decorator], **settings: Any) -> Decorator:
    """Make the decorator anew for every function.

    A breaker's state must not be shared between cases, and backoff's decorator adds
    one more log handler to all its functions each time it is reused.
    """

    def decorate(function: Function) -> Function:
        return factory(**settings)(function)

    return decorate


def _forward(function: Function) -> Function:
    """Wrap as most decorators do, adding nothing."""
    if iscoroutinefunction(function):

        @wraps(function)
        async def awaiting(*args: Any, **kwargs: Any) -> Any:
            return await function(*args, **kwargs)

        return awaiting

    @wraps(function)
    def calling(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return calling
