"""What a policy says of a client that retries by itself."""

from __future__ import annotations

import asyncio
import io

import aiohttp
import anthropic
import httpx
import openai
import pytest
import redis.asyncio
import requests
import sqlalchemy
import urllib3
from botocore.config import Config
from botocore.session import Session
from redis.backoff import NoBackoff
from redis.retry import Retry

from failsoft import Policy
from failsoft.integrations import botocore as guarded_botocore
from failsoft.integrations import openai as guarded_openai
from failsoft.integrations._bodies import rewinding
from failsoft.integrations.aiohttp import FailsoftMiddleware
from failsoft.integrations.httpx import FailsoftTransport
from failsoft.integrations.requests import FailsoftAdapter
from failsoft.integrations.urllib3 import FailsoftPoolManager

FIVE = Policy(retry={"max_attempts": 5})
THREE = {"retry": {"max_attempts": 3}}


def told(client, policy=FIVE):
    explanation = policy.explain(client)
    paths = [warning.path for warning in explanation.warnings]
    return explanation.amplification, [path for path in paths if path.startswith("client")]


def test_the_warning_says_what_multiplies_and_what_to_do():
    client = openai.OpenAI(api_key="k", max_retries=4)
    assert str(FIVE.explain(client).warnings[-1].message) == (
        "the OpenAI asks 5 times by itself for each of the policy's 5 attempts, so a dependency may see up to 25 "
        "requests for one call; set max_retries=0, or use failsoft.integrations.openai.guard"
    )


def test_clients_of_language_models():
    assert told(openai.AsyncOpenAI(api_key="k")) == (15, ["client.max_retries"])
    assert told(anthropic.Anthropic(api_key="k", max_retries=0)) == (5, [])
    assert told(guarded_openai.guard(openai.OpenAI(api_key="k"))) == (5, [])
    transport = httpx.Client(transport=FailsoftTransport(THREE))
    client = openai.OpenAI(api_key="k", http_client=transport, max_retries=0)
    assert told(client) == (15, ["client.http_client"])


def test_clients_of_amazon():
    def client(**retries):
        config = Config(retries=retries or None)
        return Session().create_client("sqs", region_name="eu-north-1", config=config)

    assert told(client()) == (15, ["client.meta.config.retries"])
    assert told(client(mode="legacy")) == (25, ["client.meta.config.retries"])
    assert told(client(total_max_attempts=2)) == (10, ["client.meta.config.retries"])
    assert told(client(total_max_attempts=1)) == (5, [])
    assert told(guarded_botocore.guard(client())) == (5, [])


def test_clients_of_http():
    assert told(httpx.Client()) == (5, [])
    assert told(httpx.Client(transport=httpx.HTTPTransport(retries=1))) == (10, ["client.transport.retries"])
    assert told(httpx.AsyncClient(transport=httpx.MockTransport(httpx.Response))) == (5, [])
    assert told(httpx.Client(transport=FailsoftTransport(THREE))) == (15, ["client.transport"])
    assert told(urllib3.PoolManager()) == (20, ["client.retries"])
    assert told(urllib3.PoolManager(retries=False)) == (5, [])
    assert told(urllib3.PoolManager(retries=urllib3.Retry(total=None, connect=1, read=2))) == (
        15,
        ["client.retries"],
    )
    assert told(urllib3.HTTPConnectionPool("host", retries=1)) == (10, ["client.retries"])
    assert told(FailsoftPoolManager(THREE)) == (15, ["client"])


def test_sessions_of_requests():
    with requests.Session() as session:
        assert told(session) == (5, [])
        session.mount("https://", requests.adapters.HTTPAdapter(max_retries=2))
        assert told(session) == (15, ["client.adapters['https://'].max_retries"])
        session.mount("https://", FailsoftAdapter({"retry": {"max_attempts": 2}}))
        assert told(session) == (10, ["client.adapters['https://']"])


def test_sessions_of_aiohttp():
    async def both():
        async with (
            aiohttp.ClientSession() as plain,
            aiohttp.ClientSession(middlewares=[FailsoftMiddleware(THREE)]) as guarded,
        ):
            return told(plain), told(guarded)

    assert asyncio.run(both()) == ((5, []), (15, ["client.middlewares"]))


def test_clients_of_redis():
    assert told(redis.Redis(retry=Retry(NoBackoff(), 2))) == (15, ["client.retry"])
    assert told(redis.asyncio.Redis(retry=Retry(NoBackoff(), 0))) == (5, [])
    assert told(redis.Redis(retry=None)) == (5, [])
    endless = FIVE.explain(redis.Redis(retry=Retry(NoBackoff(), -1)))
    assert (endless.amplification, "without end" in endless.warnings[-1].message) == (2**31, True)


def test_pools_of_databases_that_wait_longer_than_an_attempt_may_take():
    slow = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.QueuePool, pool_timeout=30)
    quick = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.QueuePool, pool_timeout=1)
    policy = Policy(retry={"max_attempts": 2}, timeout={"attempt": 2, "sync": "thread"})
    assert [told(engine, policy) for engine in (slow, quick)] == [(2, ["client.pool.timeout"]), (2, [])]
    assert told(slow, Policy(retry={"max_attempts": 2})) == (2, [])
    assert policy.explain(slow).warnings[-1].message == (
        "a caller waits up to 30 s for a connection, longer than an attempt may take (2 s); set pool_timeout of "
        "create_engine below that"
    )


def test_where_the_policy_does_not_retry_nothing_multiplies():
    assert told(openai.OpenAI(api_key="k"), Policy(circuit_breaker={})) == (3, [])


def test_what_is_not_known_is_said_to_be_so():
    class Courier:
        pass

    doubt = FIVE.explain(Courier()).warnings[-1]
    assert doubt.path == "client"
    assert doubt.message.startswith("nothing is known of the retries of a test_what_is_not_known")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, True),
        ("text", True),
        (bytearray(b"bytes"), True),
        ([b"a", b"b"], True),
        (iter([b"a"]), False),
        (map(bytes, []), False),
        ({"a": 1}.items(), False),
        (object(), False),
    ],
)
def test_which_bodies_can_be_sent_again(body, expected):
    assert (rewinding(body) is not None) is expected


def test_a_file_goes_back_to_where_it_stood():
    file, other = io.BytesIO(b"no order"), io.BytesIO(b"other")
    file.seek(3)
    rewind = rewinding(file, b"bytes", other)
    for _ in range(2):
        assert (file.read(), other.read()) == (b"order", b"other")
        rewind()
    file.close()
    assert rewinding(file) is None
