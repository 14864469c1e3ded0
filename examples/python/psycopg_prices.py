"""PostgreSQL through psycopg under a policy: what is worth another try, and what is not.

python examples/python/psycopg_prices.py postgresql://user@localhost/postgres
"""

from __future__ import annotations

import os
import sys

import psycopg

from failsoft import Policy, classify, report

policy = Policy(
    name="prices",
    retry={"max_attempts": 3, "initial_delay": "20ms", "deadline": "10s"},
    circuit_breaker={"failure_threshold": 5, "recovery_timeout": "10s"},
)

KILL = "select pg_terminate_backend(pg_backend_pid())"
"""What an administrator, a failover or a restart does to a connection."""


@policy
def ask(url: str, *queries: str) -> str:
    """Ask for a value over a connection of our own; queries before the last are asked once, whatever comes of them."""
    with psycopg.connect(url, connect_timeout=2) as connection:
        for query in queries[:-1]:
            if query not in asked:
                asked.add(query)
                connection.execute(query)
        row = connection.execute(queries[-1]).fetchone()
        return str(row[0]) if row else ""


asked: set[str] = set()


def main(url: str) -> None:
    """Read a price, twice against the odds."""
    try:
        print("price:", ask(url, "select 'seven'"))
    except psycopg.OperationalError as error:
        print(f"nobody there: {classify(error).category}, after {report(error).attempt_count} attempts")
        return
    price = ask(url, KILL, "select 'eight'")
    print(f"price: {price}, after {report(price).attempt_count} attempts, as the connection was killed")
    try:
        ask(url, "selekt 'nine'")
    except psycopg.Error as error:
        print(
            f"{type(error).__name__}: {classify(error).category}, after {report(error).attempt_count} attempt"
        )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DATABASE_URL", "postgresql://localhost"))
