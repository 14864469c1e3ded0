"""A guarded coroutine function is to its callers the coroutine function that it was."""

from __future__ import annotations

import asyncio
import functools
import inspect
from unittest.mock import AsyncMock, MagicMock

import pytest

from failsoft import CircuitBreaker, Policy, with_retry


@pytest.fixture(params=["retry", "breaker", "policy", "deadline"])
def guard(request):
    guards = {
        "retry": with_retry(),
        "breaker": CircuitBreaker("wrapping"),
        "policy": Policy(retry={}, circuit_breaker={}),
        "deadline": Policy(retry={"deadline": 60}),
    }
    return guards[request.param]


class TestCoroutines:
    def test_functions_are_known_as_what_they_are(self, guard):
        async def fetch():
            return None

        assert inspect.iscoroutinefunction(guard(fetch))
        assert not inspect.iscoroutinefunction(guard(lambda: None))

    @pytest.mark.skipif(not hasattr(inspect, "markcoroutinefunction"), reason="this Python marks none")
    @pytest.mark.asyncio
    async def test_one_that_is_only_marked_is_taken_at_its_word(self, time):
        calls = []

        async def fetch():
            calls.append(1)
            if len(calls) < 3:
                raise ConnectionError
            return "fresh"

        @inspect.markcoroutinefunction
        def marked():
            return fetch()

        guarded = with_retry(clock=time.clock)(marked)
        assert inspect.iscoroutinefunction(guarded)
        assert (await guarded(), len(calls)) == ("fresh", 3)

    @pytest.mark.asyncio
    async def test_every_kind_of_callable_can_be_one(self, guard):
        class Client:
            async def get(self, path):
                return path

            async def __call__(self, path):
                return path

            @guard
            async def guarded(self, path):
                return path

            @classmethod
            @guard
            async def made(cls, path):
                return path

        async def fetch(path):
            return path

        client = Client()
        for function in (client.get, client, functools.partial(fetch), fetch):
            assert inspect.iscoroutinefunction(guard(function)), function
            assert await guard(function)("/a") == "/a"
        assert await client.guarded("/a") == await Client.made("/a") == "/a"

    @pytest.mark.asyncio
    async def test_a_plain_function_that_returns_one_is_guarded(self, time):
        calls = []

        async def fetch(path):
            calls.append(path)
            if len(calls) < 3:
                raise ConnectionError
            return calls

        guarded = with_retry(clock=time.clock)(lambda path: fetch(path + "?page"))
        assert await guarded("/a") == ["/a?page"] * 3

    @pytest.mark.asyncio
    async def test_a_plain_function_may_raise_before_it_returns_one(self, time):
        calls = []

        async def late():
            if len(calls) < 3:
                calls.append("late")
                raise ConnectionError
            return "fresh"

        def fetch():
            if not calls:
                calls.append("early")
                raise ConnectionError
            return late()

        answer = with_retry(clock=time.clock)(fetch)()
        assert (await answer, calls) == ("fresh", ["early", "late", "late"])

    @pytest.mark.asyncio
    async def test_nothing_happens_before_it_is_awaited(self, guard):
        calls = []

        @guard
        async def fetch():
            calls.append(1)

        waiting = fetch()
        assert calls == []
        await waiting
        assert calls == [1]

    def test_one_guard_serves_several_loops(self, time):
        calls = []

        @with_retry(clock=time.clock)
        async def fetch():
            calls.append(1)
            if len(calls) % 2:
                raise ConnectionError
            return len(calls)

        assert [asyncio.run(fetch()) for _ in range(3)] == [2, 4, 6]


class TestMocks:
    def test_a_mock_is_a_plain_function(self, guard):
        fetch = MagicMock(return_value="fresh")
        assert guard(fetch)("/a", retries=1) == "fresh"
        fetch.assert_called_once_with("/a", retries=1)

    @pytest.mark.asyncio
    async def test_an_asynchronous_mock_is_a_coroutine_function(self, time):
        fetch = AsyncMock(side_effect=[ConnectionError, "fresh"])
        assert await with_retry(clock=time.clock)(fetch)("/a") == "fresh"
        assert fetch.await_count == 2
