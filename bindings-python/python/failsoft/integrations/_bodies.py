"""Which bodies of requests can be sent once more, and what has to be done for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rewind = Callable[[], object]
"""Brings a body back to where it began."""


def rewinding(*bodies: Any) -> Rewind | None:
    """What to call before bodies are sent again; None if one of them can be read only once.

    Text and bytes are the same each time, and so are lists and tuples; a file is wound back to where it stands now. A
    generator, a pipe and whatever else can be gone through are taken for something that can be read once.
    """
    rewinds: list[Rewind] = []
    for body in bodies:
        rewind = _rewind(body)
        if rewind is None:
            return None
        if rewind is not _nothing:
            rewinds.append(rewind)
    if not rewinds:
        return _nothing
    return lambda: [rewind() for rewind in rewinds]


def _rewind(body: Any) -> Rewind | None:
    if body is None or isinstance(body, (str, bytes, bytearray, memoryview, int, float)):
        return _nothing
    if hasattr(body, "read"):
        return _rewind_file(body)
    # Anything else that can be gone through may hand out the same generator each time.
    return _nothing if type(body) in {list, tuple} else None


def _rewind_file(file: Any) -> Rewind | None:
    try:
        start = file.tell()
        # Some that know where they are can't go back there.
        file.seek(start)
    except Exception:  # noqa: BLE001  a file of any kind, and whatever it raises says the same
        return None
    return lambda: file.seek(start)


def _nothing() -> None:
    """Leave a body as it is."""
