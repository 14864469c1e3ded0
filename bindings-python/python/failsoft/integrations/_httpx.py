"""What the transports of httpx and of httpx2 have in common, which is all but the types."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from failsoft.integrations._bodies import rewinding
from failsoft.integrations._http import Answered, Awaited, Blocking
from failsoft.integrations._kinds import Hosts, Repeats, repeats_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from failsoft._driver import Core
    from failsoft.integrations._bodies import Rewind


class _Exchange(Answered[Any]):
    def __init__(self, request: Any) -> None:
        host = request.url.netloc.decode("ascii", "replace")
        super().__init__(request, request.method, host, _rewind(request.stream))

    def repeats(self) -> Repeats:
        key = self.request.headers.get("idempotency-key")
        return repeats_of(self.method, key, replayable=self.rewind is not None)

    def status(self, answer: Any) -> int:
        return int(answer.status_code)

    def headers(self, answer: Any) -> Mapping[str, str]:
        headers: Mapping[str, str] = answer.headers
        return headers


class BlockingExchange(_Exchange, Blocking[Any]):
    """A request through a transport that blocks."""

    def __init__(self, request: Any, inner: Callable[[Any], Any]) -> None:
        super().__init__(request)
        self._inner = inner
        self._extensions: dict[str, Any] = request.extensions

    def send(self, limit: float | None) -> Any:
        given: dict[str, Any] = self._extensions.get("timeout") or {}
        if limit is None:
            return self._inner(self.request)
        kept: dict[str, Any] = dict.fromkeys(("connect", "read", "write", "pool"), limit)
        kept.update({name: min(limit, seconds) for name, seconds in given.items() if seconds is not None})
        self.request.extensions = {**self._extensions, "timeout": kept}
        try:
            return self._inner(self.request)
        finally:
            # The answer's body comes under the client's own limits, which are read when it is.
            self.request.extensions = self._extensions
            kept.update(dict.fromkeys(kept), **given)

    def release(self, answer: Any) -> None:
        if self.is_small(answer):
            with suppress(Exception):
                for _ in answer.stream:
                    pass
        answer.close()


class AwaitedExchange(_Exchange, Awaited[Any]):
    """A request through an asynchronous transport."""

    def __init__(self, request: Any, inner: Callable[[Any], Any]) -> None:
        super().__init__(request)
        self._inner = inner

    async def send(self) -> Any:
        return await self._inner(self.request)

    async def release(self, answer: Any) -> None:
        if self.is_small(answer):
            with suppress(Exception):
                async for _ in answer.stream:
                    pass
        await answer.aclose()


class Guarding:
    """What both kinds of transports keep."""

    _inner: Any
    _hosts: Hosts

    def _core(self, exchange: _Exchange, *, once: bool) -> Core:
        return self._hosts.of(exchange.host).of("once" if once else exchange.repeats())

    def _innermost(self, method: str) -> Callable[[Any], Any]:
        """How to send a request; around another transport of ours the outer one retries, if it retries at all."""
        inner = self._inner
        if self._hosts.max_attempts > 1 and isinstance(inner, Guarding):
            nested: Callable[[Any], Any] = inner._once
            return nested
        plain: Callable[[Any], Any] = getattr(inner, method)
        return plain

    def _once(self, request: Any) -> Any:
        raise NotImplementedError


def _rewind(stream: Any) -> Rewind | None:
    fields = getattr(stream, "fields", None)
    if fields is not None:
        return rewinding(*(getattr(field, "file", None) for field in fields))
    # Those of the library keep here what they were made of.
    return rewinding(getattr(stream, "_stream", stream))
