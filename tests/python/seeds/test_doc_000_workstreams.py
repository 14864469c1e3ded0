"""Document 000, workstream error handling: each of its samples, as a user of failsoft writes it."""

from __future__ import annotations

import asyncio
import json
import logging
import urllib.error

import pytest

from conftest import spread
from failsoft import CircuitBreaker, CircuitBreakerOpenError, CircuitBreakerState, Policy, report
from failsoft.recipes import NetworkClient

CIRCUIT_BREAKER = """
{
  "circuit_breaker": {
    "max_attempts": 5,
    "max_error_repeats": 3,
    "cooldown_seconds": 30,
    "error_patterns": [
      "TimeoutError",
      "ConnectionError",
      "rate limit exceeded"
    ],
    "escalation_strategy": "exponential_backoff"
  }
}
"""

RETRY = """
{
  "retry": {
    "enabled": true,
    "strategy": "exponential",
    "initial_delay": 1,
    "max_delay": 60,
    "jitter": true
  }
}
"""

ERROR_HANDLING = """
{
  "error_handling": {
    "on_failure": {
      "action": "log_and_continue",
      "collect_diagnostics": true,
      "notify": ["example@team.com"]
    },
    "on_retry": {
      "action": "log",
      "message": "Retrying (attempt ${attempt_number}/${max_attempts})"
    },
    "on_recovery": {
      "action": "log",
      "message": "Recovered after ${attempt_number} attempts"
    },
    "on_circuit_open": {
      "action": "pause_and_notify",
      "pause_duration": 30
    }
  }
}
"""


def blocks(*texts, **changes):
    """The document's blocks in one policy document, some of their values changed."""
    document = {}
    for text in texts:
        document |= json.loads(text)
    for section, values in changes.items():
        document[section] = {**document.get(section, {}), **values}
    return document


@pytest.fixture
def step(time):
    """A step of a workstream under a document, and what was told of it."""

    def make(document, name="step"):
        told = []
        policy = Policy.from_dict(
            {"name": name, **document}, clock=time.clock, on_event=lambda event: told.append(event.message)
        )
        return policy, told

    return make


class TestCircuitBreakerBlock:
    def test_w1_it_loads_as_it_is(self):
        policy = Policy.from_json(CIRCUIT_BREAKER)
        assert policy.circuit_breaker.state is CircuitBreakerState.CLOSED

    def test_w1_max_attempts_bounds_the_call(self, step, script):
        policy, _ = step(blocks(CIRCUIT_BREAKER, RETRY))
        function = script(ConnectionError("refused"))
        with pytest.raises(ConnectionError):
            policy.call(function)
        assert function.calls == 5

    def test_w1_errors_of_other_patterns_do_not_count(self, time, script):
        policy = Policy.from_dict(
            blocks(CIRCUIT_BREAKER, circuit_breaker={"escalation_strategy": "open_circuit"}), clock=time.clock
        )
        for _ in range(9):
            with pytest.raises(BlockingIOError):
                policy.call(script(BlockingIOError("busy")))
        assert policy.circuit_breaker.failure_count == 0

    @pytest.mark.parametrize(("block", "attempts"), [({"max_attempts": 3}, 3), ({"max_error_repeats": 5}, 5)])
    def test_w1_too_many_retries_and_a_breaker_too_quick_are_cured_as_it_says(
        self, step, script, block, attempts
    ):
        changed = {"escalation_strategy": "open_circuit", **block}
        policy, _ = step(blocks(CIRCUIT_BREAKER, RETRY, circuit_breaker=changed))
        function = script(ConnectionError("refused"))
        with pytest.raises(ConnectionError):
            policy.call(function)
        assert function.calls == attempts


class TestRetryBlock:
    def test_w2_it_loads_as_it_is_and_waits_double(self, step, script, time):
        policy, _ = step(blocks(RETRY, retry={"jitter": False, "max_attempts": 6}))
        with pytest.raises(ConnectionError):
            policy.call(script(ConnectionError("refused")))
        assert (time.slept, sum(time.slept)) == ([1, 2, 4, 8, 16], 31)

    def test_w2_retries_that_happen_too_slowly_are_made_linear(self, step, script, time):
        linear = {"strategy": "linear", "initial_delay": 0.5}
        policy, _ = step({"retry": {**linear, "jitter": False, "max_attempts": 4}})
        with pytest.raises(ConnectionError):
            policy.call(script(ConnectionError("refused")))
        assert time.slept == [0.5, 1, 1.5]

    def test_w2_switched_off_nothing_is_retried(self, step, script):
        policy, _ = step(blocks(RETRY, retry={"enabled": False}))
        function = script(ConnectionError("refused"))
        with pytest.raises(ConnectionError):
            policy.call(function)
        assert function.calls == 1

    def test_w9_jitter_is_half_of_the_delay_up_or_down(self, time, script):
        for seed in range(50):
            policy = Policy.from_dict(blocks(RETRY), clock=time.clock, seed=seed)
            with pytest.raises(ConnectionError):
                policy.call(script(ConnectionError("refused")))
        assert spread(time.slept[::3], 0.5, 1.5)
        assert spread(time.slept[1::3], 1, 3)


class TestErrorHandlingBlock:
    def test_w3_it_loads_as_it_is_and_its_words_are_logged(self, step, script, lines):
        document = blocks(RETRY, ERROR_HANDLING, retry={"jitter": False, "max_attempts": 5})
        policy, told = step(document)
        policy.call(script(ConnectionError("refused"), ConnectionError("refused"), "done"))
        expected = [
            "Retrying (attempt 2/5)",
            "Retrying (attempt 3/5)",
            "Recovered after 3 attempts",
        ]
        assert told == expected
        assert lines() == list(zip(("WARNING", "WARNING", "INFO"), expected, strict=True))


class TestScenarios:
    """The order of events, as ``[INFO]`` and ``[WARN]`` have it."""

    CALM = blocks(CIRCUIT_BREAKER, RETRY, retry={"jitter": False})

    def test_w4_success_on_the_first_try(self, step, script, lines):
        policy, told = step(self.CALM)
        assert policy.call(script("done")) == "done"
        assert (told, lines()) == ([], [])

    def test_w4_a_transient_failure_with_recovery(self, step, script, lines):
        policy, _ = step(self.CALM)
        assert policy.call(script(ConnectionError("refused"), "done")) == "done"
        failed = "step: attempt 1 of 5 failed (connection: ConnectionError: refused), retrying in 1 s"
        assert lines() == [("WARNING", failed), ("INFO", "step: succeeded on attempt 2")]

    def test_w4_three_identical_errors_escalate_to_exponential_backoff(self, step, script, time):
        policy, _ = step(blocks(CIRCUIT_BREAKER, RETRY, retry={"jitter": False, "strategy": "linear"}))
        late = TimeoutError("timed out")
        assert policy.call(script(late, late, late, {"done": 1})) == {"done": 1}
        assert time.slept == [1, 2, 4]

    def test_w4_w5_identical_errors_open_the_breaker_which_cools_down_and_closes(
        self, step, script, time, lines
    ):
        document = blocks(
            CIRCUIT_BREAKER,
            RETRY,
            retry={"jitter": False},
            circuit_breaker={"escalation_strategy": "open_circuit"},
        )
        policy, _ = step(document)
        function = script(*[ConnectionError("refused")] * 3, "done")
        with pytest.raises(ConnectionError):
            policy.call(function)
        with pytest.raises(RuntimeError, match="Circuit Breaker open"):
            policy.call(function)
        assert function.calls == 3
        time.passes(30)
        assert policy.circuit_breaker.state is CircuitBreakerState.HALF_OPEN
        assert policy.call(function) == "done"
        states = [text for _, text in lines() if "circuit breaker" in text]
        assert states == [
            "step: circuit breaker open, was closed (identical_failures)",
            "step: circuit breaker half_open, was open (recovery_timeout)",
            "step: circuit breaker closed, was half_open (probes_succeeded)",
        ]

    def test_w4_after_the_last_attempt_the_failure_is_permanent(self, step, script, time):
        policy, told = step(self.CALM)
        with pytest.raises(ConnectionError) as caught:
            policy.call(script(ConnectionError("refused")))
        known = report(caught.value)
        assert (known.attempt_count, known.stop_reason, sum(time.slept)) == (5, "exhausted", 15)
        assert told[-1] == (
            "step: giving up after 5 of 5 attempts, exhausted (connection: ConnectionError: refused)"
        )


class TestNetworkClient:
    @pytest.fixture
    def client(self, time):
        return NetworkClient(max_attempts=5, jitter=False, clock=time.clock)

    def test_w8_it_reads_a_page(self, client, server):
        assert client.get(server((200, "prices: 7 €", {})).url) == "prices: 7 €"

    def test_w8_a_server_that_recovers_is_asked_again(self, client, server, time, lines):
        flaky = server(503, 503, 200)
        assert client.get(f"{flaky.url}/prices") == "fresh"
        assert (flaky.requests, time.slept) == (["/prices"] * 3, [1, 2])
        assert lines()[-1] == ("INFO", f"GET {flaky.url}/prices: succeeded on attempt 3")

    def test_w8_a_server_that_asks_for_a_pause_gets_it(self, client, server, time):
        client.get(server((503, "", {"retry-after": "7"}), 200).url)
        assert time.slept == [7]

    def test_w8_what_is_not_there_is_asked_for_once(self, client, server):
        missing = server(404)
        with pytest.raises(urllib.error.HTTPError) as caught:
            client.get(missing.url)
        assert (caught.value.code, len(missing.requests)) == (404, 1)

    def test_w8_nobody_there_is_found_out(self, client, server, time):
        gone = server(200)
        gone.close = lambda: None
        gone._http.shutdown()
        gone._thread.join()
        gone._http.server_close()
        with pytest.raises(urllib.error.URLError):
            client.get(gone.url)
        assert time.slept == [1, 2]
        with pytest.raises(CircuitBreakerOpenError):
            client.get(gone.url)

    def test_w8_coroutines_read_pages_too(self, client, server, time):
        assert asyncio.run(client.get_async(server(503, 200).url)) == "fresh"
        assert time.slept == [1]

    def test_w8_any_operation_can_be_made(self, client, script, time, lines):
        function = script(ConnectionError("refused"), RuntimeError("strange"), "done")
        assert client.request_with_retry(function, "sync of orders") == "done"
        assert lines()[-1] == ("INFO", "sync of orders: succeeded on attempt 3")
        assert time.slept == [1, 2]

    def test_w8_secrets_of_an_address_are_not_logged(self, client, server, lines):
        client.get(f"{server(503, 200).url}/?api_key=sk-0123456789abcdef0123")
        assert [text for _, text in lines() if "0123456789abcdef" in text] == []

    def test_w8_its_main_program_tells_how_it_is_set(self):
        client = NetworkClient(max_attempts=5, jitter=True)
        told = [
            f"Max attempts: {client.max_attempts}",
            f"Circuit breaker enabled: threshold={client.failure_threshold}",
        ]
        assert told == ["Max attempts: 5", "Circuit breaker enabled: threshold=3"]

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "prices", 7])
    def test_w8_only_pages_of_servers_are_read(self, client, url):
        with pytest.raises(ValueError, match=r"url: found .* \(expected an address that begins with http"):
            client.get(url)

    def test_w5_only_identical_errors_open_the_breaker(self, client, script):
        different = script(ConnectionError("one"), TimeoutError("two"), ConnectionError("one"), "done")
        assert client.request_with_retry(different) == "done"
        with pytest.raises(ConnectionError):
            client.request_with_retry(script(ConnectionError("one")))
        assert client.circuit_breaker.state is CircuitBreakerState.OPEN

    def test_w9_its_delays_are_spread_by_half(self, time, script):
        for seed in range(50):
            client = NetworkClient(clock=time.clock, seed=seed)
            client.request_with_retry(script(ConnectionError("refused"), "done"))
        assert spread(time.slept, 0.5, 1.5)


class TestCircuitBreaker:
    """The class of the generated code: what it records, failsoft's records by itself."""

    def test_w5_it_opens_on_identical_errors_and_tests_with_one_request(self, time, caplog):
        caplog.set_level(logging.INFO, logger="failsoft")
        breaker = CircuitBreaker("client", identical_failures=3, recovery_timeout=30, clock=time.clock)
        for _ in range(3):
            with pytest.raises(TimeoutError), breaker:
                raise TimeoutError("timed out")
        assert (breaker.is_available(), breaker.state.value) == (False, "open")
        time.passes(30)
        assert (breaker.is_available(), breaker.state.value) == (True, "half_open")
        with breaker:
            pass
        assert (breaker.state.value, breaker.failure_count) == ("closed", 0)
