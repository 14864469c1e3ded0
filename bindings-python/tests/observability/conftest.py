"""Every test of metrics and spans begins with nothing counted and nobody listening."""

from __future__ import annotations

import pytest

from failsoft.integrations import prometheus


@pytest.fixture(autouse=True)
def _own_state():
    """What is counted by presence belongs to the process; here it does to the test."""
    prometheus.uninstrument()
    prometheus._off = False
    yield
    prometheus.uninstrument()
    prometheus._off = False
