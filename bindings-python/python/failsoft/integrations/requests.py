"""Requests of requests under a policy.

    session = requests.Session()
    adapter = FailsoftAdapter(policy)
    session.mount("https://", adapter)
    session.mount("http://", adapter)

The rules are those of :class:`failsoft.integrations.httpx.FailsoftTransport`, told again at :class:`FailsoftAdapter`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import DEFAULT_POOLBLOCK, DEFAULT_POOLSIZE, HTTPAdapter

from failsoft.integrations._bodies import rewinding
from failsoft.integrations._http import Answered, Blocking, HttpStatusError
from failsoft.integrations._kinds import Hosts, PolicyLike, repeats_of
from failsoft.integrations._urllib3 import let_go, lowered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest, Response

    from failsoft._system import System

__all__ = ["FailsoftAdapter", "HttpStatusError"]


class FailsoftAdapter(HTTPAdapter):
    """An adapter that makes each request under a policy.

    - The last response is returned, whatever its status, and the errors of requests come out as they are.
      :func:`failsoft.report` tells of either.
    - Responses from 400 on are judged like errors: ``Retry-After`` and its kin are heeded, and what is not worth a
      retry (404) comes back at once. A response that is followed by another attempt is let go before the wait.
    - GET, HEAD, PUT, DELETE, OPTIONS and TRACE are repeated. Other methods are only where the request surely had no
      effect (nobody was reached; 429; 503 with ``Retry-After``), or with an ``Idempotency-Key`` header, which stays
      the same. ``idempotent: false`` in the document says that of all methods.
    - A body that can be read only once (a generator, a pipe) is sent once, under breaker, limits and timeouts all the
      same. A file is wound back.
    - The body of a response belongs to the attempt, so that a connection that breaks within it is a failure like any
      other; but with ``stream=True`` it is left to the caller.
    - The limit of an attempt lowers the timeouts of connecting and reading; together they keep to it until the
      headers have come.
    - Redirects are the session's: each request that they make is a call of its own.

    Requests of the three kinds (repeated freely, carefully, not at all) share breaker, limits and budget.
    As safe to share between threads as requests' own adapter. It can't be pickled.

    Args:
        policy: A policy, a policy document, or the JSON text of one; by default retries alone. A fallback is called
            with the prepared request and answers with a response.
        per_host: True for a breaker, limits and a budget for each host; or the :class:`failsoft.System` whose parts
            they are, by the names of the hosts (``api.example.com``, ``localhost:8080``).
        pool_connections: As for ``HTTPAdapter``, which see.
        pool_maxsize: The same.
        pool_block: The same. There is no ``max_retries``: the policy retries.

    Raises:
        ConfigError: The document makes no sense.
        CircuitBreakerOpenError: From a request: the breaker is open. Likewise RateLimitedError, BulkheadFullError,
            AttemptTimeoutError and DeadlineExceededError.
    """

    def __init__(
        self,
        policy: PolicyLike = '{"retry": {}}',
        *,
        per_host: bool | System = False,
        pool_connections: int = DEFAULT_POOLSIZE,
        pool_maxsize: int = DEFAULT_POOLSIZE,
        pool_block: bool = DEFAULT_POOLBLOCK,
    ) -> None:
        self._hosts = Hosts(policy, per_host)
        super().__init__(pool_connections, pool_maxsize, pool_block=pool_block)

    def send(  # noqa: PLR0917  HTTPAdapter's own signature
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002
        cert: Any = None,
        proxies: dict[str, str] | None = None,
    ) -> Response:
        """Make a request under the policy."""
        send = super().send

        def attempt(limit: float | None) -> Response:
            kept: Any = timeout if limit is None else lowered(timeout, limit)
            return send(request, stream, kept, verify, cert, proxies)

        exchange = _Exchange(request, attempt, streamed=stream)
        key = request.headers.get("Idempotency-Key")
        kind = repeats_of(exchange.method, key, replayable=exchange.rewind is not None)
        return exchange.under(self._hosts.of(exchange.host).of(kind))

    def __getstate__(self) -> dict[str, Any]:
        raise TypeError("a FailsoftAdapter can't be pickled: its breaker belongs to this process")


class _Exchange(Answered["Response"], Blocking["Response"]):
    def __init__(
        self, request: PreparedRequest, send: Callable[[float | None], Response], *, streamed: bool
    ) -> None:
        host = urlsplit(str(request.url)).netloc.rpartition("@")[2].lower()
        super().__init__(request, str(request.method), host, rewinding(request.body))
        self._send = send
        self._streamed = streamed

    def send(self, limit: float | None) -> Response:
        response = self._send(limit)
        if not self._streamed:
            # The session would read it at once, but outside of the attempt.
            try:
                _ = response.content
            except BaseException:
                response.close()
                raise
        return response

    def status(self, answer: Response) -> int:
        return answer.status_code

    def headers(self, answer: Response) -> Mapping[str, str]:
        return answer.headers

    def release(self, answer: Response) -> None:
        let_go(answer.raw, drain=self.is_small(answer))
        answer.close()
