"""Requests of urllib3 under a policy.

    http = FailsoftPoolManager(policy)
    response = http.request("GET", "https://api.example.com")

The rules are those of :class:`failsoft.integrations.httpx.FailsoftTransport`, told again at
:class:`FailsoftPoolManager`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from urllib3 import (
    BaseHTTPResponse,
    HTTPConnectionPool,
    HTTPSConnectionPool,
    PoolManager,
    ProxyManager,
    Retry,
)

from failsoft.integrations._bodies import rewinding
from failsoft.integrations._http import Answered, Blocking, HttpStatusError
from failsoft.integrations._kinds import Hosts, PolicyLike, repeats_of
from failsoft.integrations._urllib3 import let_go, lowered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from failsoft._system import System

__all__ = ["FailsoftPoolManager", "FailsoftProxyManager", "HttpStatusError"]

_PORTS = {"http": 80, "https": 443}


class FailsoftPoolManager(PoolManager):
    """A ``PoolManager`` that makes each request under a policy, which takes the place of urllib3's ``Retry``.

    - The last response is returned, whatever its status. Errors are the first-hand ones, as with ``retries=False``:
      ``ReadTimeoutError``, not a ``MaxRetryError`` around it. :func:`failsoft.report` tells of either.
    - Responses from 400 on are judged like errors: ``Retry-After`` and its kin are heeded, and what is not worth a
      retry (404) comes back at once. A response that is followed by another attempt is let go before the wait.
    - GET, HEAD, PUT, DELETE, OPTIONS and TRACE are repeated. Other methods are only where the request surely had no
      effect (nobody was reached; 429; 503 with ``Retry-After``), or with an ``Idempotency-Key`` header, which stays
      the same. ``idempotent: false`` in the document says that of all methods.
    - A body that can be read only once (a generator, a pipe) is sent once, under breaker, limits and timeouts all the
      same. A file is wound back.
    - The body of a response belongs to the attempt, so that a connection that breaks within it is a failure like any
      other; but with ``preload_content=False`` it is left to the caller.
    - The limit of an attempt lowers the request's ``timeout``.
    - Redirects are followed as ever, each as a call of its own; ``retries`` of a request limits nothing but them.

    Requests of the three kinds (repeated freely, carefully, not at all) share breaker, limits and budget.
    Safe to share between threads.

    Args:
        policy: A policy, a policy document, or the JSON text of one; by default retries alone. A fallback is called
            with the URL's path and answers with a response.
        per_host: True for a breaker, limits and a budget for each host; or the :class:`failsoft.System` whose parts
            they are, by the names of the hosts (``api.example.com``, ``localhost:8080``).
        **settings: Those of ``PoolManager``.

    Raises:
        ConfigError: The document makes no sense.
        CircuitBreakerOpenError: From a request: the breaker is open. Likewise RateLimitedError, BulkheadFullError,
            AttemptTimeoutError and DeadlineExceededError.
    """

    def __init__(
        self, policy: PolicyLike = '{"retry": {}}', *, per_host: bool | System = False, **settings: Any
    ) -> None:
        super().__init__(**settings)
        self.pool_classes_by_scheme = _pools(Hosts(policy, per_host))


class FailsoftProxyManager(ProxyManager):
    """The same through a proxy.

    Args:
        proxy_url: As for ``ProxyManager``.
        policy: As for :class:`FailsoftPoolManager`.
        per_host: As for :class:`FailsoftPoolManager`; without TLS all requests go to the proxy's own host.
        **settings: Those of ``ProxyManager``.
    """

    def __init__(
        self,
        proxy_url: str,
        policy: PolicyLike = '{"retry": {}}',
        *,
        per_host: bool | System = False,
        **settings: Any,
    ) -> None:
        super().__init__(proxy_url, **settings)
        self.pool_classes_by_scheme = _pools(Hosts(policy, per_host))


def _pools(hosts: Hosts) -> dict[str, Any]:
    return {"http": partial(_HTTPPool, hosts), "https": partial(_HTTPSPool, hosts)}


class _HTTPPool(HTTPConnectionPool):
    def __init__(self, hosts: Hosts, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._hosts = hosts

    def urlopen(self, method: str, url: str, *args: Any, **settings: Any) -> BaseHTTPResponse:
        return _guarded(self, super().urlopen, method, url, _named(args, settings))


class _HTTPSPool(HTTPSConnectionPool):
    def __init__(self, hosts: Hosts, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._hosts = hosts

    def urlopen(self, method: str, url: str, *args: Any, **settings: Any) -> BaseHTTPResponse:
        return _guarded(self, super().urlopen, method, url, _named(args, settings))


def _guarded(
    pool: _HTTPPool | _HTTPSPool,
    urlopen: Callable[..., BaseHTTPResponse],
    method: str,
    url: str,
    settings: dict[str, Any],
) -> BaseHTTPResponse:
    # What is left of them is the manager's business: how many redirects it follows.
    followed = Retry.from_int(settings.get("retries"), default=pool.retries)
    exchange = _Exchange(pool, urlopen, method, url, {**settings, "retries": False, "redirect": False})
    headers = settings.get("headers") or pool.headers or {}
    key = next((value for name, value in headers.items() if name.lower() == "idempotency-key"), None)
    kind = repeats_of(method, key, replayable=exchange.rewind is not None)
    response = exchange.under(pool._hosts.of(exchange.host).of(kind))
    response.retries = followed
    return response


def _named(args: tuple[Any, ...], settings: dict[str, Any]) -> dict[str, Any]:
    """All settings of a request by name; the first few may come without one."""
    return {**settings, **dict(zip(("body", "headers", "retries", "redirect"), args, strict=False))}


class _Exchange(Answered[BaseHTTPResponse], Blocking[BaseHTTPResponse]):
    def __init__(
        self,
        pool: _HTTPPool | _HTTPSPool,
        urlopen: Callable[..., BaseHTTPResponse],
        method: str,
        url: str,
        settings: dict[str, Any],
    ) -> None:
        host, scheme = pool.host, str(pool.scheme)
        port = pool.port or _PORTS.get(scheme)
        name = host if port == _PORTS.get(scheme) else f"{host}:{port}"
        super().__init__(url, method, name, rewinding(settings.get("body")))
        self._urlopen = urlopen
        self._settings = settings
        self._pool = pool

    def send(self, limit: float | None) -> BaseHTTPResponse:
        settings = self._settings
        if limit is not None:
            given = settings.get("timeout", self._pool.timeout)
            settings = {**settings, "timeout": lowered(given, limit)}
        return self._urlopen(self.method, self.request, **settings)

    def status(self, answer: BaseHTTPResponse) -> int:
        return answer.status

    def headers(self, answer: BaseHTTPResponse) -> Mapping[str, str]:
        return answer.headers

    def release(self, answer: BaseHTTPResponse) -> None:
        let_go(answer, drain=self.is_small(answer))
