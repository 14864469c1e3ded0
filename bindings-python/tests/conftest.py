"""What every test needs: time that passes and functions that fail when they are told to."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING

import pytest

from failsoft import CircuitBreaker
from support import FakeTime, Script

if TYPE_CHECKING:
    from collections.abc import Callable

# A shell has its background jobs ignore this signal, and they hand that on: the programs of our stories would too.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def script() -> Callable[..., Script]:
    return Script


@pytest.fixture
def down() -> Callable[[], object]:
    """Fails as a dependency fails that is not there."""

    def call() -> object:
        raise ConnectionError("connection refused")

    return call


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[str, str]]]:
    """What failsoft has logged so far, as (level, text)."""
    caplog.set_level(logging.DEBUG, logger="failsoft")
    return lambda: [
        (record.levelname, record.getMessage()) for record in caplog.records if record.name == "failsoft"
    ]


@pytest.fixture
def breaker(time) -> CircuitBreaker:
    """Opens after three failures for a minute, and closes after two probes."""
    return CircuitBreaker(
        "prices", failure_threshold=3, recovery_timeout=60, success_threshold=2, clock=time.clock
    )


@pytest.fixture
def fails(down) -> Callable[..., None]:
    def call(breaker: CircuitBreaker, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(ConnectionError):
                breaker.call(down)

    return call


@pytest.fixture
def nothing_counted():
    """What Prometheus is told by presence belongs to the process; here to the test."""
    from failsoft.integrations import prometheus  # noqa: PLC0415  not for the tests of anything else

    prometheus.uninstrument()
    prometheus._off = False
    yield
    prometheus.uninstrument()
    prometheus._off = False


@pytest.fixture
def registry(nothing_counted):  # noqa: ARG001
    """A registry of Prometheus of the test's own."""
    from prometheus_client import CollectorRegistry  # noqa: PLC0415

    return CollectorRegistry()


@pytest.fixture
def telemetry():
    """An SDK of OpenTelemetry of the test's own."""
    from opentelemetry import trace  # noqa: PLC0415

    from metering import Telemetry  # noqa: PLC0415

    telemetry = Telemetry()
    yield telemetry
    telemetry.close()
    assert trace.get_current_span() is trace.INVALID_SPAN, "a span is still the current one"
