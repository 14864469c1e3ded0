"""The pytest plugin ``failsoft``: fixtures, two markers, and no waiting for a whole run.

It stands beside the package, which is not imported before a test asks for it: a run that has nothing to do with
failsoft pays nothing, and a coverage tool is there before the package is. PYTEST_DONT_REWRITE: no tests are here.
"""

from __future__ import annotations

import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from failsoft.testing import CapturedEvents, FakeClock, SkippedWaits

_OPTION = "failsoft_no_wait"
_NO_WAIT = "failsoft_no_wait: waits of failsoft's policies return at once in this test"
_REAL_TIME = "failsoft_real_time: waits of failsoft's policies last in this test, though the run skips them"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the ini key."""
    text = "have all waits of failsoft's policies return at once, in every thread"
    parser.getgroup("failsoft").addoption("--failsoft-no-wait", action="store_true", default=None, help=text)
    parser.addini(_OPTION, text, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Say what the markers mean."""
    config.addinivalue_line("markers", _NO_WAIT)
    config.addinivalue_line("markers", _REAL_TIME)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, None]:
    """Have a test, with its fixtures, take its time from where its marker or the run says."""
    run = bool(item.config.getoption(_OPTION) or item.config.getini(_OPTION))
    marker = item.get_closest_marker("failsoft_no_wait") or item.get_closest_marker("failsoft_real_time")
    if not run and marker is None:
        yield
        return
    from failsoft.testing import _time, no_wait, real_time  # noqa: PLC0415

    # A run's own choice is for threads too, which know nothing of their starter's context.
    _time.everywhere(_time.SkippedWaits(keep=False) if run else None)
    try:
        if marker is None:
            yield
        else:
            with no_wait() if marker.name == "failsoft_no_wait" else real_time():
                yield
    finally:
        _time.everywhere(None)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, None]:
    """Carry what fixtures have set into a coroutine test, whoever runs it and in whatever context."""
    block = sys.modules.get("failsoft.testing._block")
    function = getattr(item, "obj", None)
    if block is None or not isinstance(item, pytest.Function) or not inspect.iscoroutinefunction(function):
        yield
        return
    here, state = block.here, block.here.get()
    # A unittest.IsolatedAsyncioTestCase has a context of its own, as old as itself, from Python 3.11 on.
    own = getattr(item.instance, "_asyncioTestContext", None)
    if own is not None:
        own.run(here.set, state)

    @functools.wraps(function)
    async def test(*args: Any, **kwargs: Any) -> Any:
        here.set(state)
        return await function(*args, **kwargs)

    item.obj = test
    try:
        yield
    finally:
        item.obj = function


@pytest.fixture
def failsoft_no_wait() -> Iterator[SkippedWaits]:
    """Have waits return at once; gives those that were skipped."""
    from failsoft.testing import no_wait  # noqa: PLC0415

    with no_wait() as waits:
        yield waits


@pytest.fixture
def failsoft_clock() -> Iterator[FakeClock]:
    """Have everything without a clock of its own use a fake one; gives the clock."""
    from failsoft.testing import fake_clock  # noqa: PLC0415

    with fake_clock() as clock:
        yield clock


@pytest.fixture
def failsoft_events() -> Iterator[CapturedEvents]:
    """Collect the events of the test; gives the list."""
    from failsoft.testing import capture_events  # noqa: PLC0415

    with capture_events() as events:
        yield events
