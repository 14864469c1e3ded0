"""Clients of openai, anthropic and botocore under a policy, against a server that speaks enough of their protocols."""

from __future__ import annotations

import asyncio
import io
import json

import anthropic
import httpx2
import openai
import pytest
from botocore.config import Config
from botocore.session import Session

import failsoft
from failsoft import CircuitBreakerOpenError, ConfigError, Policy, RateLimitedError
from failsoft.integrations import anthropic as guarded_anthropic
from failsoft.integrations import botocore as guarded_botocore
from failsoft.integrations import openai as guarded_openai
from loopback import PATIENCE, Loopback, answer, breaks_off, hangs, resets

RETRY = {"max_attempts": 3, "initial_delay": 1, "exponential_base": 2, "jitter": "none"}
CHAT = json.dumps(
    {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}
        ],
    }
).encode()
MESSAGE = json.dumps(
    {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "hello"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
).encode()


def error(status: int, code: str, **headers: str):
    body = json.dumps({"error": {"code": code, "type": code, "message": "no"}}).encode()
    return answer(status, body, Content_Type="application/json", **headers)


def fine(body: bytes):
    return answer(200, body, Content_Type="application/json")


@pytest.fixture
def server():
    with Loopback() as server:
        yield server


def chats(server, policy, **settings):
    """Ask through every kind of client, one after the other; what came of each."""
    return [ask(server, policy, settings) for ask in (_openai, _openai_async, _anthropic, _anthropic_async)]


MESSAGES = [{"role": "user", "content": "hi"}]


def _openai(server, policy, settings):
    client = openai.OpenAI(api_key="k", base_url=server.url, **settings)
    with guarded_openai.guard(client, policy) as guarded:
        try:
            return guarded.chat.completions.create(model="m", messages=MESSAGES).choices[0].message.content
        except Exception as error:
            return error


def _openai_async(server, policy, settings):
    async def ask():
        client = openai.AsyncOpenAI(api_key="k", base_url=server.url, **settings)
        async with guarded_openai.guard(client, policy) as guarded:
            completion = await guarded.chat.completions.create(model="m", messages=MESSAGES)
            return completion.choices[0].message.content

    try:
        return asyncio.run(ask())
    except Exception as error:
        return error


def _anthropic(server, policy, settings):
    client = anthropic.Anthropic(api_key="k", base_url=server.url, **settings)
    with guarded_anthropic.guard(client, policy) as guarded:
        try:
            return guarded.messages.create(model="m", max_tokens=1, messages=MESSAGES).content[0].text
        except Exception as error:
            return error


def _anthropic_async(server, policy, settings):
    async def ask():
        client = anthropic.AsyncAnthropic(api_key="k", base_url=server.url, **settings)
        async with guarded_anthropic.guard(client, policy) as guarded:
            message = await guarded.messages.create(model="m", max_tokens=1, messages=MESSAGES)
            return message.content[0].text

    try:
        return asyncio.run(ask())
    except Exception as error:
        return error


def by_path(server, *lines):
    """The same script for each client: chat completions and messages have paths of their own."""
    left: dict[tuple[str, str], list] = {}

    def play_for(body):
        def play(connection):
            asked = server.asked[-1]
            script = left.setdefault((asked.path, asked.headers["user-agent"]), list(lines))
            line = script.pop(0) if len(script) > 1 else script[0]
            return (fine(body) if line is None else line)(connection)

        return play

    server.at("/chat/completions", play_for(CHAT))
    server.at("/v1/messages", play_for(MESSAGE))


def test_a_call_is_repeated_as_the_policy_says_and_not_by_the_client(server, time):
    by_path(server, error(503, "overloaded"), resets, None)
    assert chats(server, Policy(retry=RETRY, clock=time.clock)) == ["hello"] * 4
    assert len(server.asked) == 4 * 3
    assert time.slept == [1, 2] * 4


def test_the_clients_own_error_comes_out(server, time):
    by_path(server, error(500, "internal"))
    found = chats(server, Policy(retry=RETRY, clock=time.clock))
    assert [type(error).__name__ for error in found] == ["InternalServerError"] * 4
    assert [failsoft.report(error).stop_reason for error in found] == ["exhausted"] * 4
    assert len(server.asked) == 4 * 3


# mode: spent quota taken for a rate limit
def test_a_spent_quota_is_not_asked_again(server, time):
    by_path(server, error(429, "insufficient_quota"))
    found = chats(server, Policy(retry=RETRY, clock=time.clock))
    assert {failsoft.report(error).stop_reason for error in found} == {"permanent"}
    assert len(server.asked) == 4


def test_the_server_s_own_time_is_waited_for(server, time):
    by_path(server, error(429, "slow_down", Retry_After="7"), None)
    assert chats(server, Policy(retry=RETRY, clock=time.clock)) == ["hello"] * 4
    assert time.slept == [7] * 4


def test_an_answer_that_breaks_off_is_asked_for_again(server, time):
    by_path(server, breaks_off, None)
    found = chats(server, Policy(retry=RETRY, clock=time.clock))
    assert found == ["hello"] * 4


def test_the_limit_of_an_attempt_reaches_the_client(server, time):
    by_path(server, hangs, None)
    policy = Policy(retry=RETRY, timeout={"attempt": PATIENCE}, clock=time.clock)
    for timeout in (5, httpx2.Timeout(5, connect=1), None):
        by_path(server, hangs, None)
        assert chats(server, policy, timeout=timeout) == ["hello"] * 4


def test_an_open_breaker_refuses_without_asking(server, time):
    policy = Policy(circuit_breaker={"failure_threshold": 1}, clock=time.clock)
    by_path(server, error(500, "internal"))
    first, *rest = chats(server, policy)
    assert isinstance(first, openai.InternalServerError)
    assert {type(error) for error in rest} == {CircuitBreakerOpenError}
    assert len(server.asked) == 1


def test_copies_are_guarded_too(server, time):
    by_path(server, error(503, "overloaded"), None, error(503, "overloaded"), None)
    client = openai.OpenAI(api_key="k", base_url=server.url)
    with guarded_openai.guard(client, Policy(retry=RETRY, clock=time.clock)) as guarded:
        copy = guarded.with_options(timeout=3).copy()
        raw = copy.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)
        assert raw.parse().choices[0].message.content == "hello"
        with pytest.raises(TypeError, match="max_retries: the client is guarded by a policy, which retries"):
            guarded.with_options(max_retries=5)
    assert (client.max_retries, copy.max_retries) == (2, 0)
    assert time.slept == [1]


def test_a_stream_is_repeated_up_to_its_beginning(server, time):
    events = b'data: {"choices": []}\n\ndata: [DONE]\n\n'
    by_path(server, error(503, "overloaded"), answer(200, events, Content_Type="text/event-stream"))
    client = openai.OpenAI(api_key="k", base_url=server.url)
    with guarded_openai.guard(client, Policy(retry=RETRY, clock=time.clock)) as guarded:
        stream = guarded.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        assert len(list(stream)) == 1
    assert time.slept == [1]


def test_an_upload_is_wound_back_and_one_that_cannot_be_is_sent_once(server, time):
    class Pipe(io.BytesIO):
        def seek(self, *_):
            raise io.UnsupportedOperation

        def seekable(self):
            return False

    server.plays(error(503, "overloaded"), error(503, "overloaded"), error(400, "bad"))
    client = openai.OpenAI(api_key="k", base_url=server.url)
    with guarded_openai.guard(client, Policy(retry=RETRY, clock=time.clock)) as guarded:
        with pytest.raises(openai.BadRequestError):
            guarded.files.create(file=io.BytesIO(b"content"), purpose="batch")
        assert [b"content" in asked.body for asked in server.asked] == [True] * 3
        server.plays(error(503, "overloaded"))
        with pytest.raises(openai.InternalServerError):
            guarded.files.create(file=("a.txt", Pipe(b"content")), purpose="batch")
    assert len(server.asked) == 1


def test_what_can_be_sent_once_only_counts_against_the_same_limit(server, time):
    class Pipe(io.BytesIO):
        def seek(self, *_):
            raise OSError("not seekable")

    policy = Policy(retry={}, rate_limit={"rate": 1, "per": 60}, clock=time.clock)
    s3 = guarded_botocore.guard(sdk(server, "s3", s3={"addressing_style": "path"}), policy)
    server.plays(answer(200, b""))
    s3.put_object(Bucket="b", Key="k", Body=b"content")
    with pytest.raises(RateLimitedError):
        s3.put_object(Bucket="b", Key="k", Body=Pipe(b"content"))
    client = openai.OpenAI(api_key="k", base_url=server.url)
    with guarded_openai.guard(client, policy) as guarded, pytest.raises(RateLimitedError):
        guarded.files.create(file=("a.txt", Pipe(b"content")), purpose="batch")
    assert len(server.asked) == 1


def sdk(server, service, **config):
    return Session().create_client(
        service,
        region_name="eu-north-1",
        endpoint_url=server.url,
        aws_access_key_id="k",
        aws_secret_access_key="s",  # noqa: S106  nobody's
        config=Config(**config),
    )


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_botocore_does_not_retry_beside_the_policy(server, time, mode):
    client = sdk(server, "sqs", retries={"mode": mode, "total_max_attempts": 4})
    guarded = guarded_botocore.guard(client, Policy(retry=RETRY, clock=time.clock))
    server.plays(answer(503, b"{}"))
    with pytest.raises(guarded.exceptions.ClientError) as caught:
        guarded.list_queues()
    assert failsoft.report(caught.value).attempt_count == 3
    assert len(server.asked) == 3
    assert time.slept == [1, 2]


def test_botocore_repeats_an_operation_with_its_token_and_its_file(server, time):
    policy = Policy(retry=RETRY, clock=time.clock)
    server.plays(answer(503, b"{}"), resets, answer(200, b"{}"))
    guarded_botocore.guard(sdk(server, "athena"), policy).start_query_execution(QueryString="select 1")
    tokens = {json.loads(asked.body)["ClientRequestToken"] for asked in server.asked}
    assert (len(server.asked), len(tokens)) == (3, 1)
    server.plays(answer(503, b""), answer(200, b""))
    s3 = guarded_botocore.guard(sdk(server, "s3", s3={"addressing_style": "path"}), policy)
    s3.put_object(Bucket="b", Key="k", Body=io.BytesIO(b"content"))
    assert [b"content" in asked.body for asked in server.asked] == [True, True]


def test_botocore_s_attempts_are_cut_off_in_threads_or_not_at_all(server, time):
    timeout = {"attempt": PATIENCE}
    with pytest.raises(ConfigError, match=r'set timeout\.sync to "thread"'):
        guarded_botocore.guard(sdk(server, "sqs"), Policy(timeout=timeout))
    policy = Policy(retry=RETRY, timeout={**timeout, "sync": "thread"}, clock=time.clock)
    server.plays(hangs, fine(b"{}"))
    guarded = guarded_botocore.guard(sdk(server, "sqs"), policy)
    assert guarded.list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_botocore_is_guarded_once(server):
    guarded = guarded_botocore.guard(sdk(server, "sqs"))
    with pytest.raises(TypeError, match="the SQS client is guarded already"):
        guarded_botocore.guard(guarded)
