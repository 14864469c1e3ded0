"""Requests of httpx under a policy.

    client = httpx.Client(transport=FailsoftTransport(policy))
    client = guard(httpx.Client(http2=True))

The rules are those of :class:`FailsoftTransport`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import httpx

from failsoft.integrations._http import HttpStatusError
from failsoft.integrations._httpx import AwaitedExchange, BlockingExchange, Guarding
from failsoft.integrations._kinds import Hosts, PolicyLike, policy_of, system_of

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from failsoft._system import System

__all__ = ["AsyncFailsoftTransport", "FailsoftTransport", "HttpStatusError", "guard"]

C = TypeVar("C", bound=httpx.Client | httpx.AsyncClient)


class FailsoftTransport(Guarding, httpx.BaseTransport):
    """A transport that makes each request under a policy.

    - The last response is returned, whatever its status, and the client's own errors come out as they are.
      :func:`failsoft.report` tells of either.
    - Responses from 400 on are judged like errors: ``Retry-After`` and its kin are heeded, and what is not worth a
      retry (404) comes back at once. A response that is followed by another attempt is closed before the wait.
    - GET, HEAD, PUT, DELETE, OPTIONS and TRACE are repeated. Other methods are only where the request surely had no
      effect (nobody was reached; 429; 503 with ``Retry-After``), or with an ``Idempotency-Key`` header, which stays
      the same. ``idempotent: false`` in the document says that of all methods.
    - A body that can be read only once (a generator, a pipe) is sent once, under breaker, limits and timeouts all the
      same. A file is wound back.
    - The body of a response is left to the client; what goes wrong there is not repeated. The limit of an attempt
      ends with the headers, and the client's own timeouts are lowered to it: each of them, not their sum.
    - Redirects and authentication are the client's: each request that they make is a call of its own.
    - Around another transport of this kind the outer one retries, if it retries at all; both breakers hold.

    Requests of the three kinds (repeated freely, carefully, not at all) share breaker, limits and budget.
    Safe to share between threads.

    Args:
        policy: A policy, a policy document, or the JSON text of one; by default retries alone. A fallback is called
            with the request and answers with a response.
        transport: What sends the requests. Default: ``httpx.HTTPTransport()``.
        per_host: True for a breaker, limits and a budget for each host; or the :class:`failsoft.System` whose parts
            they are, by the names of the hosts (``api.example.com``, ``localhost:8080``).

    Raises:
        ConfigError: The document makes no sense.
        CircuitBreakerOpenError: From a request: the breaker is open. Likewise RateLimitedError, BulkheadFullError,
            AttemptTimeoutError and DeadlineExceededError.
    """

    def __init__(
        self,
        policy: PolicyLike = '{"retry": {}}',
        transport: httpx.BaseTransport | None = None,
        *,
        per_host: bool | System = False,
    ) -> None:
        self._hosts = Hosts(policy, per_host)
        self._inner: httpx.BaseTransport = httpx.HTTPTransport() if transport is None else transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make a request under the policy."""
        return self._make(request, once=False)

    def _once(self, request: httpx.Request) -> httpx.Response:
        return self._make(request, once=True)

    def _make(self, request: httpx.Request, *, once: bool) -> httpx.Response:
        exchange = BlockingExchange(request, self._innermost("handle_request"))
        response: httpx.Response = exchange.under(self._core(exchange, once=once))
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self._inner.__exit__(exc_type, exc_value, traceback)


class AsyncFailsoftTransport(Guarding, httpx.AsyncBaseTransport):
    """The same for :class:`httpx.AsyncClient`: see :class:`FailsoftTransport`.

    The limit of an attempt is kept to the letter: the attempt is cancelled. A request that its caller cancels is
    neither repeated nor counted. Safe to share between tasks.

    Args:
        policy: As for :class:`FailsoftTransport`.
        transport: What sends the requests. Default: ``httpx.AsyncHTTPTransport()``.
        per_host: As for :class:`FailsoftTransport`.
    """

    def __init__(
        self,
        policy: PolicyLike = '{"retry": {}}',
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        per_host: bool | System = False,
    ) -> None:
        self._hosts = Hosts(policy, per_host)
        self._inner: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport() if transport is None else transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make a request under the policy."""
        return await self._make(request, once=False)

    async def _once(self, request: httpx.Request) -> httpx.Response:
        return await self._make(request, once=True)

    async def _make(self, request: httpx.Request, *, once: bool) -> httpx.Response:
        exchange = AwaitedExchange(request, self._innermost("handle_async_request"))
        response: httpx.Response = await exchange.under(self._core(exchange, once=once))
        return response

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._inner.__aexit__(exc_type, exc_value, traceback)


def guard(client: C, policy: PolicyLike = '{"retry": {}}', *, per_host: bool | System = False) -> C:
    """Put a policy around all transports of a client, which keeps its proxies, certificates and limits.

    Args:
        client: The client; it is changed, and returned.
        policy: As for :class:`FailsoftTransport`.
        per_host: As for :class:`FailsoftTransport`.

    Raises:
        ConfigError: The document makes no sense.
    """
    # Of a document one policy is made, so that all transports share its breaker.
    shared = policy_of(policy)
    system = system_of(shared, per_host) or False
    if isinstance(client, httpx.AsyncClient):
        client._transport = AsyncFailsoftTransport(shared, client._transport, per_host=system)
        for pattern, given in client._mounts.items():
            client._mounts[pattern] = given and AsyncFailsoftTransport(shared, given, per_host=system)
    else:
        client._transport = FailsoftTransport(shared, client._transport, per_host=system)
        for pattern, mounted in client._mounts.items():
            client._mounts[pattern] = mounted and FailsoftTransport(shared, mounted, per_host=system)
    return client
