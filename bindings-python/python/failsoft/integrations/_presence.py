"""Who listens because the program itself has loaded what they write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from failsoft._events import Listener


def listeners() -> tuple[Listener, ...]:
    """The listeners of the libraries that are loaded."""
    return ()
