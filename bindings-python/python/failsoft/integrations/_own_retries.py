"""Which clients retry by themselves, so that their retries would multiply with a policy's.

A client is known by the library that its type comes from, and read by its attributes: nothing is imported here.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from failsoft._explain import Explanation, PolicyWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Own(NamedTuple):
    """What a client does by itself."""

    path: str
    """The client's setting."""
    attempts: float
    """How often it may ask for each time that it is called."""
    advice: str


def with_client(explanation: Explanation, client: object) -> Explanation:
    """The explanation of a policy that guards a client."""
    finders = [_FINDERS[library] for library in _libraries(client) if library in _FINDERS]
    kind = type(client).__qualname__
    if not finders:
        doubt = PolicyWarning(
            "client", f"nothing is known of the retries of a {kind}; if it has some, they multiply"
        )
        return replace(explanation, warnings=(*explanation.warnings, doubt))
    found: list[Own] = []
    # Where a version keeps its settings elsewhere, nothing can be told.
    with suppress(AttributeError, TypeError, KeyError):
        found.extend(finders[0](client))
    own = max((own.attempts for own in found), default=1)
    total = explanation.amplification * own
    doubts = [_doubt(explanation, found, kind, total)] if own > 1 and explanation.amplification > 1 else []
    doubts += _pool_doubts(explanation, client)
    return replace(
        explanation,
        amplification=int(min(total, _ENDLESS)),
        warnings=(*explanation.warnings, *doubts),
    )


def _doubt(explanation: Explanation, found: list[Own], kind: str, total: float) -> PolicyWarning:
    own = max(found, key=lambda own: own.attempts)
    times = f"{own.attempts:.0f} times" if own.attempts < _ENDLESS else "without end"
    calls = f"up to {total:.0f}" if total < _ENDLESS else "any number of"
    message = (
        f"the {kind} asks {times} by itself for each of the policy's {explanation.amplification} attempts, "
        f"so a dependency may see {calls} requests for one call; {own.advice}"
    )
    return PolicyWarning(own.path, message)


def _pool_doubts(explanation: Explanation, client: Any) -> list[PolicyWarning]:
    """A pool that has its callers wait longer than the policy lets them."""
    pool: Any = getattr(client, "pool", None)
    timeout = getattr(pool, "timeout", None)
    if "sqlalchemy" not in _libraries(client) or not callable(timeout):
        return []
    waits = float(timeout())
    limits = [plan.limit for plan in explanation.attempts if plan.limit is not None]
    if not limits or waits <= min(limits):
        return []
    message = (
        f"a caller waits up to {waits:g} s for a connection, longer than an attempt may take "
        f"({min(limits):g} s); set pool_timeout of create_engine below that"
    )
    return [PolicyWarning("client.pool.timeout", message)]


def _libraries(client: object) -> Iterator[str]:
    for kind in type(client).__mro__:
        yield kind.__module__.partition(".")[0]


def _sdk(client: Any) -> Iterator[Own]:
    library = next(name for name in _libraries(client) if name in {"openai", "anthropic"})
    inner = max((own.attempts for own in _httpx(client._client)), default=1)
    attempts = (1 + client.max_retries) * inner
    advice = f"set max_retries=0, or use failsoft.integrations.{library}.guard"
    if inner > 1:
        advice = "let its HTTP client's transport have no retries of its own"
    yield Own("client.max_retries" if inner == 1 else "client.http_client", attempts, advice)


def _botocore(client: Any) -> Iterator[Own]:
    if "_make_api_call" in vars(client):
        # Ours, which has switched them off.
        return
    retries: Mapping[str, Any] = client.meta.config.retries or {}
    usual = 5 if retries.get("mode") == "legacy" else 3
    attempts = retries.get("total_max_attempts", usual)
    advice = (
        'make it with Config(retries={"total_max_attempts": 1}), or use failsoft.integrations.botocore.guard'
    )
    yield Own("client.meta.config.retries", attempts, advice)


def _httpx(client: Any) -> Iterator[Own]:
    for transport in (client._transport, *client._mounts.values()):
        hosts = getattr(transport, "_hosts", None)
        if hosts is not None:
            yield Own("client.transport", hosts.max_attempts, _ONE_POLICY)
        elif getattr(getattr(transport, "_pool", None), "_retries", 0):
            attempts = 1 + transport._pool._retries
            yield Own("client.transport.retries", attempts, "make its transport with retries=0")


def _requests(client: Any) -> Iterator[Own]:
    for prefix, adapter in client.adapters.items():
        hosts = getattr(adapter, "_hosts", None)
        if hosts is not None:
            yield Own(f"client.adapters[{prefix!r}]", hosts.max_attempts, _ONE_POLICY)
        else:
            path = f"client.adapters[{prefix!r}].max_retries"
            yield Own(path, 1 + _retries(adapter.max_retries), "mount an HTTPAdapter with max_retries=0")


def _urllib3(client: Any) -> Iterator[Own]:
    pools = getattr(client, "pool_classes_by_scheme", {})
    for pool in pools.values():
        if hasattr(pool, "args"):
            yield Own("client", pool.args[0].max_attempts, _ONE_POLICY)
            return
    settings: Mapping[str, Any] = getattr(client, "connection_pool_kw", {})
    given = settings.get("retries", getattr(client, "retries", None))
    # urllib3 retries three times if nothing is said.
    retries = 3 if given is None else _retries(given)
    advice = "make it with retries=False, or use failsoft.integrations.urllib3.FailsoftPoolManager"
    yield Own("client.retries", 1 + retries, advice)


def _aiohttp(client: Any) -> Iterator[Own]:
    for middleware in getattr(client, "_middlewares", ()):
        hosts = getattr(middleware, "_hosts", None)
        if hosts is not None:
            yield Own("client.middlewares", hosts.max_attempts, _ONE_POLICY)


def _redis(client: Any) -> Iterator[Own]:
    retry = client.get_retry()
    if retry is None:
        return
    retries = retry._retries
    attempts = float("inf") if retries < 0 else 1 + retries
    yield Own("client.retry", attempts, "make it with retry=Retry(NoBackoff(), 0)")


def _sqlalchemy(_: Any) -> Iterator[Own]:
    # It asks once; what its pool does is looked at elsewhere.
    yield from ()


def _retries(given: Any) -> float:
    """How often urllib3 retries: what it is given as ``retries``."""
    if isinstance(given, (bool, int)):
        return int(given)
    total = given.total
    if total is not None:
        return int(total)
    counts = [count for count in (given.connect, given.read, given.status, given.other) if count is not None]
    return max(counts, default=float("inf"))


_ONE_POLICY = "it is under a policy already: give retries to one of the two"
_ENDLESS = 2**31

_FINDERS: dict[str, Callable[[Any], Iterator[Own]]] = {
    "openai": _sdk,
    "anthropic": _sdk,
    "botocore": _botocore,
    "httpx": _httpx,
    "httpx2": _httpx,
    "requests": _requests,
    "urllib3": _urllib3,
    "aiohttp": _aiohttp,
    "redis": _redis,
    "sqlalchemy": _sqlalchemy,
}
