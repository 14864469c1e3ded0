"""The pytest plugin, in runs of its own: fixtures, markers, and no waiting for a whole run."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import pytest

pytest_plugins = "pytester"

# Where failsoft is installed pytest finds the plugin by itself.
PLUGIN = () if [*entry_points(group="pytest11", name="failsoft")] else ("-p", "_failsoft_pytest")

CODE = """
import asyncio
from failsoft import with_retry

def script(*lines):
    left = list(lines)
    def call():
        line = left.pop(0)
        if isinstance(line, Exception):
            raise line
        return line
    return call

retried = with_retry(max_attempts=3, initial_delay=30, max_delay=60, jitter="none")

def flaky():
    return retried(script(TimeoutError(), ConnectionError(), "answer"))

def flaky_async():
    play = script(TimeoutError(), ConnectionError(), "answer")

    async def call():
        return play()

    return retried(call)
"""

INI = """
[pytest]
addopts = --strict-markers --strict-config
filterwarnings = error
asyncio_mode = strict
asyncio_default_fixture_loop_scope = function
"""


@pytest.fixture
def run(pytester):
    """Runs a test module with ``CODE`` beside it, and answers with what became of its tests."""

    def run(tests, *options, ini=""):
        pytester.makepyfile(guarded=CODE, test_it=f"import pytest, threading\nfrom guarded import *\n{tests}")
        pytester.makeini(INI + ini)
        result = pytester.runpytest_subprocess(*PLUGIN, "-p", "no:cacheprovider", *options, timeout=60)
        return {name: count for name, count in result.parseoutcomes().items() if name != "workers"}

    return run


def test_the_fixtures_give_waits_time_and_events(run):
    tests = """
def test_waits(failsoft_no_wait, failsoft_events):
    assert flaky()() == "answer"
    assert failsoft_no_wait.waits == [30, 60]
    assert failsoft_events.kinds == ["retry", "retry", "recovered"]

def test_time(failsoft_clock):
    flaky()()
    assert failsoft_clock.now == 90

@pytest.fixture
def answered(failsoft_clock):
    return flaky()()

def test_fixtures_that_ask_for_them_do_not_wait_either(answered, failsoft_clock):
    assert (answered, failsoft_clock.waits) == ("answer", [30, 60])
"""
    assert run(tests) == {"passed": 3}


def test_the_fixtures_reach_coroutine_tests_whoever_runs_them(run):
    tests = """
@pytest.mark.asyncio
async def test_by_pytest_asyncio(failsoft_no_wait, failsoft_events):
    assert await flaky_async()() == "answer"
    assert failsoft_no_wait.waits == [30, 60]
    assert failsoft_events.kinds == ["retry", "retry", "recovered"]

@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"

@pytest.fixture(scope="module")
async def shared(anyio_backend):
    # It keeps one runner, with the context of its beginning, for all tests of the module.
    return 5

@pytest.mark.anyio
async def test_by_anyio(shared, failsoft_clock, failsoft_events):
    assert await flaky_async()() == "answer"
    assert failsoft_clock.waits == [30, 60]
    assert failsoft_events.kinds == ["retry", "retry", "recovered"]

import unittest

@pytest.mark.failsoft_no_wait
class TestCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        assert await flaky_async()() == "answer"

    async def test_by_unittest(self):
        assert await flaky_async()() == "answer"
"""
    assert run(tests) == {"passed": 3}


def test_a_marker_skips_the_waits_of_a_test(run):
    tests = """
@pytest.mark.failsoft_no_wait
def test_function():
    assert flaky()() == "answer"

@pytest.mark.failsoft_no_wait
@pytest.mark.asyncio
async def test_coroutine():
    assert await flaky_async()() == "answer"
"""
    assert run(tests) == {"passed": 2}


WHOLE_RUN = """
import time

@pytest.fixture(scope="session")
def early():
    return flaky()()

def test_function(early):
    assert (early, flaky()()) == ("answer", "answer")

@pytest.mark.asyncio
async def test_coroutine():
    assert await flaky_async()() == "answer"

def test_threads_do_not_wait_either():
    answers = []
    thread = threading.Thread(target=lambda: answers.append(flaky()()))
    thread.start()
    thread.join()
    assert answers == ["answer"]

@pytest.mark.failsoft_real_time
def test_that_wants_to_wait():
    before = time.monotonic()
    with_retry(max_attempts=2, initial_delay=0.05, jitter="none")(script(TimeoutError(), 1))()
    assert time.monotonic() - before >= 0.05
"""


@pytest.mark.parametrize("by", ["option", "ini"])
def test_a_whole_run_skips_its_waits(run, by):
    options = ["--failsoft-no-wait"] if by == "option" else []
    assert run(WHOLE_RUN, *options, ini="" if options else "failsoft_no_wait = true\n") == {"passed": 4}


def test_workers_of_xdist_skip_them_too(run):
    assert run(WHOLE_RUN, "-n", "2", ini="failsoft_no_wait = true\n") == {"passed": 4}


def test_a_test_that_asks_for_nothing_waits(run):
    tests = """
import time

def test_first(failsoft_no_wait):
    flaky()()

def test_then():
    before = time.monotonic()
    with_retry(max_attempts=2, initial_delay=0.05, jitter="none")(script(TimeoutError(), 1))()
    assert time.monotonic() - before >= 0.05
"""
    assert run(tests) == {"passed": 2}


def test_a_run_that_has_nothing_to_do_with_failsoft_does_not_load_it(pytester):
    pytester.makeini(INI)
    pytester.makepyfile("""
        import sys

        def test_it():
            assert not [name for name in sys.modules if name.split(".")[0] == "failsoft"]
    """)
    pytester.runpytest_subprocess(*PLUGIN, timeout=60).assert_outcomes(passed=1)


def test_its_fixtures_and_markers_are_told_by_pytest(pytester):
    pytester.makeini(INI)
    listed = pytester.runpytest_subprocess(*PLUGIN, "--fixtures", "--markers", timeout=60).outlines
    markers = [line for line in listed if line.startswith("@pytest.mark.failsoft")]
    assert markers == [
        "@pytest.mark.failsoft_no_wait: waits of failsoft's policies return at once in this test",
        "@pytest.mark.failsoft_real_time: waits of failsoft's policies last in this test, though the run skips them",
    ]


def test_it_loads_on_its_own():
    module = sys.modules.get("_failsoft_pytest") or __import__("_failsoft_pytest")
    assert {name for name in vars(module) if name.startswith("failsoft_")} == {
        "failsoft_clock",
        "failsoft_events",
        "failsoft_no_wait",
    }
