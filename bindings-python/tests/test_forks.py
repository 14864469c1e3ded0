"""Children of a process go their own way.

With ``FAILSOFT_LOAD`` a busy one is forked a thousand times.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import get_all_start_methods, get_context

import pytest

import failsoft
from failsoft import CircuitBreaker, GracefulDegradation, LevelChange, Policy, with_retry
from failsoft._forks import Lock

THREADS = 8
FORKS = 1_000 if "FAILSOFT_LOAD" in os.environ else 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
class TestForks:
    # mode: jitter lost
    def test_children_draw_their_own_jitter(self, script):
        def draw():
            waits = []
            clock = failsoft.Clock(now=lambda: 0.0, sleep=waits.append)
            with_retry(clock=clock)(script(ConnectionError(), ConnectionError(), "fresh"))()
            return repr(waits)

        draw()
        drawn = {draw()}
        for _ in range(4):
            drawn.add(in_child(draw))
        assert len(drawn) == 5

    # mode: fork with a lock held
    def test_a_child_of_a_busy_process_can_use_the_breaker(self, down):
        # No machine fails so often within a millisecond: every failure takes the lock, and none opens it.
        breaker = CircuitBreaker(failure_threshold=10**6, time_window="1ms")
        fetch, over = breaker(down), threading.Event()

        def hammer():
            while not over.is_set():
                with pytest.raises(ConnectionError):
                    fetch()

        threads = [threading.Thread(target=hammer) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            answers = {in_child(lambda: breaker.call(str, "fresh")) for _ in range(FORKS)}
        finally:
            over.set()
            for thread in threads:
                thread.join()
        assert answers == {"fresh"}

    # mode: fork with a lock held
    def test_a_call_in_whose_midst_the_process_forks_ends_in_both(self, time):
        breaker = CircuitBreaker(failure_threshold=2, clock=time.clock)
        policy = Policy(retry={"max_attempts": 2}, circuit_breaker=breaker, clock=time.clock)
        calls = []

        def fetch():
            calls.append(1)
            if len(calls) == 1:
                # From here on two processes are in this call.
                answer = in_child(ends)
                assert answer == "ConnectionError after 1, closed 1"
            raise ConnectionError

        def ends():
            with pytest.raises(ConnectionError) as caught:
                breaker.call(fetch)
            return f"{type(caught.value).__name__} after {len(calls) - 1}, {seen()}"

        def seen():
            return f"{breaker.state.value} {breaker.failure_count}"

        with pytest.raises(ConnectionError):
            policy(fetch)()
        assert (len(calls), seen()) == (2, "open 2")

    # mode: fork with a lock held
    def test_a_child_can_change_a_level_of_which_another_thread_was_just_telling(self):
        degradation, telling, over = GracefulDegradation(), threading.Event(), threading.Event()

        def note(change):
            told.append(change.after)
            if threading.current_thread() is thread:
                telling.set()
                over.wait(60)

        def goes_on():
            degradation.degrade("in the child")
            return ", ".join(told)

        told = []
        degradation.on_change(note)
        thread = threading.Thread(target=degradation.degrade)
        thread.start()
        try:
            assert telling.wait(60)
            answer = in_child(goes_on)
        finally:
            over.set()
            thread.join()
        assert (answer, told) == ("high, medium", ["high"])

    def test_a_listener_may_fork(self):
        degradation, told = GracefulDegradation(), []

        def note(change):
            told.append(change.after)
            if len(told) == 1:
                told.append(in_child(lambda: str(degradation.degrade("in the child"))))

        degradation.on_change(note)
        degradation.degrade("here")
        degradation.degrade("here again")
        cause = {"kind": "manual", "reason": "in the child"}
        assert told == ["high", str(LevelChange("high", "medium", cause)), "medium"]

    # mode: fork with a lock held
    def test_a_lock_that_another_thread_holds_is_free_in_a_child(self):
        lock, held, over = Lock(), threading.Event(), threading.Event()

        def hold():
            with lock:
                held.set()
                over.wait(60)

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            assert held.wait(60)
            assert (lock.take(), in_child(lambda: str(lock.take()))) == (False, "True")
        finally:
            over.set()
            thread.join()

    def test_a_lock_that_the_thread_holds_which_forks_stays_its_own(self):
        lock = Lock()

        def let_go():
            lock.release()
            return str(lock.take())

        with lock:
            assert in_child(let_go) == "True"
        assert lock.take()

    def test_a_child_that_leaves_a_guarded_function_does_not_disturb_its_parent(self, time):
        policy = Policy(bulkhead={"max_concurrent": 1}, circuit_breaker={}, clock=time.clock)
        child = []

        @policy
        def fetch():
            child.append(os.fork())
            return "fresh"

        try:
            answer = fetch()
            again = policy.call(str, "again")
        finally:
            if not child[0]:
                os._exit(0 if (answer, again) == ("fresh", "again") else 1)
        assert (answer, again, os.waitpid(child[0], 0)[1]) == ("fresh", "again", 0)


@with_retry(max_attempts=2, initial_delay=0)
def double(number, failing=None):
    """Fail once where there is a list to say so."""
    if failing:
        raise ConnectionError(failing.pop())
    return number * 2


class Client:
    """Has a guarded method."""

    breaker = CircuitBreaker("clients")

    def __init__(self, base):
        self.base = base

    @breaker
    def get(self, number):
        return self.base + number


@pytest.mark.parametrize("method", [way for way in ("spawn", "fork") if way in get_all_start_methods()])
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_guarded_functions_and_methods_work_in_a_pool_of_processes(method):
    with get_context(method).Pool(2) as pool:
        assert pool.map(double, range(4)) == [0, 2, 4, 6]
        assert pool.starmap(double, [(1, [1]), (2, [])]) == [2, 4]
        assert pool.map(Client(10).get, range(3)) == [10, 11, 12]


def in_child(work):
    """What ``work`` says in a forked child, which has a minute for it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(60)
        try:
            os.write(writing, work().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said
