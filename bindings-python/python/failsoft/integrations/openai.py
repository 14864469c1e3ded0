"""Clients of openai under a policy.

    client = guard(openai.OpenAI(), policy)
    client.chat.completions.create(...)

Such a client retries by itself, twice if nothing is said, and its retries would multiply with the policy's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from failsoft.integrations._sdk import guarded

if TYPE_CHECKING:
    import openai

    from failsoft.integrations._kinds import PolicyLike

__all__ = ["guard"]

C = TypeVar("C", bound="openai.OpenAI | openai.AsyncOpenAI")


def guard(client: C, policy: PolicyLike = '{"retry": {}}') -> C:
    """A copy of a client that makes each call under a policy, and does not retry by itself.

    - All calls count: those of the resources, of pages that follow, of ``with_raw_response`` and
      ``with_streaming_response``, and of copies made with ``with_options``. The client's own errors come out as they
      are; :func:`failsoft.report` tells of them.
    - Calls are repeated whatever their method, as the client itself does; ``idempotent: false`` in the document has
      them repeated only where the request surely had no effect. An upload that can be read only once is sent once.
    - The answer's body belongs to the attempt, but a stream is left to the caller: what goes wrong after its
      beginning is not repeated.
    - The limit of an attempt lowers the client's ``timeout``; for an asynchronous client the attempt is cancelled.

    It shares its connections with the client that it was made of, which stays as it is. Safe to share between threads
    or tasks.

    Args:
        client: The client, blocking or asynchronous.
        policy: A policy, a policy document, or the JSON text of one; by default retries alone. A fallback is called
            with the options of the request and answers with what the call returns.

    Raises:
        ConfigError: The document makes no sense.
        CircuitBreakerOpenError: From a call: the breaker is open. Likewise RateLimitedError, BulkheadFullError,
            AttemptTimeoutError and DeadlineExceededError.
        TypeError: From ``with_options(max_retries=...)`` of the copy: the policy retries.
    """
    return guarded(client, policy)
