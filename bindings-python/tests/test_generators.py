"""A guarded generator function is retried before its first item, and after that it is the caller's."""

from __future__ import annotations

import contextlib
import gc
import threading

import pytest

import failsoft
from failsoft import Policy, with_retry
from streams import breaks_after, guard, has_a_place, pages, seen


@pytest.fixture
def calls():
    return []


@pytest.fixture
def policy(time):
    return guard(time)


class TestBeforeTheFirstItem:
    # mode: consumed body or generator retried
    def test_it_is_retried(self, policy, calls, time):
        guarded = policy(pages(calls, ConnectionError(), ConnectionError(), 1))
        assert list(guarded("/a")) == [1, 2, 3]
        assert (calls, time.slept, seen(policy)) == ([("/a",)] * 3, [1.0, 2.0], ("closed", 0))

    def test_no_call_is_made(self, policy, calls):
        guarded = policy(pages(calls, 1))
        waiting = guarded()
        policy.circuit_breaker.force_open()
        with pytest.raises(failsoft.CircuitBreakerOpenError):
            next(waiting)
        guarded().close()
        with pytest.raises(LookupError):
            guarded().throw(LookupError())
        assert calls == []

    def test_its_last_error_comes_out(self, time, calls):
        error = ConnectionError("down")
        guarded = with_retry(max_attempts=2, clock=time.clock)(pages(calls, error))
        with pytest.raises(ConnectionError) as caught:
            next(guarded())
        assert (caught.value is error, len(calls)) == (True, 2)
        told = failsoft.report(error)
        assert (told.stop_reason, told.attempt_count) == ("exhausted", 2)

    def test_a_permanent_error_is_not_retried(self, policy, calls):
        with pytest.raises(ValueError):
            next(policy(pages(calls, ValueError()))())
        assert len(calls) == 1

    def test_the_fallback_answers(self, time, calls):
        policy = with_retry(max_attempts=2, fallback=lambda path: ["cached", path], clock=time.clock)
        guarded = policy(pages(calls, ConnectionError()))
        assert list(guarded("/a")) == ["cached", "/a"]

    def test_the_fallback_may_be_a_generator_function(self, time, calls):
        def cached():
            answer = yield "cached"
            return answer

        policy = with_retry(max_attempts=1, fallback=cached, clock=time.clock)
        stream = policy(pages(calls, ConnectionError()))()
        assert next(stream) == "cached"
        with pytest.raises(StopIteration) as end:
            stream.send("thanks")
        assert end.value.value == "thanks"

    def test_what_the_fallback_does_after_its_first_item_is_the_callers(self, time, calls, lines):
        def cached(how):
            yield "cached"
            if how == "cut off":
                raise ConnectionError("cache")

        policy = Policy(
            retry={"max_attempts": 2},
            circuit_breaker={"failure_threshold": 9},
            fallback=cached,
            clock=time.clock,
        )
        guarded = policy(pages(calls, ConnectionError("down")))
        assert list(guarded("whole")) == ["cached"]
        with pytest.raises(ConnectionError, match="cache"):
            list(guarded("cut off"))
        assert policy.circuit_breaker.failure_count == 4
        assert [level for level, _ in lines()] == ["WARNING", "ERROR", "INFO"] * 2

    def test_a_fallback_that_fails_at_once_is_told_of(self, time, calls):
        broken = ConnectionError("cache")

        def cached():
            raise broken
            yield

        policy = with_retry(max_attempts=1, fallback=cached, clock=time.clock)
        with pytest.raises(ConnectionError) as caught:
            next(policy(pages(calls, ConnectionError("down")))())
        assert caught.value is broken
        assert failsoft.report(broken).stop_reason == "exhausted"

    def test_the_steps_of_a_document_answer_in_order(self, time, calls):
        def second():
            raise ConnectionError
            yield

        document = {"fallback": [{"name": "second"}, {"name": "third"}]}
        fallbacks = {"second": second, "third": lambda: "xy"}
        policy = Policy.from_dict(document, fallbacks=fallbacks, clock=time.clock)
        assert list(policy(pages(calls, ConnectionError()))()) == ["x", "y"]

    def test_cancellation_counts_as_nothing(self, policy, calls):
        with pytest.raises(KeyboardInterrupt):
            next(policy(pages(calls, KeyboardInterrupt()))())
        assert (len(calls), seen(policy), has_a_place(policy)) == (1, ("closed", 0), True)


class TestAfterTheFirstItem:
    # mode: consumed body or generator retried
    def test_an_error_comes_out_as_it_is_and_counts(self, policy, time):
        error = ConnectionError("cut off")
        stream = policy(breaks_after(1, error))()
        assert (next(stream), seen(policy)) == (1, ("closed", 0))
        with pytest.raises(ConnectionError) as caught:
            next(stream)
        assert (caught.value is error, time.slept, seen(policy)) == (True, [], ("closed", 1))
        told = failsoft.report(error)
        assert (told.attempt_count, told.stop_reason) == (1, "not_idempotent")
        assert has_a_place(policy)

    def test_the_fallback_is_not_asked(self, time):
        policy = with_retry(fallback=lambda: pytest.fail("nobody asked for it"), clock=time.clock)
        with pytest.raises(ConnectionError) as caught:
            list(policy(breaks_after(1, ConnectionError()))())
        assert failsoft.report(caught.value).stop_reason == "not_idempotent"

    def test_a_permanent_error_counts_as_it_does_elsewhere(self, policy):
        with pytest.raises(ValueError):
            list(policy(breaks_after(1, ValueError()))())
        assert (seen(policy), has_a_place(policy)) == (("closed", 0), True)

    def test_failures_open_the_breaker(self, policy):
        for _ in range(3):
            with pytest.raises(ConnectionError):
                list(policy(breaks_after(1, ConnectionError()))())
        assert seen(policy) == ("open", 3)

    def test_it_holds_its_place_until_it_ends(self, policy):
        stream = policy(pages([], 1))()
        next(stream)
        with pytest.raises(failsoft.BulkheadFullError):
            policy.call(str)
        assert list(stream) == [2, 3]
        assert has_a_place(policy)

    def test_it_costs_no_retry_budget(self, time):
        budget = {"capacity": 100, "retry_cost": 100}
        policy = Policy(retry={"budget": budget, "initial_delay": 0}, clock=time.clock)
        with pytest.raises(ConnectionError):
            list(policy(breaks_after(1, ConnectionError()))())
        assert list(policy(pages([], ConnectionError(), 1))()) == [1, 2, 3]

    def test_the_end_of_a_probe_closes_the_breaker(self, policy, time):
        for _ in range(3):
            with pytest.raises(ConnectionError):
                list(policy(breaks_after(1, ConnectionError()))())
        time.passes(60)
        stream = policy(pages([], 1))()
        assert (next(stream), seen(policy)[0]) == (1, "half_open")
        assert (list(stream), seen(policy)) == ([2, 3], ("closed", 0))

    def test_those_who_listen_hear_of_its_end(self, time, lines):
        guarded = with_retry(clock=time.clock)(pages([], ConnectionError("down"), 1))
        stream = guarded()
        next(stream)
        assert [level for level, _ in lines()] == ["WARNING"]
        list(stream)
        assert lines()[1:] == [("INFO", "pages.<locals>.pages: succeeded on attempt 2")]


class TestAbandonedHalfWay:
    @pytest.mark.parametrize("how", ["closed", "dropped", "broken out of"])
    def test_it_has_served_and_frees_its_place(self, policy, time, how):
        for _ in range(3):
            with pytest.raises(ConnectionError):
                list(policy(breaks_after(1, ConnectionError()))())
        time.passes(60)
        cleaned = []

        @policy
        def live():
            try:
                yield 1
                yield 2
            finally:
                cleaned.append(policy.circuit_breaker.state.value)

        stream = live()
        for item in stream:
            assert item == 1
            break
        if how == "closed":
            stream.close()
        del stream
        gc.collect()
        assert (cleaned, seen(policy), has_a_place(policy)) == (["half_open"], ("closed", 0), True)

    def test_an_error_in_the_cleanup_comes_out_and_counts(self, policy):
        error = ConnectionError("reset while closing")

        @policy
        def live():
            try:
                yield 1
            finally:
                raise error

        stream = live()
        next(stream)
        with pytest.raises(ConnectionError) as caught:
            stream.close()
        assert (caught.value is error, seen(policy)) == (True, ("closed", 1))

    def test_an_error_of_the_callers_own_is_nobodys_failure(self, policy):
        @contextlib.contextmanager
        @policy
        def connection():
            yield "open"

        with pytest.raises(ConnectionError), connection():
            raise ConnectionError("of another server")
        assert (seen(policy), has_a_place(policy)) == (("closed", 0), True)

    def test_an_error_that_was_dealt_with_and_is_raised_again_is_a_failure(self, policy):
        @policy
        def stubborn():
            try:
                yield 1
            except ConnectionError as error:
                dealt_with = error
            yield 2
            raise dealt_with

        stream, thrown = stubborn(), ConnectionError()
        assert (next(stream), stream.throw(thrown)) == (1, 2)
        with pytest.raises(ConnectionError) as caught:
            next(stream)
        assert (caught.value is thrown, seen(policy)) == (True, ("closed", 1))

    def test_a_caller_who_stops_counts_as_nothing(self, policy, time):
        for _ in range(3):
            with pytest.raises(ConnectionError):
                list(policy(breaks_after(1, ConnectionError()))())
        time.passes(60)
        stream = policy(pages([], 1))()
        next(stream)
        with pytest.raises(KeyboardInterrupt):
            stream.throw(KeyboardInterrupt())
        assert seen(policy)[0] == "half_open"
        assert has_a_place(policy)


class TestItsLimits:
    def test_are_refused_where_it_can_not_be_cut_off(self):
        with pytest.raises(failsoft.ConfigError):
            Policy(timeout={"attempt": 1})(pages([], 1))

    def test_are_kept_up_to_the_first_item_by_threads(self):
        released, closed = threading.Event(), threading.Event()

        def live(calls=[]):  # noqa: B006
            calls.append(1)
            try:
                if len(calls) == 1:
                    released.wait()
                yield len(calls)
                yield "on"
            finally:
                if len(calls) == 1:
                    closed.set()

        timeout = {"attempt": "20ms", "growth": 1000, "max": 60, "sync": "thread"}
        guarded = Policy(retry={"initial_delay": 0, "max_attempts": 2}, timeout=timeout)(live)
        assert list(guarded()) == [2, "on"]
        released.set()


class TestThroughAChain:
    def test_the_first_step_that_gives_an_item_answers(self, time, lines):
        chain = failsoft.FallbackChain("prices", clock=time.clock)

        @chain.add_fallback
        def live(city):
            raise ConnectionError(city)
            yield

        @chain.add_fallback
        def stored(city):
            answer = yield city
            yield answer

        stream = chain.execute("oslo")
        assert (next(stream), stream.send("thanks")) == ("oslo", "thanks")
        assert chain.get_statistics()["last_successful_fallback"] == "stored"
        assert lines() == [("INFO", "prices: answered by its fallback stored")]

    def test_what_happens_after_the_first_item_is_the_callers(self, time):
        chain = failsoft.FallbackChain(clock=time.clock)
        chain.add_fallback(breaks_after(1, ConnectionError("cut off")), name="live")
        chain.add_fallback(lambda: [2], name="stored")
        stream = chain.execute()
        assert next(stream) == 1
        with pytest.raises(ConnectionError, match="cut off"):
            next(stream)

    def test_a_step_has_its_own_retries(self, time, calls):
        chain = failsoft.FallbackChain(clock=time.clock)
        policy = {"retry": {"jitter": False}}
        chain.add_fallback(pages(calls, ConnectionError(), 1), name="live", policy=policy)
        assert (list(chain.execute()), time.slept) == ([1, 2, 3], [1.0])

    def test_a_stream_that_nobody_holds_is_closed(self, time):
        closed = []
        chain = failsoft.FallbackChain(clock=time.clock)

        @chain.add_fallback
        def live():
            try:
                yield 1
            finally:
                closed.append(True)

        next(chain.execute())
        assert closed == [True]

    def test_its_last_error_comes_out(self, time):
        error = ConnectionError()
        chain = failsoft.FallbackChain(clock=time.clock)

        @chain.add_fallback
        def live():
            raise error
            yield

        with pytest.raises(ConnectionError) as caught:
            list(chain.execute())
        assert caught.value is error


def test_a_batch_and_healing_refuse_what_answers_bit_by_bit(calls):
    expected = "whose answer comes bit by bit"
    with pytest.raises(TypeError, match=expected):
        failsoft.run_batch(pages(calls, 1), [1])
    with pytest.raises(TypeError, match=expected):
        failsoft.heal(pages(calls, 1), diagnose=repr, remedies={})
    assert calls == []
