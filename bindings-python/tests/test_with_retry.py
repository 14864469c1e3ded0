"""What is called how often, with what, and what comes out."""

from __future__ import annotations

import functools

import pytest

import failsoft
from failsoft import RetryConfig, with_retry
from support import FakeTime


def test_a_call_that_answers_is_made_once_and_leaves_no_report(time, script):
    fetch = script(fresh := object())
    answer = with_retry(clock=time.clock)(fetch)()
    assert (answer, fetch.calls, time.slept, failsoft.report(answer)) == (fresh, 1, [], None)


def test_a_transient_error_is_retried_until_it_answers(time, script):
    fetch = script(ConnectionError("reset"), TimeoutError("timed out"), "fresh")
    answer = with_retry(clock=time.clock, jitter=False)(fetch)()
    assert (answer, fetch.calls, time.slept) == ("fresh", 3, [1.0, 2.0])


def test_a_permanent_error_comes_out_at_once(time, script):
    wrong = ValueError("no such voucher")
    fetch = script(wrong)
    with pytest.raises(ValueError) as caught:
        with_retry(clock=time.clock)(fetch)()
    assert (caught.value is wrong, fetch.calls, time.slept) == (True, 1, [])


def test_the_last_error_comes_out_when_all_attempts_are_used_up(time, script):
    errors = [ConnectionError(word) for word in ("first", "second", "third", "fourth")]
    fetch = script(*errors)
    with pytest.raises(ConnectionError) as caught:
        with_retry(clock=time.clock, jitter=False)(fetch)()
    assert (caught.value is errors[-1], fetch.calls, time.slept) == (True, 4, [1.0, 2.0, 4.0])


def test_retries_count_without_the_first_call_and_attempts_with_it(time, script):
    for settings in ({"max_retries": 2}, {"max_attempts": 3}):
        fetch = script(ConnectionError())
        with pytest.raises(ConnectionError):
            with_retry(clock=time.clock, **settings)(fetch)()
        assert fetch.calls == 3, settings


def test_one_attempt_means_no_retry(time, script):
    fetch = script(ConnectionError())
    with pytest.raises(ConnectionError):
        with_retry(max_attempts=1, clock=time.clock)(fetch)()
    assert (fetch.calls, time.slept) == (1, [])


def test_a_delay_of_zero_never_sleeps(time, script):
    fetch = script(ConnectionError(), "fresh")
    assert with_retry(initial_delay=0, clock=time.clock)(fetch)() == "fresh"
    assert time.slept == []


def test_listed_delays_are_waited_one_by_one(time, script):
    fetch = script(ConnectionError(), ConnectionError(), ConnectionError(), "fresh")
    answer = with_retry(delays=[0.1, "250ms", "2s"], jitter="none", clock=time.clock)(fetch)()
    assert (answer, time.slept) == ("fresh", [0.1, 0.25, 2.0])


def test_jitter_stays_within_its_bounds_and_below_the_cap(script):
    waits = []
    for _ in range(200):
        time = FakeTime()
        with_retry(initial_delay=1, max_delay=1, clock=time.clock)(script(ConnectionError(), "fresh"))()
        waits += time.slept
    assert all(0.5 <= wait <= 1.0 for wait in waits)
    assert len(set(waits)) > 150


def test_a_seeded_policy_waits_the_same_again(script):
    def waits():
        time = FakeTime()
        policy = failsoft.Policy(retry=RetryConfig(max_retries=5), seed=7, clock=time.clock)
        policy(script(*[ConnectionError()] * 5, "fresh"))()
        return time.slept

    assert waits() == waits()


def test_a_server_hint_replaces_the_delay(time, script):
    class Busy(Exception):
        status_code = 503
        headers = {"Retry-After": "7"}  # noqa: RUF012

    class Lower(Busy):
        headers = {"retry-after": "7"}  # noqa: RUF012

    for kind in (Busy, Lower):
        time.slept.clear()
        assert with_retry(clock=time.clock)(script(kind(), "fresh"))() == "fresh"
        assert time.slept == [7.0], kind


def test_a_hint_above_the_cap_ends_the_call(time, script):
    class Busy(Exception):
        status_code = 429
        headers = {"retry-after": "3600"}  # noqa: RUF012

    fetch = script(Busy())
    with pytest.raises(Busy) as caught:
        with_retry(clock=time.clock)(fetch)()
    assert (fetch.calls, time.slept) == (1, [])
    assert failsoft.report(caught.value).stop_reason == "retry_after_over_cap"


def test_only_listed_exceptions_are_retried(time, script):
    class Flaky(Exception):
        pass

    class Flakier(Flaky):
        pass

    guard = with_retry(retryable_exceptions=(Flaky, "KeyError"), clock=time.clock)
    assert guard(script(Flakier(), KeyError("gone"), "fresh"))() == "fresh"
    with pytest.raises(ConnectionError):
        guard(script(ConnectionError(), "fresh"))()


# mode: write repeated that may have been done
def test_a_call_that_is_not_idempotent_is_repeated_only_if_it_never_left(time, script):
    guard = with_retry(idempotent=False, clock=time.clock)
    assert guard(script(ConnectionRefusedError(111, "refused"), "sent"))() == "sent"
    sent = script(ConnectionResetError(104, "reset"), "sent twice")
    with pytest.raises(ConnectionResetError) as caught:
        guard(sent)()
    assert (sent.calls, failsoft.report(caught.value).stop_reason) == (1, "not_idempotent")


def test_a_disabled_retry_section_calls_once(time, script):
    fetch = script(ConnectionError())
    with pytest.raises(ConnectionError):
        with_retry(enabled=False, clock=time.clock)(fetch)()
    assert fetch.calls == 1


def test_two_interleaved_calls_through_one_guard_have_their_own_attempts(time):
    calls = []

    @with_retry(max_attempts=3, jitter=False, clock=time.clock)
    def fetch(name, nested):
        calls.append(name)
        if nested and len(calls) == 1:
            with pytest.raises(ConnectionError):
                fetch("inner", nested=False)
        raise ConnectionError(name)

    with pytest.raises(ConnectionError, match="outer"):
        fetch("outer", nested=True)
    assert calls == ["outer", "inner", "inner", "inner", "outer", "outer"]


# mode: retries of one call taken from the next
def test_a_call_after_an_exhausted_one_gets_all_of_its_attempts(time, script):
    fetch = script(ConnectionError())
    guarded = with_retry(max_attempts=3, clock=time.clock)(fetch)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            guarded()
    assert fetch.calls == 6


class TestFallback:
    def test_answers_when_all_attempts_are_used_up(self, time, script):
        fetch = script(ConnectionError())
        guarded = with_retry(fallback=lambda: "cached", clock=time.clock)(fetch)
        assert (guarded(), fetch.calls) == ("cached", 4)

    def test_answers_for_a_permanent_error_at_once(self, time, script):
        fetch = script(ValueError("nonsense"))
        guarded = with_retry(fallback=lambda: "cached", clock=time.clock)(fetch)
        assert (guarded(), fetch.calls, time.slept) == ("cached", 1, [])

    def test_is_given_the_arguments_if_it_takes_any(self, time):
        @with_retry(fallback=lambda *args, **kwargs: (args, kwargs), clock=time.clock)
        def fetch(url, *, region):
            raise ConnectionError(url, region)

        assert fetch("/prices", region="eu") == (("/prices",), {"region": "eu"})

    def test_may_be_a_bound_method_without_arguments(self, time, down):
        class Cache:
            def read(self):
                return "cached"

        assert with_retry(fallback=Cache().read, clock=time.clock)(down)() == "cached"

    def test_may_be_a_partial_or_an_object_without_arguments(self, time):
        class Cache:
            def __call__(self):
                return "cached"

        for fallback in (Cache(), functools.partial(lambda answer: answer, "cached")):

            @with_retry(fallback=fallback, clock=time.clock)
            def fetch(url):
                raise ConnectionError(url)

            assert fetch("/prices") == "cached", fallback

    def test_raises_its_own_error_with_the_first_one_as_context(self, time, script):
        down = ConnectionError("the service is down")
        empty = LookupError("the cache is empty")
        guarded = with_retry(max_attempts=2, fallback=script(empty), clock=time.clock)(script(down))
        with pytest.raises(LookupError) as caught:
            guarded()
        assert (caught.value is empty, caught.value.__context__ is down) == (True, True)

    def test_is_named_in_the_report(self, time, script):
        cached = {"price": 1}
        answer = with_retry(fallback=lambda: cached, clock=time.clock)(script(ConnectionError()))()
        report = failsoft.report(answer)
        assert (answer is cached, report.served_by, report.stop_reason) == (True, "fallback", "exhausted")

    def test_that_can_not_be_called_is_refused(self):
        with pytest.raises(failsoft.ConfigError) as caught:
            with_retry(fallback="cached")
        assert caught.value.problems == [
            ("wrong_type", "fallback", "expected something to call, found a str")
        ]

    @pytest.mark.asyncio
    async def test_of_a_coroutine_function_may_be_either_kind(self, time):
        async def cached():
            return "cached"

        for fallback in (cached, lambda: "cached"):

            @with_retry(fallback=fallback, clock=time.clock)
            async def fetch():
                raise ConnectionError

            assert await fetch() == "cached"


class TestTheThreeForms:
    def test_bare(self):
        @with_retry
        def fetch(url):
            return url

        assert fetch("/prices") == "/prices"

    def test_called_without_anything(self):
        @with_retry()
        def fetch(url):
            return url

        assert fetch("/prices") == "/prices"

    def test_with_a_config(self, time, script):
        config = RetryConfig(max_retries=1)
        for guard in (with_retry(config, clock=time.clock), with_retry(config=config, clock=time.clock)):
            fetch = script(ConnectionError())
            with pytest.raises(ConnectionError):
                guard(fetch)()
            assert fetch.calls == 2

    def test_under_three_names(self):
        assert failsoft.with_retry is failsoft.with_retry_async is failsoft.retry

    def test_not_with_both_a_config_and_settings(self):
        with pytest.raises(TypeError, match="either a config or settings, not both"):
            with_retry(RetryConfig(), max_retries=1)

    def test_not_with_two_configs(self):
        with pytest.raises(TypeError, match="one config, not two"):
            with_retry(RetryConfig(), config=RetryConfig())

    def test_not_with_something_else(self):
        with pytest.raises(TypeError, match="expected a function or a RetryConfig, found a int"):
            with_retry(3)


class TestDocument:
    """The samples of document 002, with time that is told to pass."""

    def test_simple_retry_with_defaults(self, time, script):
        flaky_api_call = script(ConnectionError(), ConnectionError(), ConnectionError(), {"data": 1})
        assert with_retry(clock=time.clock)(flaky_api_call)() == {"data": 1}
        bounds = [(0.5, 1.5), (1, 3), (2, 6)]
        assert all(low <= wait <= high for wait, (low, high) in zip(time.slept, bounds, strict=True))

    def test_custom_retry_configuration(self, time, script):
        important_operation = script(*[ConnectionError()] * 5, "done")
        config = RetryConfig(max_retries=5, base_delay=2.0, max_delay=30.0, exponential_base=2.0, jitter=True)
        assert with_retry(config, clock=time.clock)(important_operation)() == "done"
        bounds = [(1, 3), (2, 6), (4, 12), (8, 24), (15, 30)]
        assert all(low <= wait <= high for wait, (low, high) in zip(time.slept, bounds, strict=True))

    def test_retry_with_fallback(self, time):
        def use_cached_data():
            return {"data": "cached"}

        @with_retry(fallback=use_cached_data, clock=time.clock)
        def fetch_fresh_data():
            raise ConnectionError("no network")

        assert fetch_fresh_data() == {"data": "cached"}

    @pytest.mark.asyncio
    async def test_async_retry(self, time):
        calls = []

        @failsoft.with_retry_async(RetryConfig(max_retries=5, jitter=False), clock=time.clock)
        async def async_api_call(prompt: str):
            calls.append(prompt)
            if len(calls) < 3:
                raise TimeoutError("timed out")
            return prompt.upper()

        assert await async_api_call("hello") == "HELLO"
        assert (calls, time.slept) == (["hello"] * 3, [1.0, 2.0])

    def test_the_keyword_classifier_is_theirs(self, time, script):
        policy = failsoft.Policy(retry={}, classify={"kind": "keyword"}, clock=time.clock)
        for text in ("network unreachable", "Too Many Requests", "HTTP 503", "temporary glitch"):
            assert policy(script(RuntimeError(text), "fresh"))() == "fresh", text
        for text in ("out of memory", "disk full", "resource exhausted", "bad request"):
            with pytest.raises(RuntimeError, match=text):
                policy(script(RuntimeError(text), "fresh"))()
