"""Requests of aiohttp (3.12 and later) under a policy.

    async with aiohttp.ClientSession(middlewares=[FailsoftMiddleware(policy)]) as session:
        ...

The rules are those of :class:`failsoft.integrations.httpx.FailsoftTransport`, told again at
:class:`FailsoftMiddleware`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import payload
from aiohttp.multipart import MultipartWriter

from failsoft.integrations._bodies import rewinding
from failsoft.integrations._http import Answered, Awaited, HttpStatusError
from failsoft.integrations._kinds import Hosts, PolicyLike, repeats_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

    from failsoft._system import System
    from failsoft.integrations._bodies import Rewind

__all__ = ["FailsoftMiddleware", "HttpStatusError"]


class FailsoftMiddleware:
    """A client middleware that makes each request under a policy.

    - The last response is returned, whatever its status (or raised, with ``raise_for_status``), and the errors of
      aiohttp come out as they are. :func:`failsoft.report` tells of either.
    - Responses from 400 on are judged like errors: ``Retry-After`` and its kin are heeded, and what is not worth a
      retry (404) comes back at once. A response that is followed by another attempt is let go before the wait.
    - GET, HEAD, PUT, DELETE, OPTIONS and TRACE are repeated. Other methods are only where the request surely had no
      effect (nobody was reached; 429; 503 with ``Retry-After``), or with an ``Idempotency-Key`` header, which stays
      the same. ``idempotent: false`` in the document says that of all methods.
    - A body that can be read only once (an asynchronous generator, a pipe) is sent once, under breaker, limits and
      timeouts all the same. A file is wound back.
    - The body of a response is left to the caller; what goes wrong there is not repeated. An attempt that takes too
      long is cancelled; its limit ends with the headers. A request that its caller cancels is neither repeated nor
      counted.
    - ``ClientTimeout(total=...)`` is the limit of the whole request, all attempts and waits included; that one being
      over is a timeout, and the end.
    - Redirects are the session's: each request that they make is a call of its own.

    aiohttp itself sends a request of an idempotent method once more, at once, if a connection that was kept alive
    turns out to be closed. Requests of the three kinds (repeated freely, carefully, not at all) share breaker, limits
    and budget. Safe to share between tasks and sessions. Put it first, so that others see each attempt.

    Args:
        policy: A policy, a policy document, or the JSON text of one; by default retries alone. A fallback is called
            with the request and answers with a response.
        per_host: True for a breaker, limits and a budget for each host; or the :class:`failsoft.System` whose parts
            they are, by the names of the hosts (``api.example.com``, ``localhost:8080``).

    Raises:
        ConfigError: The document makes no sense.
        CircuitBreakerOpenError: From a request: the breaker is open. Likewise RateLimitedError, BulkheadFullError,
            AttemptTimeoutError and DeadlineExceededError.
    """

    def __init__(self, policy: PolicyLike = '{"retry": {}}', *, per_host: bool | System = False) -> None:
        self._hosts = Hosts(policy, per_host)

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Make a request under the policy."""
        exchange = _Exchange(request, handler)
        key = request.headers.get("Idempotency-Key")
        kind = repeats_of(request.method, key, replayable=exchange.rewind is not None)
        return await exchange.under(self._hosts.of(exchange.host).of(kind))


class _Exchange(Answered["ClientResponse"], Awaited["ClientResponse"]):
    def __init__(self, request: ClientRequest, handler: ClientHandlerType) -> None:
        url = request.url
        port = url.explicit_port
        host = str(url.host) if port is None else f"{url.host}:{port}"
        super().__init__(request, request.method, host, _rewind(request.body))
        self._handler = handler

    async def send(self) -> ClientResponse:
        return await self._handler(self.request)

    def status(self, answer: ClientResponse) -> int:
        return answer.status

    def headers(self, answer: ClientResponse) -> Mapping[str, str]:
        return answer.headers

    def out_of_time(self) -> bool:
        # With the session's total gone, each further attempt would be cut off as it begins.
        return bool(getattr(self.request._timer, "_cancelled", False))

    async def release(self, answer: ClientResponse) -> None:
        if self.is_small(answer):
            with suppress(Exception):
                await answer.read()
        answer.close()


def _rewind(body: Any) -> Rewind | None:
    """As for other bodies; aiohttp winds files back by itself, if they can be."""
    if isinstance(body, MultipartWriter):
        parts = [_rewind(part) for part, _, _ in body._parts]
        return rewinding() if None not in parts else None
    if not isinstance(body, payload.Payload):
        return rewinding(body)
    if body.consumed or isinstance(body, payload.AsyncIterablePayload):
        return None
    if isinstance(body, payload.IOBasePayload):
        return None if rewinding(body._value) is None else rewinding()
    return rewinding() if isinstance(body, payload.BytesPayload) else None
