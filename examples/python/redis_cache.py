"""Redis as a cache that may be away: without it the program is slower, and nothing else.

python examples/python/redis_cache.py redis://localhost:6379
"""

from __future__ import annotations

import os
import sys

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from failsoft import Policy

policy = Policy(
    name="cache",
    retry={"max_attempts": 2, "initial_delay": "10ms"},
    # A cache that is away is asked again every ten seconds, not with every request.
    circuit_breaker={"failure_threshold": 2, "recovery_timeout": "10s"},
    fallback=lambda: None,
)


def connect(url: str) -> redis.Redis:
    """A client that leaves retries to the policy, and says so to whoever asks."""
    client = redis.Redis.from_url(url, socket_timeout=0.2, retry=Retry(NoBackoff(), 0))
    assert policy.explain(client).amplification == 2  # noqa: S101, PLR2004  the policy's own attempts, not their squares
    return client


@policy
def cached(cache: redis.Redis, item: str) -> bytes | None:
    """The price that the cache knows; None if it knows none, or is away."""
    return cache.get(item)


@policy
def remember(cache: redis.Redis, item: str, price: str) -> None:
    """Tell the cache."""
    cache.set(item, price, ex=60)


def price_of(cache: redis.Redis, item: str) -> str:
    """The price, and where it is from."""
    found = cached(cache, item)
    if found is not None:
        return f"{found.decode()}, from the cache"
    remember(cache, item, "7.50")
    return "7.50, from the shop"


def main(url: str) -> None:
    """Ask for a price with the cache, and without it."""
    with connect(url) as cache:
        print("first: ", price_of(cache, "umbrella"))
        print("second:", price_of(cache, "umbrella"))
    # A port that nobody listens on.
    with connect("redis://127.0.0.1:1") as away:
        print("away:  ", price_of(away, "umbrella"))
    print("breaker:", policy.circuit_breaker.state.value)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"))
