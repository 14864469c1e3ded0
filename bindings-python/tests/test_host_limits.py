"""Hosts that have come to an end of something: of file descriptors, of their event loop, of their clock's patience."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time as real_time

import pytest

from failsoft import CircuitBreaker, Policy

WITHOUT_DESCRIPTORS = """
import resource, socket
from failsoft import Policy, report

resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
held = []

def connect():
    # As servers do that are short of them: the first attempt finds none, and then somebody lets one go.
    if policy_calls.append(1) or len(policy_calls) == 2:
        held.pop().close()
    return socket.socket()

policy_calls = []
policy = Policy(name="db", retry={"max_attempts": 3, "initial_delay": 0}, circuit_breaker={})
try:
    while True:
        held.append(socket.socket())
except OSError:
    pass
answer = policy.call(connect)
told = report(answer)
print(told.attempt_count, told.attempts[0].verdict.category, told.attempts[0].verdict.rule)
print(policy.circuit_breaker.state.value)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such limit")
def test_without_file_descriptors_a_call_is_retried_and_told_of():
    done = subprocess.run(  # noqa: S603  a program of ours
        [sys.executable, "-c", WITHOUT_DESCRIPTORS], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["2 resource errno.EMFILE", "closed"], done.stderr


def test_a_loop_that_is_closed_in_the_midst_of_a_call_leaves_no_place_taken():
    policy = Policy(bulkhead={"max_concurrent": 1}, circuit_breaker={"failure_threshold": 1})
    loop = asyncio.new_event_loop()

    async def never():
        await loop.create_future()

    task = loop.create_task(policy.call(never))
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.run_until_complete(asyncio.sleep(0))
    assert task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()
    assert asyncio.run(policy.call(asyncio.sleep, 0, "served")) == "served"
    assert policy.circuit_breaker.failure_count == 0


def test_a_coroutine_that_its_loop_never_finishes_lets_go_when_it_is_forgotten():
    policy = Policy(bulkhead={"max_concurrent": 1})

    call = policy.call(asyncio.sleep, 0)
    call.send(None)
    del call
    assert policy.call(lambda: "served") == "served"


def test_a_wall_clock_that_is_set_back_or_forward_changes_nothing(monkeypatch, down):
    wall = real_time.time()
    breaker = CircuitBreaker(failure_threshold=1, recovery_timeout=60)
    with pytest.raises(ConnectionError):
        breaker.call(down)
    for shift in (-3600, 0, 86400 * 3650):
        monkeypatch.setattr(real_time, "time", lambda shift=shift: wall + shift)
        assert 59 < breaker.retry_after <= 60


def test_a_server_that_hangs_up_in_the_midst_of_its_answer_is_asked_again():
    with socket.create_server(("127.0.0.1", 0)) as server:
        policy = Policy(retry={"max_attempts": 2, "initial_delay": 0}, circuit_breaker={})

        def ask():
            with socket.create_connection(server.getsockname()) as asking:
                asking.settimeout(10)
                peer, _ = server.accept()
                with peer:
                    answers.append(1)
                    peer.sendall(b"whole\n" if len(answers) == 2 else b"who")
                answer = b"".join(iter(lambda: asking.recv(64), b""))
                if not answer.endswith(b"\n"):
                    raise ConnectionError("connection closed before the answer was complete")
                return answer

        answers = []
        assert policy.call(ask) == b"whole\n"
        assert (len(answers), policy.circuit_breaker.failure_count) == (2, 0)
