"""The examples in Python run, each as a program of its own, and print what they should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from databases import POSTGRES, REDIS

EXAMPLES = Path(__file__).parents[3] / "examples" / "python"


def printed_by(name: str, *args: str) -> list[str]:
    """What an example prints, without what it logs."""
    program = [sys.executable, "-P", str(EXAMPLES / f"{name}.py"), *args]
    if sys.version_info < (3, 11):
        program.remove("-P")
    ran = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_a_transaction_survives_a_lost_connection_and_a_locked_database():
    assert printed_by("sqlalchemy_orders") == [
        "the connection is lost on the way:",
        "  retry after attempt 1: invalid_request",
        "  recovered after attempt 2: fine",
        "orders: 1",
        "the database is locked:",
        "  retry after attempt 1: conflict",
        "  recovered after attempt 2: fine",
        "orders: 2",
    ]


@pytest.mark.parametrize("postgres", POSTGRES)
def test_a_query_survives_a_killed_connection_and_a_wrong_one_is_asked_once(postgres):
    with postgres() as url:
        assert printed_by("psycopg_prices", url) == [
            "price: seven",
            "price: eight, after 2 attempts, as the connection was killed",
            "SyntaxError: invalid_request, after 1 attempt",
        ]


@pytest.mark.parametrize("redis", REDIS)
def test_a_program_goes_on_without_its_cache(redis):
    with redis() as url:
        assert printed_by("redis_cache", url) == [
            "first:  7.50, from the shop",
            "second: 7.50, from the cache",
            "away:   7.50, from the shop",
            "breaker: open",
        ]


def test_a_task_goes_back_to_its_queue_while_the_breaker_is_open():
    assert printed_by("celery_mail") == [
        "gave up after 2 attempts: back to the queue",
        "gave up after 3 attempts: back to the queue",
        "the breaker is open: back to the queue after 3 attempts",
        "delivered to oslo with attempt 4",
        "breaker: closed",
    ]


def test_an_endpoint_serves_less_while_its_dependency_is_down():
    popular = {"items": ["umbrella", "coat"]}
    own = {"items": ["boots for eve"], "degraded": None}
    assert printed_by("fastapi_shop") == [
        f"well {own} healthy",
        f"broken {popular | {'degraded': 'HTTPStatusError'}} unhealthy",
        f"broken {popular | {'degraded': 'CircuitBreakerOpenError'}} unhealthy",
        f"repaired {own} healthy",
    ]


def test_every_example_is_short_and_is_run_here():
    names = sorted(path.stem for path in EXAMPLES.glob("*.py"))
    run = ["celery_mail", "fastapi_shop", "psycopg_prices", "redis_cache", "sqlalchemy_orders"]
    assert names == run
    assert [
        name for name in names if len((EXAMPLES / f"{name}.py").read_text("utf-8").splitlines()) >= 80
    ] == []
