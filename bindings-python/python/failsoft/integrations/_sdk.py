"""Clients of openai and anthropic under a policy: both are made by the same generator, and alike within."""

from __future__ import annotations

from copy import copy
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar

from failsoft.integrations._bodies import rewinding
from failsoft.integrations._http import Awaited, Blocking, Exchange
from failsoft.integrations._kinds import Kinds, PolicyLike, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

C = TypeVar("C")


def guarded(client: C, policy: PolicyLike) -> C:
    """A copy of a client that makes each call under a policy and does not retry by itself."""
    policy = policy_of(policy)
    kinds = Kinds.of_policy(policy)
    plain: Any = client
    copied: C = _install(plain.copy(max_retries=0), kinds)
    return copied


def _install(client: Any, kinds: Kinds) -> Any:
    request, duplicate = client.request, client.copy
    exchange_of = _AwaitedCall if iscoroutinefunction(request) else _BlockingCall

    def guarded_request(cast_to: Any, options: Any, **settings: Any) -> Any:
        def send(options: Any) -> Any:
            return request(cast_to, options, **settings)

        exchange = exchange_of(client, options, send)
        return exchange.under(kinds.of("once" if exchange.rewind is None else "freely"))

    def guarded_copy(**changes: Any) -> Any:
        if changes.get("max_retries"):
            raise TypeError("max_retries: the client is guarded by a policy, which retries")
        return _install(duplicate(**changes), kinds)

    client.request = guarded_request
    client.copy = client.with_options = guarded_copy
    return client


class _Call(Exchange[Any]):
    def __init__(self, client: Any, options: Any, send: Callable[[Any], Any]) -> None:
        bodies = (getattr(options, "content", None), *_files(options.files))
        super().__init__(options, f"{options.method.upper()} {options.url}", rewinding(*bodies))
        self._client = client
        self._send = send

    def options(self, limit: float | None) -> Any:
        options = copy(self.request)
        options.max_retries = 0
        if limit is not None:
            given = options.timeout if _is_given(options.timeout) else self._client.timeout
            options.timeout = _lowered(given, limit)
        return options


class _BlockingCall(_Call, Blocking[Any]):
    def send(self, limit: float | None) -> Any:
        return self._send(self.options(limit))


class _AwaitedCall(_Call, Awaited[Any]):
    async def send(self) -> Any:
        return await self._send(self.options(None))


def _files(files: Any) -> Iterator[Any]:
    for _, file in files.items() if hasattr(files, "items") else files or ():
        yield file[1] if isinstance(file, tuple) and len(file) > 1 else file


def _is_given(timeout: Any) -> bool:
    return type(timeout).__name__ != "NotGiven"


def _lowered(given: Any, limit: float) -> Any:
    if given is None or isinstance(given, (int, float)):
        return limit if given is None else min(given, limit)
    names = ("connect", "read", "write", "pool")
    phases: dict[str, float | None] = {name: getattr(given, name) for name in names}
    return type(given)(**{name: limit if had is None else min(had, limit) for name, had in phases.items()})
