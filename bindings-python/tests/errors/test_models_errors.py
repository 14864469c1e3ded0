"""What the clients of OpenAI and Anthropic raise, their own retries switched off."""

from __future__ import annotations

import anthropic
import openai
import pytest

import provoking
from answers import PROVIDERS, STATUSES

ASKED = [{"role": "user", "content": "x"}]


def openai_asks(base, **settings):
    with openai.OpenAI(base_url=base, api_key="none", max_retries=0, timeout=5, **settings) as client:
        return client.chat.completions.create(model="x", messages=ASKED)


def anthropic_asks(base, **settings):
    with anthropic.Anthropic(base_url=base, api_key="none", max_retries=0, timeout=5, **settings) as client:
        return client.messages.create(model="x", messages=ASKED, max_tokens=1)


def both(function):
    ids = ["openai", "anthropic"]
    return pytest.mark.parametrize("asks", [openai_asks, anthropic_asks], ids=ids)(function)


@both
@pytest.mark.parametrize("status", STATUSES)
def test_a_status(web, means, asks, status):
    category, retryable = STATUSES[status]
    with means(category, retryable=retryable):
        asks(web.answers(status))


@both
@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_body_of_a_provider(web, means, asks, provider):
    status, headers, body, (category, retryable, wait) = PROVIDERS[provider]
    with means(category, retryable=retryable, retry_after=wait):
        asks(web.answers(status, headers, body))


ANTHROPIC = {
    "authentication_error": (401, "auth", False),
    "billing_error": (402, "quota", False),
    "permission_error": (403, "auth", False),
    "not_found_error": (404, "not_found", False),
    "request_too_large": (413, "invalid_request", False),
    "rate_limit_error": (429, "rate_limit", True),
    "api_error": (500, "server", True),
    "timeout_error": (504, "timeout", True),
    "overloaded_error": (529, "server", True),
}


@pytest.mark.parametrize("kind", ANTHROPIC)
def test_errors_as_anthropic_names_them(web, means, kind):
    status, category, retryable = ANTHROPIC[kind]
    with means(category, retryable=retryable):
        anthropic_asks(web.answers(status, {}, {"type": "error", "error": {"type": kind, "message": "no"}}))


@pytest.mark.parametrize("kind", ["overloaded_error", "rate_limit_error", "invalid_request_error"])
def test_an_error_in_the_middle_of_a_stream(web, means, kind):
    category, retryable = {
        "overloaded_error": ("server", True),
        "rate_limit_error": ("rate_limit", True),
        "invalid_request_error": ("invalid_request", False),
    }[kind]
    event = b'event: error\ndata: {"type":"error","error":{"type":"%s","message":"no"}}\n\n' % kind.encode()
    base = web.answers(200, {"Content-Type": "text/event-stream"}, event)
    client = anthropic.Anthropic(base_url=base, api_key="none", max_retries=0)
    with client, means(category, retryable=retryable):
        for _ in client.messages.create(model="x", messages=ASKED, max_tokens=1, stream=True):
            pass


@both
def test_a_wait_until_a_limit_resets(web, means, asks):
    headers = {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "1m30s",
        "x-ratelimit-remaining-tokens": "100",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    with means("rate_limit", retryable=True, retry_after=90.0):
        asks(web.answers(429, headers, {"error": {"message": "slow down", "type": "rate_limit_error"}}))


@both
def test_nobody_listens(refused, means, asks):
    with means("connection", retryable=True):
        asks(f"http://127.0.0.1:{refused}/")


@both
def test_a_name_that_does_not_exist(means, asks):
    with means("connection", retryable=True):
        asks(f"http://{provoking.NOWHERE}/")


@pytest.mark.parametrize("library", [openai, anthropic], ids=["openai", "anthropic"])
def test_no_answer_in_time(silent, means, library):
    kind = library.OpenAI if library is openai else library.Anthropic
    client = kind(base_url=f"http://127.0.0.1:{silent}", api_key="none", max_retries=0, timeout=0.1)
    with client, means("timeout", retryable=True):
        client.get("/models", cast_to=object)


@both
@pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
def test_no_answer(serve, means, asks, behaviour):
    with means("connection", retryable=True):
        asks(f"http://127.0.0.1:{serve(behaviour)}/")


@both
def test_half_an_answer(serve, means, asks):
    with means("connection", retryable=True):
        asks(f"http://127.0.0.1:{serve(provoking.says(provoking.SHORT))}/")


@both
def test_a_certificate_that_nobody_signed(serve, tls, means, asks):
    with means("connection", retryable=False):
        asks(f"https://localhost:{serve(provoking.closes, tls())}/")


@both
def test_an_address_that_is_none(means, asks):
    with means("invalid_request", retryable=False):
        asks("nowhere")


def test_no_key_at_all(monkeypatch, means):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with means("auth", retryable=False):
        openai.OpenAI()


def test_a_request_without_its_arguments(means):
    client = openai.OpenAI(base_url="http://127.0.0.1:1", api_key="none")
    with client, means("invalid_request", retryable=False):
        client.chat.completions.create()


def test_an_answer_cut_off_by_its_length(web, means):
    choice = {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "{"}}
    whole = {"id": "x", "object": "chat.completion", "created": 0, "model": "x", "choices": [choice]}
    client = openai.OpenAI(base_url=web.answers(200, {}, whole), api_key="none", max_retries=0)
    with client, means("invalid_request", retryable=False):
        client.chat.completions.parse(model="x", messages=ASKED)
