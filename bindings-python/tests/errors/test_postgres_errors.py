"""What psycopg raises, and SQLAlchemy around it."""

from __future__ import annotations

import sqlite3

import psycopg
import psycopg.conninfo
import pytest
import sqlalchemy
import sqlalchemy.exc
import sqlalchemy.orm
from sqlalchemy.pool import QueuePool

import provoking
from stores import postgres_says

# state: message, category, retryable
STATES = {
    "40001": ("could not serialize access due to concurrent update", "conflict", True),
    "40P01": ("deadlock detected", "conflict", True),
    "55P03": ('could not obtain lock on row in relation "x"', "conflict", True),
    "57014": ("canceling statement due to statement timeout", "timeout", True),
    "25P03": ("terminating connection due to idle-in-transaction timeout", "timeout", True),
    "57P01": ("terminating connection due to administrator command", "server", True),
    "25006": ("cannot execute INSERT in a read-only transaction", "server", True),
    "XX000": ("cache lookup failed", "server", True),
    "53100": ("could not extend file: No space left on device", "resource", False),
    "53200": ("out of memory", "resource", False),
    "53300": ("remaining connection slots are reserved", "resource", True),
    "23505": ('duplicate key value violates unique constraint "x"', "conflict", False),
    "23503": ("insert or update violates foreign key constraint", "conflict", False),
    "23502": ("null value in column violates not-null constraint", "conflict", False),
    "42P01": ('relation "timeouts" does not exist', "not_found", False),
    "42703": ('column "connection" does not exist', "invalid_request", False),
    "42601": ('syntax error at or near "FORM"', "invalid_request", False),
    "42501": ("permission denied for table x", "auth", False),
    "42P07": ('relation "x" already exists', "conflict", False),
    "22012": ("division by zero", "invalid_request", False),
    "22P02": ('invalid input syntax for type integer: "timeout"', "invalid_request", False),
    "25P02": ("current transaction is aborted", "invalid_request", False),
    "0A000": ("cached plan must not change result type", "invalid_request", False),
    "54001": ("stack depth limit exceeded", "invalid_request", False),
}

STARTS = {
    "57P03": ("the database system is starting up", "server", True),
    "53300": ("sorry, too many clients already", "resource", True),
    "28P01": ('password authentication failed for user "x"', "auth", False),
    "28000": ('no pg_hba.conf entry for host "127.0.0.1"', "auth", False),
    "28P00": ('role "x" does not exist', "auth", False),
    "55000": ('database "x" is not currently accepting connections', "server", True),
    "3D000": ('database "x" does not exist', "not_found", False),
    "57P02": ("the database system is shutting down", "server", True),
}


def dsn(port, host="127.0.0.1", **settings):
    settings = {"connect_timeout": 5, "sslmode": "disable", "gssencmode": "disable", "user": "x"} | settings
    return psycopg.conninfo.make_conninfo(host=host, port=port, dbname="x", **settings)


def ask(port, host="127.0.0.1", **settings):
    with psycopg.connect(dsn(port, host, **settings), autocommit=True) as connection:
        return connection.execute("SELECT 1")


def ask_through_sqlalchemy(port, host="127.0.0.1", **settings):
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(dsn(port, host, **settings)),
        _initialize=False,
    )
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql("SELECT 1")
    finally:
        engine.dispose()


def both(function):
    ids = ["psycopg", "sqlalchemy"]
    return pytest.mark.parametrize("asks", [ask, ask_through_sqlalchemy], ids=ids)(function)


@both
@pytest.mark.parametrize("state", STATES)
def test_a_state(serve, means, asks, state):
    message, category, retryable = STATES[state]
    with means(category, retryable=retryable):
        asks(serve(postgres_says(state, message)))


@both
@pytest.mark.parametrize("state", STARTS)
def test_a_session_that_does_not_start(serve, means, asks, state):
    message, category, retryable = STARTS[state]
    with means(category, retryable=retryable):
        asks(serve(postgres_says(state, message, when="start")))


@both
def test_nobody_listens(refused, means, asks):
    with means("connection", retryable=True):
        asks(refused)


@both
def test_a_name_that_does_not_exist(means, asks):
    with means("connection", retryable=True):
        asks(5432, provoking.NOWHERE)


@both
def test_no_answer_in_time(silent, means, asks):
    with means("timeout", retryable=True):
        asks(silent, connect_timeout=2)


@both
@pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
def test_no_answer(serve, means, asks, behaviour):
    with means("connection", retryable=True):
        asks(serve(behaviour))


@both
def test_a_connection_that_breaks_off_in_a_query(serve, means, asks):
    answers = postgres_says("00000", "")

    class HangsUp:
        def __init__(self, connection):
            self._connection = connection

        def recv(self, length):
            read = self._connection.recv(length)
            return b"" if read in (b"Q", b"P") else read

        def sendall(self, data):
            self._connection.sendall(data)

    with means("connection", retryable=True):
        asks(serve(lambda connection: answers(HangsUp(connection))))


def test_a_server_without_tls(serve, means):
    with means("connection", retryable=False):
        ask(serve(postgres_says("00000", "")), sslmode="require")


def test_a_connection_string_that_is_none(means):
    with means("invalid_request", retryable=False):
        psycopg.connect("nonsense=1")


def test_a_connection_that_is_closed(serve, means):
    connection = psycopg.connect(dsn(serve(postgres_says("00000", ""))))
    connection.close()
    with means("connection", retryable=True):
        connection.execute("SELECT 1")


def test_arguments_that_do_not_fit(serve, means):
    with psycopg.connect(dsn(serve(postgres_says("00000", "")))) as connection:
        with means("invalid_request", retryable=False):
            connection.execute("SELECT %s", (object(),))
        connection.rollback()


def test_no_connection_left_in_the_pool(means):
    engine = sqlalchemy.create_engine(
        "sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01
    )
    with engine.connect(), means("resource", retryable=True):
        engine.connect()
    engine.dispose()


@pytest.fixture
def base():
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


SQLITE = {
    "SELECT * FROM absent": ("not_found", False),
    "SELEC 1": ("invalid_request", False),
    "SELECT absent": ("invalid_request", False),
    "INSERT INTO t VALUES (1), (1)": ("conflict", False),
    "INSERT INTO t VALUES (NULL)": ("conflict", False),
    "CREATE TABLE t (a)": ("conflict", False),
}


@pytest.mark.parametrize("statement", SQLITE)
def test_sqlite_through_sqlalchemy(base, means, statement):
    base.exec_driver_sql("CREATE TABLE t (a INTEGER UNIQUE NOT NULL)")
    category, retryable = SQLITE[statement]
    with means(category, retryable=retryable):
        base.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", SQLITE)
def test_sqlite_itself(means, statement):
    category, retryable = SQLITE[statement]
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE t (a INTEGER UNIQUE NOT NULL)")
    with means(category, retryable=retryable):
        base.execute(statement)
    base.close()


def test_sqlite_that_another_holds(means, tmp_path):
    first, second = (sqlite3.connect(tmp_path / "x.db", timeout=0, isolation_level=None) for _ in range(2))
    first.execute("BEGIN EXCLUSIVE")
    with means("conflict", retryable=True):
        second.execute("BEGIN EXCLUSIVE")
    first.close()
    second.close()


def test_sqlite_in_a_folder_that_is_not_there(means):
    with means("not_found", retryable=False):
        sqlite3.connect("/nowhere/x.db")


def test_sqlite_that_may_not_be_written(means, tmp_path):
    sqlite3.connect(tmp_path / "x.db").execute("CREATE TABLE t (a)")
    base = sqlite3.connect(f"file:{tmp_path / 'x.db'}?mode=ro", uri=True)
    with means("auth", retryable=False):
        base.execute("INSERT INTO t VALUES (1)")
    base.close()


def test_sqlite_that_is_full(means, tmp_path):
    base = sqlite3.connect(tmp_path / "x.db")
    base.execute("PRAGMA max_page_count = 2")
    base.execute("CREATE TABLE t (a)")
    with means("resource", retryable=False):
        base.execute("INSERT INTO t VALUES (zeroblob(100000))")
    base.close()


def test_sqlite_that_is_none(means, tmp_path):
    (tmp_path / "x.db").write_bytes(b"no database" * 100)
    base = sqlite3.connect(tmp_path / "x.db")
    with means("invalid_request", retryable=False):
        base.execute("SELECT * FROM t")
    base.close()


def test_sqlite_used_after_its_end(means):
    base = sqlite3.connect(":memory:")
    base.close()
    with means("invalid_request", retryable=False):
        base.execute("SELECT 1")


def test_no_row_where_there_must_be_one(base, means):
    with means("not_found", retryable=False):
        base.execute(sqlalchemy.text("SELECT 1 WHERE 0")).one()


def test_two_rows_where_there_must_be_one(base, means):
    with means("invalid_request", retryable=False):
        base.execute(sqlalchemy.text("SELECT 1 UNION SELECT 2")).one()


def test_an_address_that_is_none(means):
    with means("invalid_request", retryable=False):
        sqlalchemy.create_engine("nonsense")


def test_a_dialect_that_is_not_there(means):
    with means("not_found", retryable=False):
        sqlalchemy.create_engine("nonsense://")


def test_a_row_that_another_deleted(means):
    registry = sqlalchemy.orm.registry()

    @registry.mapped
    class Row:
        __tablename__ = "t"
        a = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
        b = sqlalchemy.Column(sqlalchemy.Integer)

    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool)
    registry.metadata.create_all(engine)
    with sqlalchemy.orm.Session(engine) as session:
        row = Row(a=1, b=1)
        session.add(row)
        session.flush()
        session.execute(sqlalchemy.text("DELETE FROM t"))
        row.b = 2
        with means("conflict", retryable=True):
            session.flush()
    engine.dispose()


def test_a_session_whose_transaction_failed(means):
    engine = sqlalchemy.create_engine("sqlite://")
    with sqlalchemy.orm.Session(engine) as session:
        session.close()
        with means("invalid_request", retryable=False):
            session.execute("SELECT 1")
    engine.dispose()
