"""``Retry-After`` as urllib3 reads it."""

from __future__ import annotations

import random
from email.utils import formatdate

import pytest
import urllib3.util.retry
from ours import hint
from urllib3.util.retry import Retry

NOW = 1_700_000_000.0


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    class Clock:
        @staticmethod
        def time():
            return NOW

    monkeypatch.setattr(urllib3.util.retry, "time", Clock)


def theirs(value):
    return Retry(retry_after_max=10**9).parse_retry_after(value)


def test_seconds():
    draw = random.Random(1)
    for _ in range(1_000):
        number = draw.choice([0, 1, draw.randrange(100), draw.randrange(10**9)])
        value = draw.choice(["{}", " {}", "{} ", "\t{}", "0{}", "000{}"]).format(number)
        assert hint(value, NOW) == theirs(value), value


def test_dates():
    draw = random.Random(2)
    for _ in range(1_000):
        # Of this century: of earlier ones two digits of a year are read in two ways.
        at = draw.choice([NOW + draw.randrange(-1_000, 1_000), draw.randrange(946_684_800, 2_500_000_000)])
        value = formatdate(at, usegmt=True)
        assert hint(value, NOW) == theirs(value), value


@pytest.mark.parametrize(
    "value",
    [
        "Tuesday, 14-Nov-23 22:14:20 GMT",
        "Tue Nov 14 22:14:20 2023",
        "Tue, 14 Nov 2023 22:14:20 +0000",
        "Tue, 14 Nov 2023 22:14:20",
        # The day of the week is not asked.
        "Wed, 14 Nov 2023 22:14:20 GMT",
    ],
)
def test_other_ways_to_write_a_date(value):
    assert hint(value, NOW) == theirs(value) == 60.0
