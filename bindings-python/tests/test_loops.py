"""Trio, anyio and uvloop are served as asyncio is, and no program loads a loop that it does not use."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import anyio
import anyio.lowlevel
import pytest
import trio
import trio.testing

import failsoft
from failsoft import AttemptTimeoutError, CircuitBreaker, DeadlineExceededError, Policy

PATIENT = {"initial_delay": 3600, "jitter": False, "max_delay": 86400}
"""Retries that no test could sit out, unless time is its own."""


def in_trio(work, *args):
    """Run it in trio, whose time jumps whenever everybody sleeps."""
    return trio.run(work, *args, clock=trio.testing.MockClock(autojump_threshold=0))


def after(failures, answer="fresh"):
    left = [failures]

    async def fetch():
        left[0] -= 1
        if left[0] >= 0:
            raise ConnectionError("down")
        return answer

    return fetch


class TestWaits:
    def test_are_trios_own(self):
        async def work():
            begun = trio.current_time()
            answer = await Policy(retry=PATIENT)(after(2))()
            return answer, trio.current_time() - begun

        assert in_trio(work) == ("fresh", pytest.approx(3 * 3600))

    def test_between_the_attempts_of_a_block_are_trios_own(self):
        async def block():
            fetch = after(2)
            async for attempt in Policy(retry=PATIENT).attempts():
                with attempt:
                    answer = await fetch()
            return answer, attempt.number, trio.current_time()

        answer, number, ended = in_trio(block)
        assert (answer, number, ended >= 3 * 3600) == ("fresh", 3, True)

    def test_are_ended_by_a_cancelled_scope(self):
        policy = Policy(retry=PATIENT, circuit_breaker={})

        async def work():
            with trio.move_on_after(1) as scope:
                await policy(after(2))()
            return scope.cancelled_caught

        assert (in_trio(work), policy.circuit_breaker.failure_count) == (True, 1)

    def test_are_those_of_the_loop_that_runs_in_this_thread(self):
        policy = Policy(retry={"initial_delay": "1ms"})
        ran = []

        async def work():
            ran.append(await policy(after(1))())

        for _ in range(2):
            asyncio.run(work())
            trio.run(work)
            anyio.run(work, backend="asyncio")
            anyio.run(work, backend="trio")
        thread = threading.Thread(target=trio.run, args=(work,))
        thread.start()
        thread.join()
        assert ran == ["fresh"] * 9

    # mode: bound to one event loop
    def test_of_two_loops_in_one_thread_do_not_mix(self):
        policy = Policy(retry={"initial_delay": "1ms"})

        async def host():
            loop, over = asyncio.get_running_loop(), asyncio.Event()
            ends = []

            async def guest():
                return await policy(after(2, "trio's"))()

            def done(outcome):
                ends.append(outcome.unwrap())
                over.set()

            trio.lowlevel.start_guest_run(
                guest,
                run_sync_soon_threadsafe=loop.call_soon_threadsafe,
                done_callback=done,
                host_uses_signal_set_wakeup_fd=True,
            )
            ends.append(await policy(after(1, "asyncio's"))())
            await over.wait()
            return sorted(ends)

        assert asyncio.run(host()) == ["asyncio's", "trio's"]

    def test_are_uvloops_own(self):
        uvloop = pytest.importorskip("uvloop")
        policy = Policy(retry={"initial_delay": "1ms"}, timeout={"attempt": 60})
        for _ in range(2):
            loop = uvloop.new_event_loop()
            assert loop.run_until_complete(policy(after(2))()) == "fresh"
            loop.close()


class TestLimits:
    def test_cancel_a_late_attempt_and_try_again(self):
        ends = []

        async def fetch():
            if not ends:
                try:
                    await trio.sleep_forever()
                finally:
                    ends.append(trio.current_time())
            return "fresh"

        policy = Policy(retry={"initial_delay": 0}, timeout={"attempt": "90s"})
        assert in_trio(policy(fetch)) == "fresh"
        assert len(ends) == 1

    def test_end_in_an_error_that_says_so(self):
        policy = Policy(timeout={"attempt": "90s"})
        with pytest.raises(AttemptTimeoutError) as caught:
            in_trio(policy(trio.sleep_forever))
        assert (type(caught.value), caught.value.limit) == (AttemptTimeoutError, 90.0)

    def test_of_the_whole_call_are_kept(self):
        with pytest.raises(DeadlineExceededError):
            in_trio(Policy(retry={"deadline": "90s"})(trio.sleep_forever))

    def test_of_the_callers_own_are_told_apart(self):
        policy = Policy(retry={}, timeout={"attempt": 60}, circuit_breaker={})
        calls = []

        @policy
        async def fetch():
            calls.append(1)
            await trio.sleep_forever()

        async def work():
            with pytest.raises(trio.TooSlowError), trio.fail_after(1):
                await fetch()

        in_trio(work)
        assert (calls, policy.circuit_breaker.failure_count) == ([1], 0)

    def test_leave_an_attempts_own_limit_alone(self):
        async def fetch():
            with trio.fail_after(1):
                await trio.sleep_forever()

        with pytest.raises(trio.TooSlowError):
            in_trio(Policy(timeout={"attempt": 60})(fetch))

    def test_keep_an_answer_that_came_all_the_same(self):
        async def fetch():
            with trio.CancelScope(shield=True):
                await trio.sleep(120)
            return "just in time"

        assert in_trio(Policy(timeout={"attempt": 60})(fetch)) == "just in time"

    def test_hold_up_to_the_first_item_of_a_generator(self):
        begun = []

        @Policy(retry={"initial_delay": 0}, timeout={"attempt": 60})
        async def live():
            begun.append(1)
            if len(begun) == 1:
                await trio.sleep_forever()
            yield 1
            await trio.sleep(3600)
            yield 2

        async def work():
            return [item async for item in live()]

        assert in_trio(work) == [1, 2]


class TestBreakers:
    def test_guard_a_block(self, time):
        breaker = CircuitBreaker(failure_threshold=2, clock=time.clock)

        async def fails(error):
            with pytest.raises(type(error)):
                async with breaker:
                    await trio.sleep(1)
                    raise error

        async def work():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(fails, ConnectionError())
                nursery.start_soon(fails, ConnectionError())

        in_trio(work)
        assert breaker.is_open

    def test_count_no_cancelled_call(self, time):
        breaker = CircuitBreaker(failure_threshold=1, clock=time.clock)

        async def work():
            with trio.move_on_after(1):
                await breaker(trio.sleep_forever)()
            with trio.move_on_after(1):
                async with breaker:
                    await trio.sleep_forever()

        in_trio(work)
        assert (breaker.failure_count, breaker.is_available()) == (0, True)

    def test_count_a_group_of_errors_as_one_failure(self, time):
        breaker = CircuitBreaker(failure_threshold=9, clock=time.clock)

        async def fails():
            raise ConnectionError

        @breaker
        async def both():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(fails)
                nursery.start_soon(fails)

        with pytest.raises(BaseException) as caught:
            in_trio(both)
        assert [type(error) for error in caught.value.exceptions] == [ConnectionError] * 2
        assert breaker.failure_count == 1


class TestBatches:
    def test_are_worked_through_so_many_at_a_time(self):
        inside, most = [0], []

        async def double(number):
            inside[0] += 1
            most.append(inside[0])
            await trio.sleep(number)
            inside[0] -= 1
            if number == 3:
                raise ConnectionError("three")
            return number * 2

        outcome = in_trio(failsoft.run_batch, double, range(6), 2)
        assert [success.value for success in outcome.successes] == [0, 2, 4, 8, 10]
        assert [(failure.item, failure.category) for failure in outcome.failures] == [(3, "connection")]
        assert (max(most), inside) == (2, [0])

    def test_retry_each_item_by_the_policy(self):
        failing = {2: 2}

        async def fetch(number):
            if failing.get(number):
                failing[number] -= 1
                raise ConnectionError
            return number

        async def work():
            return await failsoft.run_batch(fetch, [1, 2], policy={"retry": PATIENT})

        assert in_trio(work).success_rate == 1.0

    def test_end_with_the_scope_that_they_are_in(self):
        ends = []

        async def wait(number):
            try:
                await trio.sleep_forever()
            finally:
                ends.append(number)

        async def work():
            with trio.move_on_after(1) as scope:
                await failsoft.run_batch(wait, [1, 2, 3], 2)
            return scope.cancelled_caught

        assert (in_trio(work), sorted(ends)) == (True, [1, 2])

    def test_let_out_what_is_no_exception_by_itself(self):
        ends, stop = [], SystemExit()

        async def item(number):
            if number == 2:
                raise stop
            try:
                await trio.sleep_forever()
            finally:
                ends.append(number)

        async def work():
            with pytest.raises(SystemExit) as caught:
                await failsoft.run_batch(item, [1, 2, 3], 2)
            return caught.value

        assert (in_trio(work), ends) == (stop, [1])


@pytest.mark.anyio
class TestUnderAnyio:
    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request):
        return request.param

    async def test_a_late_attempt_is_cut_off_and_made_again(self):
        calls = []

        @Policy(retry={"initial_delay": "1ms"}, timeout={"attempt": "20ms"})
        async def fetch():
            calls.append(1)
            if len(calls) == 1:
                await anyio.sleep_forever()
            return "fresh"

        assert await fetch() == "fresh"

    async def test_a_scope_around_the_call_is_the_callers(self):
        policy = Policy(retry={}, timeout={"attempt": 60}, circuit_breaker={"failure_threshold": 1})
        with pytest.raises(TimeoutError):
            with anyio.fail_after(0.02):
                await policy(anyio.sleep_forever)()
        with anyio.move_on_after(0.02) as scope:
            async with policy.circuit_breaker:
                await anyio.sleep_forever()
        assert (scope.cancelled_caught, policy.circuit_breaker.failure_count) == (True, 0)

    async def test_a_scope_inside_of_an_attempt_is_the_attempts(self):
        @Policy(timeout={"attempt": 60})
        async def fetch():
            with anyio.move_on_after(0.01):
                await anyio.sleep_forever()
            return "moved on"

        assert await fetch() == "moved on"

    async def test_a_task_group_that_fails_cancels_the_call(self):
        policy = Policy(retry={}, timeout={"attempt": 60}, circuit_breaker={"failure_threshold": 1})

        async def fails():
            await anyio.sleep(0.01)
            raise LookupError

        with pytest.raises(BaseException) as caught:
            async with anyio.create_task_group() as group:
                group.start_soon(policy(anyio.sleep_forever))
                group.start_soon(fails)
        assert [type(error) for error in caught.value.exceptions] == [LookupError]
        assert policy.circuit_breaker.failure_count == 0

    async def test_a_batch_is_worked_through(self):
        async def double(number):
            await anyio.lowlevel.checkpoint()
            return number * 2

        outcome = await failsoft.run_batch(double, range(20))
        assert [success.value for success in outcome.successes] == [number * 2 for number in range(20)]


PROGRAM = """
import sys
import failsoft

calls = []

@failsoft.Policy(retry={"initial_delay": "1ms"}, timeout={"attempt": 60})
async def fetch():
    calls.append(1)
    if len(calls) == 1:
        raise ConnectionError
    return "fresh"
"""


@pytest.mark.parametrize(("own", "other"), [("asyncio", "trio"), ("trio", "asyncio")])
def test_a_program_loads_its_own_loop_only(own, other):
    program = f"{PROGRAM}\nimport {own}\nbefore = {other!r} in sys.modules\n"
    program += "print((trio.run(fetch)" if own == "trio" else "print((asyncio.run(fetch())"
    program += f", before, {other!r} in sys.modules))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stdout.strip() == str(("fresh", False, False))
