"""What is logged, at which level, and that no secret is."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import failsoft
from failsoft import CircuitBreaker, Policy, with_retry

CANARY = "cAnArY7f3e9d1b"
SECRETS = {
    "an authorization header": f"401 for request with Authorization: Bearer {CANARY}x",
    "basic authorization": f"headers={{'Authorization': 'Basic {CANARY}=='}}",
    "a key in a query": f"GET https://api.example.org/v1?api_key={CANARY}&q=1 failed",
    "a token in a query": f"GET https://api.example.org/v1?q=1&access_token={CANARY} failed",
    "a signature in a query": f"https://blob.example.org/x?sv=2020&sig={CANARY}%3D timed out",
    "a password in an address": f"connect to postgres://admin:{CANARY}@db.example.org/app timed out",
    "a bearer token": f"upstream said: bearer {CANARY} has expired",
    "a provider's key": f"Incorrect API key provided: sk-{CANARY}{CANARY}",
    "an assignment": f"could not log in with password={CANARY} as admin",
    "json": json.dumps({"client_secret": CANARY, "id": 7}),
    "a cookie": f"sent Cookie: session={CANARY}; theme=dark",
    "an own header": f"x-api-key: {CANARY} was refused",
}


class TestLevels:
    def test_an_answer_at_once_logs_nothing(self, lines, time):
        with_retry(clock=time.clock)(len)("")
        assert lines() == []

    def test_a_retry_is_a_warning_and_a_recovery_information(self, lines, time):
        calls = []

        @with_retry(jitter=False, clock=time.clock)
        def fetch_prices():
            calls.append(1)
            if len(calls) < 3:
                raise ConnectionError("refused")
            return "fresh"

        fetch_prices()
        name = fetch_prices.__qualname__
        assert lines() == [
            (
                "WARNING",
                f"{name}: attempt 1 of 4 failed (connection: ConnectionError: refused), retrying in 1 s",
            ),
            (
                "WARNING",
                f"{name}: attempt 2 of 4 failed (connection: ConnectionError: refused), retrying in 2 s",
            ),
            ("INFO", f"{name}: succeeded on attempt 3"),
        ]

    def test_giving_up_is_an_error(self, lines, time, down):
        policy = Policy(name="prices", retry={"max_attempts": 2, "jitter": False}, clock=time.clock)
        with pytest.raises(ConnectionError):
            policy.call(down)
        with pytest.raises(ValueError):
            policy.call(int, "x")
        assert [(level, text.partition("(")[0]) for level, text in lines()] == [
            ("WARNING", "prices: attempt 1 of 2 failed "),
            ("ERROR", "prices: giving up after 2 of 2 attempts, exhausted "),
            ("ERROR", "prices: giving up after 1 of 2 attempts, permanent "),
        ]

    def test_a_fallback_is_information(self, lines, time, down):
        def cached():
            return "cached"

        Policy(name="prices", fallback=cached, clock=time.clock).call(down)
        assert lines()[-1] == ("INFO", f"prices: answered by its fallback {cached.__qualname__}")

    def test_every_state_of_a_breaker_is_told(self, lines, time, down):
        breaker = CircuitBreaker("prices", failure_threshold=1, recovery_timeout=1, clock=time.clock)
        with pytest.raises(ConnectionError):
            breaker.call(down)
        with pytest.raises(failsoft.CircuitBreakerOpenError):
            breaker.call(down)
        time.passes(1)
        breaker.call(len, "")
        breaker.force_open()
        breaker.reset()
        assert lines() == [
            ("WARNING", "prices: circuit breaker open, was closed (consecutive_failures)"),
            (
                "DEBUG",
                "prices: not called: CircuitBreakerOpenError: Circuit Breaker open of prices: retry in 1 s",
            ),
            ("INFO", "prices: circuit breaker half_open, was open (recovery_timeout)"),
            ("INFO", "prices: circuit breaker closed, was half_open (probes_succeeded)"),
            ("WARNING", "prices: circuit breaker forced_open, was closed (manual)"),
            ("INFO", "prices: circuit breaker closed, was forced_open (manual)"),
        ]

    def test_a_shared_breaker_is_told_by_its_own_name(self, lines, time, down):
        breaker = CircuitBreaker("prices", failure_threshold=1, clock=time.clock)
        with pytest.raises(ConnectionError):
            Policy(name="llm", circuit_breaker=breaker, clock=time.clock).call(down)
        assert lines() == [("WARNING", "prices: circuit breaker open, was closed (consecutive_failures)")]

    def test_messages_of_the_document_take_the_place_of_ours(self, lines, time, script):
        policy = Policy(
            retry={"max_attempts": 5, "jitter": False},
            error_handling={
                "on_retry": {
                    "action": "log",
                    "message": "Retrying (attempt ${attempt_number}/${max_attempts})",
                },
                "on_recovery": {"action": "log", "message": "Recovered after ${attempt_number} attempts"},
            },
            clock=time.clock,
        )
        policy.call(script(ConnectionError(), ConnectionError(), "fresh"))
        assert lines() == [
            ("WARNING", "Retrying (attempt 2/5)"),
            ("WARNING", "Retrying (attempt 3/5)"),
            ("INFO", "Recovered after 3 attempts"),
        ]

    def test_the_documents_messages_on_failure_and_on_an_open_circuit_do_too(self, lines, time, down):
        policy = Policy(
            retry={"max_attempts": 2, "jitter": False},
            circuit_breaker={"failure_threshold": 2},
            error_handling={
                "on_failure": {"message": "gave up after ${attempt_number} of ${max_attempts}"},
                "on_circuit_open": {"message": "pausing"},
            },
            clock=time.clock,
        )
        with pytest.raises(ConnectionError):
            policy.call(down)
        assert lines()[1:] == [("WARNING", "pausing"), ("ERROR", "gave up after 2 of 2")]

    def test_a_message_may_hold_percent_signs_and_line_breaks(self, lines, time, script):
        error = ConnectionError("100 %s of\nthe %d lines\r\x1b[31m are down")
        with_retry(clock=time.clock)(script(error, "fresh"))()
        text = lines()[0][1]
        assert "100 %s of" in text
        assert not set("\n\r\x1b") & set(text), "a message must not forge lines of the log"


class TestSecrets:
    @pytest.mark.parametrize("name", SECRETS)
    def test_in_messages_reach_neither_logs_nor_reports(self, lines, time, script, name):
        class ServerError(Exception):
            status_code = 503

        error = ServerError(SECRETS[name])
        error.__cause__ = ConnectionError(SECRETS[name])
        policy = Policy(retry={"max_attempts": 2}, fallback=lambda: None, clock=time.clock)
        policy.call(script(error))
        failing = Policy(retry={"max_attempts": 2}, circuit_breaker={}, clock=time.clock)
        with pytest.raises(ServerError):
            failing.call(script(error))
        told = [text for _, text in lines()]
        assert len(told) >= 4
        told += [repr(failsoft.report(error)), repr(failsoft.classify(error))]
        told += [json.dumps(failing.circuit_breaker.snapshot()), repr(failing.circuit_breaker)]
        assert [text for text in told if CANARY in text] == []

    def test_in_headers_reach_neither_logs_nor_reports(self, lines, time, script):
        class ServerError(Exception):
            status_code = 503
            headers = {  # noqa: RUF012
                "authorization": f"Bearer {CANARY}",
                "set-cookie": CANARY,
                "retry-after": "1",
            }

        error = ServerError("service unavailable")
        with pytest.raises(ServerError):
            with_retry(max_attempts=2, clock=time.clock)(script(error))()
        told = [*(text for _, text in lines()), repr(failsoft.report(error)), repr(failsoft.classify(error))]
        assert [text for text in told if CANARY in text] == []
        assert failsoft.classify(error).retry_after == 1.0

    @pytest.mark.parametrize("name", SECRETS)
    def test_in_a_policy_do_not_come_back_in_its_errors(self, name):
        with pytest.raises(failsoft.ConfigError) as caught:
            Policy(retry={"jitter": SECRETS[name], SECRETS[name]: 1})
        assert CANARY not in str(caught.value)

    def test_harmless_words_stay(self, lines, time, script):
        text = "GET https://example.org/prices?page=2 took 3.5 s, token bucket empty"
        with_retry(clock=time.clock)(script(ConnectionError(text), "fresh"))()
        assert text in lines()[0][1]


class TestStrangeErrors:
    def test_half_a_character_does_not_stop_the_retry(self, lines, time, script):
        assert with_retry(clock=time.clock)(script(ConnectionError("\ud800 down"), "fresh"))() == "fresh"
        assert lines()[0][1].encode("utf-8")

    def test_a_message_of_megabytes_is_cut(self, lines, time, script):
        assert with_retry(clock=time.clock)(script(ConnectionError("x" * 2_000_000), "fresh"))() == "fresh"
        assert len(lines()[0][1]) < 10_000

    def test_an_error_that_can_not_be_printed_is_named(self, lines, time, script):
        class Broken(ConnectionError):
            def __str__(self):
                raise RuntimeError("broken")

        assert with_retry(clock=time.clock)(script(Broken(), "fresh"))() == "fresh"
        assert "(connection: Broken)" in lines()[0][1]


def modules(code):
    """Which of the costly modules a fresh interpreter has loaded after ``code``."""
    wanted = "{'logging', 'asyncio', 'httpx', 'ssl', 'socket'}"
    program = f"import sys\n{code}\nprint(sorted({wanted} & set(sys.modules)))"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


class TestImports:
    def test_nothing_costly_is_loaded_before_a_failure(self):
        succeeds = "import failsoft\nfailsoft.with_retry(len)('')\nfailsoft.CircuitBreaker().call(len, '')"
        assert modules("import failsoft") == modules(succeeds) == "[]"

    def test_logging_comes_with_the_first_line(self):
        code = (
            "import failsoft\n"
            "def down(): raise ConnectionError\n"
            "failsoft.Policy(retry={'initial_delay': 0}, fallback=dict).call(down)"
        )
        assert "'logging'" in modules(code)

    def test_classifying_loads_nothing(self):
        assert modules("import failsoft\nfailsoft.classify(ConnectionError())") == "[]"
