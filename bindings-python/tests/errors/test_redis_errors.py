"""What redis-py raises."""

from __future__ import annotations

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import provoking
from stores import redis_says

NEVER = Retry(NoBackoff(), 0)

REPLIES = {
    "LOADING Redis is loading the dataset in memory": ("server", True),
    "READONLY You can't write against a read only replica.": ("server", True),
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.": ("server", True),
    "CLUSTERDOWN The cluster is down": ("server", True),
    "TRYAGAIN Multiple keys request during rehashing of slot": ("server", True),
    "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.": (
        "server",
        True,
    ),
    "MOVED 3999 127.0.0.1:6381": ("server", True),
    "ASK 3999 127.0.0.1:6381": ("server", True),
    "NOREPLICAS Not enough good replicas to write.": ("server", True),
    "OOM command not allowed when used memory > 'maxmemory'.": ("resource", False),
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.": (
        "resource",
        False,
    ),
    "ERR max number of clients reached": ("resource", True),
    "NOAUTH Authentication required.": ("auth", False),
    "WRONGPASS invalid username-password pair or user is disabled.": ("auth", False),
    "NOPERM User x has no permissions to run the 'get' command": ("auth", False),
    "WRONGTYPE Operation against a key holding the wrong kind of value": ("invalid_request", False),
    "ERR unknown command 'GETT'": ("invalid_request", False),
    "ERR syntax error": ("invalid_request", False),
    "ERR value is not an integer or out of range": ("invalid_request", False),
    "NOSCRIPT No matching script. Please use EVAL.": ("not_found", False),
    "ERR no such key": ("not_found", False),
    "CROSSSLOT Keys in request don't hash to the same slot": ("invalid_request", False),
    "EXECABORT Transaction discarded because of previous errors.": ("invalid_request", False),
    "BUSYGROUP Consumer Group name already exists": ("conflict", False),
}


def get(port, host="127.0.0.1", **settings):
    with redis.Redis(host, port, retry=NEVER, socket_timeout=5, **settings) as client:
        return client.get("k")


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.split()[0] + str(len(reply)))
def test_a_reply(serve, means, reply):
    category, retryable = REPLIES[reply]
    with means(category, retryable=retryable):
        get(serve(redis_says(b"-" + reply.encode())))


@pytest.mark.parametrize(
    ("reply", "category", "retryable"),
    [
        ("ERR max number of clients reached", "resource", True),
        ("WRONGPASS invalid username-password pair or user is disabled.", "auth", False),
        ("LOADING Redis is loading the dataset in memory", "server", True),
        ("DENIED Redis is running in protected mode because protected mode is enabled", "auth", False),
    ],
    ids=["clients", "password", "loading", "protected"],
)
def test_a_greeting_that_is_refused(serve, means, reply, category, retryable):
    with means(category, retryable=retryable):
        get(serve(redis_says(b"-" + reply.encode(), greets=False)), password="x")  # noqa: S106


def test_nobody_listens(refused, means):
    with means("connection", retryable=True):
        get(refused)


def test_a_name_that_does_not_exist(means):
    with means("connection", retryable=True):
        get(6379, provoking.NOWHERE)


def test_no_answer_in_time(silent, means):
    with means("timeout", retryable=True):
        with redis.Redis("127.0.0.1", silent, retry=NEVER, socket_timeout=0.1) as client:
            client.get("k")


@pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
def test_no_answer(serve, means, behaviour):
    with means("connection", retryable=True):
        get(serve(behaviour))


def test_an_answer_in_another_protocol(serve, means):
    with means("connection", retryable=False):
        get(serve(provoking.babbles))


def test_a_certificate_that_nobody_signed(serve, tls, means):
    with means("connection", retryable=False):
        get(serve(provoking.closes, tls()), "localhost", ssl=True)


def test_no_connection_left_in_the_pool(serve, means):
    port = serve(redis_says(b"+x"))
    pool = redis.ConnectionPool(host="127.0.0.1", port=port, max_connections=1)
    with redis.Redis(connection_pool=pool) as first, redis.Redis(connection_pool=pool) as second:
        held = pool.get_connection()
        assert first is not second
        with means("resource", retryable=True):
            second.get("k")
        pool.release(held)
    pool.disconnect()


def test_no_connection_free_in_time(serve, means):
    port = serve(redis_says(b"+x"))
    pool = redis.BlockingConnectionPool(host="127.0.0.1", port=port, max_connections=1, timeout=0.01)
    held = pool.get_connection()
    with means("resource", retryable=True):
        pool.get_connection()
    pool.release(held)
    pool.disconnect()


def test_a_watched_key_that_changed(serve, means):
    port = serve(redis_says(b"_"))
    with redis.Redis("127.0.0.1", port, retry=NEVER) as client, client.pipeline() as pipe:
        pipe.watch("k")
        pipe.multi()
        pipe.get("k")
        with means("conflict", retryable=True):
            pipe.execute()


def test_a_lock_that_another_holds(serve, means):
    with redis.Redis("127.0.0.1", serve(redis_says(b"_")), retry=NEVER) as client:
        with means("conflict", retryable=True), client.lock("l", blocking_timeout=0.01):
            pass


def test_a_value_that_is_none(serve, means):
    with redis.Redis("127.0.0.1", serve(redis_says(b"+x")), retry=NEVER) as client:
        with means("invalid_request", retryable=False):
            client.set("k", object())
