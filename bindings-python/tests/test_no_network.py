"""Nothing goes out that the program did not ask for."""

from __future__ import annotations

import subprocess
import sys
import textwrap

WATCH = """
import sys
seen = []
PROCESSES = {"os.system", "os.fork", "os.posix_spawn", "os.exec"}
def watch(event, args):
    if event.split(".")[0] in {"socket", "subprocess"} or event in PROCESSES:
        seen.append(event)
sys.addaudithook(watch)
"""


def heard_of(code):
    """What a fresh interpreter does to the world while it runs this."""
    # Isolated from the environment, but with the paths of this interpreter: the package may not be installed.
    head = f"import sys\nsys.path[:] = {sys.path!r}\n" + WATCH
    text = head + textwrap.dedent(code) + "\nprint(*seen)\n"
    command = [sys.executable, "-I", "-c", text]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603


def test_whoever_connects_is_heard_of():
    assert "socket.connect" in heard_of("import socket\nsocket.socket().connect_ex(('127.0.0.1', 9))")


def test_whoever_starts_a_process_is_heard_of():
    assert "subprocess.Popen" in heard_of("import subprocess\nsubprocess.run([sys.executable, '-c', ''])")


def test_the_import_opens_nothing():
    assert heard_of("import failsoft\nfor name in failsoft.__all__: getattr(failsoft, name)") == []


def test_guarded_calls_that_fail_and_recover_open_nothing():
    code = """
        import failsoft
        failures = [ConnectionError("refused"), TimeoutError("late")]
        @failsoft.with_retry(max_attempts=3, initial_delay=0)
        def work():
            if failures:
                raise failures.pop()
            return 1
        work()
        breaker = failsoft.CircuitBreaker("search", failure_threshold=1)
        try:
            breaker.call(lambda: 1 / 0)
        except ZeroDivisionError as error:
            failsoft.report(error)
        system = failsoft.System()
        system.get_debug_info(), system.get_system_health()
        failsoft.Policy.from_dict({"timeout": {"attempt": 1, "sync": "thread"}}).call(len, "")
    """
    assert heard_of(code) == []
