"""Clients of botocore, and so of boto3, under a policy.

    client = guard(boto3.client("s3"), policy)
    client.put_object(...)

Such a client retries by itself, twice or four times if nothing is said, and its retries would multiply with the
policy's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from failsoft.integrations._bodies import rewinding
from failsoft.integrations._http import Blocking
from failsoft.integrations._kinds import Kinds, PolicyLike, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["guard"]

C = TypeVar("C")


def guard(client: C, policy: PolicyLike = '{"retry": {}}') -> C:
    """Have a client make each call under a policy, and not retry by itself.

    - All operations count, and those of paginators and waiters. The client's own errors come out as they are;
      :func:`failsoft.report` tells of them.
    - Operations are repeated whatever they are, as the client itself does, with the same idempotency token where they
      take one; ``idempotent: false`` in the document has them repeated only where the request surely had no effect.
      A body that can be read only once is sent once, a file is wound back.
    - The body of an answer that is a stream (``get_object``) is left to the caller.
    - Attempts of such a client can't be cut off: a policy with a ``timeout`` needs ``"sync": "thread"``. Its own are
      ``Config(connect_timeout=..., read_timeout=...)``.

    Safe to share between threads, as the client is.

    Args:
        client: The client; it is changed, and returned.
        policy: A policy, a policy document, or the JSON text of one; by default retries alone. A fallback is called
            with the parameters of the operation and answers with what it returns.

    Raises:
        ConfigError: The document makes no sense, or limits attempts that can't be cut off.
        CircuitBreakerOpenError: From a call: the breaker is open. Likewise RateLimitedError, BulkheadFullError,
            AttemptTimeoutError and DeadlineExceededError.
        TypeError: The client is guarded already.
    """
    guarded: Any = client
    if "_make_api_call" in vars(guarded):
        raise TypeError(f"the {type(client).__name__} client is guarded already")
    policy = policy_of(policy)
    policy._core.check_timeout(guarded._make_api_call, asynchronous=False)
    kinds = Kinds.of_policy(policy)
    service = guarded.meta.service_model.service_id.hyphenize()
    guarded.meta.events.unregister(f"needs-retry.{service}", unique_id=f"retry-config-{service}")
    call = guarded._make_api_call

    def make_api_call(operation: str, parameters: dict[str, Any]) -> Any:
        model = guarded.meta.service_model.operation_model(operation)
        # The client would draw another token for each attempt.
        tokens = {name: str(uuid4()) for name in model.idempotent_members if name not in parameters}
        exchange = _Call(service, operation, {**parameters, **tokens}, partial(call, operation))
        return exchange.under(kinds.of("once" if exchange.rewind is None else "freely"))

    guarded._make_api_call = make_api_call
    return client


class _Call(Blocking[Any]):
    def __init__(
        self, service: str, operation: str, parameters: dict[str, Any], send: Callable[[dict[str, Any]], Any]
    ) -> None:
        files = [value for value in parameters.values() if hasattr(value, "read")]
        super().__init__(parameters, f"{service}.{operation}", rewinding(*files))
        self._send = send

    def send(self, limit: float | None) -> Any:
        del limit
        return self._send(self.request)
