"""What urllib3 and requests, which stands upon it, have in common."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from urllib3.util import Timeout


def lowered(given: Any, limit: float) -> Timeout:
    """A request's timeouts, so that together they keep to a limit in seconds until the headers have come.

    Args:
        given: As urllib3 or requests take it: seconds, a pair for connecting and reading, a ``Timeout``, or None.
        limit: In seconds.
    """
    if not isinstance(given, Timeout):
        connect, read = given if isinstance(given, tuple) else (given, given)
        return Timeout(total=limit, connect=connect, read=read)
    total = given.total
    lower = limit if not isinstance(total, (int, float)) else min(total, limit)
    return Timeout(total=lower, connect=given._connect, read=given._read)


def let_go(response: Any, *, drain: bool) -> None:
    """Give the connection of an answer back to its pool; ``drain`` reads the rest first, so that it stays open."""
    with suppress(Exception):
        if drain:
            response.drain_conn()
        else:
            response.close()
        response.release_conn()
