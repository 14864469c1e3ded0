"""Breakers around blocks, and breakers that are shared."""

from __future__ import annotations

import contextvars

import pytest

import failsoft
from failsoft import CircuitBreaker, CircuitBreakerOpenError


class TestAsContextManager:
    def test_an_answer_and_a_failure_are_counted(self, breaker):
        with breaker as entered:
            assert entered is breaker
        for _ in range(3):
            with pytest.raises(ConnectionError), breaker:
                raise ConnectionError
        with pytest.raises(CircuitBreakerOpenError), breaker:
            pytest.fail("an open breaker let the block in")

    def test_nested_breakers_count_their_own(self, breaker, time):
        other = CircuitBreaker("stock", clock=time.clock)
        with breaker, pytest.raises(ConnectionError), other:
            raise ConnectionError
        assert (breaker.failure_count, other.failure_count) == (0, 1)

    def test_blocks_that_are_left_out_of_order_count_their_own(self, breaker, time):
        other = CircuitBreaker("stock", clock=time.clock)
        breaker.__enter__()
        other.__enter__()
        error = ConnectionError()
        breaker.__exit__(type(error), error, None)
        other.__exit__(None, None, None)
        assert (breaker.failure_count, other.failure_count) == (1, 0)

    def test_a_refused_entry_does_not_disturb_the_outer_block(self, breaker, time):
        other = CircuitBreaker("stock", clock=time.clock)
        other.force_open()
        with pytest.raises(ConnectionError), breaker:
            with pytest.raises(CircuitBreakerOpenError), other:
                pass
            raise ConnectionError
        assert breaker.failure_count == 1

    @pytest.mark.asyncio
    async def test_asynchronously(self, breaker):
        async with breaker as entered:
            assert entered is breaker
        for _ in range(3):
            with pytest.raises(ConnectionError):
                async with breaker:
                    raise ConnectionError
        assert breaker.is_open
        with pytest.raises(CircuitBreakerOpenError):
            async with breaker:
                pytest.fail("an open breaker let the block in")

    @pytest.mark.asyncio
    async def test_a_block_may_be_left_in_another_context(self, breaker):
        error = ConnectionError()
        contextvars.copy_context().run(breaker.__enter__)
        contextvars.copy_context().run(breaker.__exit__, type(error), error, None)
        assert breaker.failure_count == 1


class TestSharing:
    def test_functions_share_the_breaker_that_guards_them(self, breaker, down):
        get, put = breaker(down), breaker(lambda: "put")
        for _ in range(3):
            with pytest.raises(ConnectionError):
                get()
        with pytest.raises(CircuitBreakerOpenError):
            put()

    def test_policies_may_share_one(self, breaker, down, time):
        policies = [failsoft.Policy(circuit_breaker=breaker, clock=time.clock) for _ in range(2)]
        for policy in (*policies, policies[0]):
            assert policy.circuit_breaker is breaker
            with pytest.raises(ConnectionError):
                policy.call(down)
        assert breaker.is_open
        with pytest.raises(CircuitBreakerOpenError) as caught:
            policies[1](len)("")
        assert caught.value.name == "prices"

    def test_a_shared_one_keeps_what_it_counts(self, time, script):
        breaker = CircuitBreaker(failure_threshold=1, expected_exception=KeyError, clock=time.clock)
        policy = failsoft.Policy(circuit_breaker=breaker)
        other = failsoft.Policy(circuit_breaker=failsoft.Policy(circuit_breaker=breaker).circuit_breaker)
        for guard in (policy, other):
            for error in (ConnectionError(), KeyError()):
                with pytest.raises(type(error)):
                    guard.call(script(error))
            assert breaker.is_open
            breaker.reset()

    def test_the_breaker_of_a_policy_keeps_what_it_counts_when_it_is_shared(self, time, script):
        owner = failsoft.Policy(
            circuit_breaker={"failure_threshold": 1, "expected_exception": "KeyError"}, clock=time.clock
        )
        policy = failsoft.Policy(circuit_breaker=owner.circuit_breaker)
        for error in (ConnectionError(), KeyError()):
            assert not owner.circuit_breaker.is_open
            with pytest.raises(type(error)):
                policy.call(script(error))
        assert owner.circuit_breaker.is_open

    def test_the_breaker_of_a_policy_does_not_retry_by_itself(self, time, script):
        policy = failsoft.Policy(retry={}, circuit_breaker={}, clock=time.clock)
        fetch = script(ConnectionError())
        with pytest.raises(ConnectionError):
            policy.circuit_breaker.call(fetch)
        assert (fetch.calls, policy.circuit_breaker.failure_count) == (1, 1)
