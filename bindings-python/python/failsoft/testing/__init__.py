"""Help for testing code that is guarded by failsoft: no waiting, time in the test's hands, failures on demand.

Everything here is about the thread or task that it is used in, and about those tasks that are started inside: other
threads, tasks and processes go on as they were. Each of :func:`no_wait`, :func:`fake_clock`, :func:`real_time`,
:func:`inactive`, :func:`fail_with`, :func:`record_calls` and :func:`capture_events` is used as ``with``, as
``async with``, or as a decorator of a function or coroutine function. For pytest there are fixtures; see
``docs/python/testing.md``.
"""

from failsoft.testing._asserts import assert_called_with_attempts, assert_waited
from failsoft.testing._calls import Failing, RecordedCalls, fail_with, inactive, record_calls
from failsoft.testing._seen import CapturedEvents, capture_events
from failsoft.testing._time import FakeClock, SkippedWaits, fake_clock, no_wait, real_time

__all__ = [
    "CapturedEvents",
    "Failing",
    "FakeClock",
    "RecordedCalls",
    "SkippedWaits",
    "assert_called_with_attempts",
    "assert_waited",
    "capture_events",
    "fail_with",
    "fake_clock",
    "inactive",
    "no_wait",
    "real_time",
    "record_calls",
]
