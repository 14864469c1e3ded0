"""A client for servers that fail: document 000."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

from failsoft._breaker import CircuitBreaker
from failsoft._policy import Policy
from failsoft.recipes._naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from failsoft._clock import Clock
    from failsoft._events import Listener

T = TypeVar("T")


class NetworkClient:
    """Makes requests with retries, through a circuit breaker that opens on identical errors.

    What will not pass by itself (a 404, bad credentials) is not retried; what nobody knows is. Safe to share between
    threads and tasks.

    Args:
        max_attempts: How often a request is made at most, the first time included. Default 5.
        initial_delay: Seconds before the first retry; they double from one to the next. Default 1.
        max_delay: No delay is longer, in seconds. Default 60.
        jitter: Whether delays are spread by half of them, up or down. Default True.
        failure_threshold: So many identical errors in a row open the breaker. Default 3.
        cooldown_seconds: So long it stays open. Default 30.
        timeout: So many seconds :meth:`get` waits for the server at a time. Default 10.
        on_event: Told what happens to its requests; see :func:`failsoft.listen`.
        clock: Where time comes from; for tests.
        seed: Makes the jitter reproducible; for tests.

    Raises:
        ConfigError: Some setting makes no sense.
    """

    def __init__(
        self,
        max_attempts: int = 5,
        initial_delay: float = 1.0,
        max_delay: float = 60.0,
        jitter: bool = True,  # noqa: FBT001, FBT002  as the document has it
        *,
        failure_threshold: int = 3,
        cooldown_seconds: float = 30.0,
        timeout: float = 10.0,
        on_event: Listener | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
    ) -> None:
        self.max_attempts: int = max_attempts
        self.initial_delay: float = initial_delay
        self.max_delay: float = max_delay
        self.jitter: bool = jitter
        self.failure_threshold: int = failure_threshold
        self.cooldown_seconds: float = cooldown_seconds
        self.timeout: float = timeout
        unknown = {"unknown": "transient"}
        breaker = Policy(
            circuit_breaker={"identical_failures": failure_threshold, "recovery_timeout": cooldown_seconds},
            classify=unknown,
            clock=clock,
        ).circuit_breaker
        assert isinstance(breaker, CircuitBreaker)  # noqa: S101  for the type checker
        self.circuit_breaker: CircuitBreaker = breaker
        """What guards its requests, to read its state or to reset it."""
        self._policy = Policy(
            retry={
                "max_attempts": max_attempts,
                "initial_delay": initial_delay,
                "max_delay": max_delay,
                "jitter": jitter,
            },
            classify=unknown,
            circuit_breaker=breaker,
            on_event=on_event,
            clock=clock,
            seed=seed,
        )

    def request_with_retry(self, operation: Callable[[], T], operation_name: str = "operation") -> T:
        """Do something that may fail.

        Args:
            operation: A function without arguments; of a coroutine function the answer is to be awaited.
            operation_name: What it is called in log lines.

        Raises:
            CircuitBreakerOpenError: The breaker is open; it is a ``RuntimeError`` too.
            Exception: The operation's own last error.
        """
        answer: T = self._policy.call(named(operation, operation_name))
        return answer

    def get(self, url: str) -> str:
        """The text of a page.

        Args:
            url: It begins with ``http:`` or ``https:``.

        Raises:
            urllib.error.HTTPError: The server refused for good, or to the last attempt.
            urllib.error.URLError: The server could not be reached to the last attempt.
            CircuitBreakerOpenError: The breaker is open.
            ValueError: It is no such address.
        """
        address = _checked(url)
        return self.request_with_retry(lambda: self._read(address), f"GET {address}")

    async def get_async(self, url: str) -> str:
        """The same for coroutines: requests are made in threads, and waits are the loop's."""
        import asyncio  # noqa: PLC0415  a loop is running, so that it is loaded already

        address = _checked(url)

        async def read() -> str:
            return await asyncio.to_thread(self._read, address)

        return await self.request_with_retry(read, f"GET {address}")

    def _read(self, url: str) -> str:
        try:
            with urlopen(url, timeout=self.timeout) as response:  # noqa: S310  the scheme was looked at
                charset = response.headers.get_content_charset("utf-8")
                return str(response.read().decode(charset))
        except HTTPError as error:
            # Its connection would stay open as long as somebody keeps the error.
            error.close()
            raise


def _checked(url: Any) -> str:
    scheme = urlsplit(url).scheme if isinstance(url, str) else None
    if scheme not in {"http", "https"}:
        found = f"a {type(url).__name__}" if scheme is None else f"the scheme {scheme!r}"
        raise ValueError(f"url: found {found} (expected an address that begins with http: or https:)")
    return str(url)
