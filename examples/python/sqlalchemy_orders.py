"""A transaction of SQLAlchemy under a policy: a locked database, and a connection that is lost on the way.

The whole transaction is one attempt: what it did before the error is rolled back, and it is begun anew.

    python examples/python/sqlalchemy_orders.py
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy as sa

from failsoft import Event, Policy


def tell(event: Event) -> None:
    """Print what happens to the calls."""
    if event.kind in {"retry", "recovered"}:
        print(f"  {event.kind} after attempt {event.attempt}: {event.category or 'fine'}")


policy = Policy(
    name="orders",
    retry={"max_attempts": 4, "initial_delay": "20ms"},
    circuit_breaker={"failure_threshold": 5, "recovery_timeout": "10s"},
    # SQLite says of a lost connection that the program misused it; a server's driver would say that it is lost.
    classify={"rules": [{"match": {"message": "closed database"}, "then": "transient"}]},
    on_event=tell,
)


@policy
def order(engine: sa.Engine, item: str, accident: list[sqlite3.Connection | None]) -> int:
    """Place an order, and tell its number; an accident happens once."""
    with engine.begin() as connection:
        connection.execute(sa.text("insert into orders (item) values (:item)"), {"item": item})
        if accident:
            accident.pop()
            # What a restarted server or a firewall does.
            connection.connection.driver_connection.close()
        return int(connection.execute(sa.text("select count(*) from orders")).scalar_one())


@policy
def order_beside(engine: sa.Engine, item: str, other: sqlite3.Connection) -> int:
    """Place an order while somebody else writes, who ends as soon as we have failed once."""
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("insert into orders (item) values (:item)"), {"item": item})
            return int(connection.execute(sa.text("select count(*) from orders")).scalar_one())
    finally:
        other.rollback()


def main() -> None:
    """Place two orders against the odds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shop.db")
        engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 0.01})
        with engine.begin() as connection:
            connection.execute(sa.text("create table orders (item text)"))
        print("the connection is lost on the way:")
        print("orders:", order(engine, "umbrella", [None]))
        print("the database is locked:")
        other = sqlite3.connect(path)
        other.execute("begin immediate")
        print("orders:", order_beside(engine, "coat", other))
        other.close()
        engine.dispose()


if __name__ == "__main__":
    main()
