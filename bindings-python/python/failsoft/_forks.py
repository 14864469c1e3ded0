"""Locks that a forked child finds free.

A process may fork at any moment, and other threads then hold locks that nobody in the child will ever let go.
"""

from __future__ import annotations

import os
from threading import RLock
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from types import TracebackType


class Lock:
    """A re-entrant lock; in a forked child it is free unless the thread that forked holds it."""

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        # As `threading.Condition` does, this asks it whose it is, of which the types say nothing.
        self._lock: Any = RLock()
        _locks.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def take(self) -> bool:
        """Take it if nobody has it, this thread included."""
        return not self._lock._is_owned() and bool(self._lock.acquire(blocking=False))

    def release(self) -> None:
        """Let it go."""
        self._lock.release()

    def renew(self) -> None:
        """Free it from threads that are not in this process."""
        if not self._lock._is_owned():
            self._lock = RLock()


def _renew() -> None:
    for lock in list(_locks):
        lock.renew()


_locks: WeakSet[Lock] = WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
