"""A Celery task under a policy: short waits are the policy's, long ones are Celery's.

While the breaker is open no worker sits and waits: the task goes back to the queue for as long as the breaker says.

    python examples/python/celery_mail.py
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.contrib.testing.worker import start_worker

from failsoft import CircuitBreakerOpenError, Policy

app = Celery("mail", broker="memory://", backend="cache+memory://")
app.conf.update(worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)

policy = Policy(
    name="mail",
    retry={"max_attempts": 2, "initial_delay": "10ms"},
    circuit_breaker={"failure_threshold": 3, "recovery_timeout": "200ms", "success_threshold": 1},
)

attempts: list[str] = []


@policy
def deliver(to: str) -> str:
    """Hand a letter over to a server that is down for the first three times."""
    attempts.append(to)
    if len(attempts) <= 3:  # noqa: PLR2004
        raise ConnectionRefusedError("the mail server is down")
    return f"delivered to {to} with attempt {len(attempts)}"


@app.task(bind=True, max_retries=5)
def send(task: Any, to: str) -> str:
    """Send a letter, later if it has to be."""
    try:
        return deliver(to)
    except CircuitBreakerOpenError as refusal:
        print(f"the breaker is open: back to the queue after {len(attempts)} attempts")
        raise task.retry(exc=refusal, countdown=refusal.retry_after or 1) from None
    except ConnectionError as error:
        print(f"gave up after {len(attempts)} attempts: back to the queue")
        raise task.retry(exc=error, countdown=0) from None


def main() -> None:
    """Run a worker in a thread, and send a letter through it."""
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="error"):
        print(send.delay("oslo").get(timeout=20))
    print("breaker:", policy.circuit_breaker.state.value)


if __name__ == "__main__":
    main()
