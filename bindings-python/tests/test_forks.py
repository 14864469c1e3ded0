"""Children of a process go their own way."""

from __future__ import annotations

import os
import signal
import threading

import pytest

import failsoft
from failsoft import CircuitBreaker, with_retry

THREADS = 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
class TestForks:
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
            answers = {in_child(lambda: breaker.call(str, "fresh")) for _ in range(20)}
        finally:
            over.set()
            for thread in threads:
                thread.join()
        assert answers == {"fresh"}


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
