"""What the machine itself is like, read through psutil."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

from failsoft._errors import ConfigError

if TYPE_CHECKING:
    from failsoft._degradation import GracefulDegradation
    from failsoft._levels import LevelChange

# The use of the processors is that since the last reading, so that the first one begins here.
psutil.cpu_percent()


def observe(degradation: GracefulDegradation) -> LevelChange | None:
    """Read memory and processors into those of their triggers that there are."""
    readings = {
        "memory_usage": psutil.virtual_memory().percent / 100,
        "cpu_usage": psutil.cpu_percent() / 100,
    }
    last = None
    for metric, value in readings.items():
        try:
            last = degradation.observe(metric, value) or last
        except ConfigError as error:
            # Not every program has a trigger for both.
            if error.problems[0].path != "metric":
                raise
    return last
