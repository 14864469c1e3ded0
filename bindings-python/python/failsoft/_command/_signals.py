"""Signals that ask this process to end, heard only where it waits."""

from __future__ import annotations

import select
import signal
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from failsoft._command._errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

_LONGEST = 86400.0
"""Seconds of one wait of the system's, which has a longest one of its own."""
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")


class Signals:
    """Hears signals while it is entered; one that comes when nobody waits is heard at the next wait.

    Python runs a handler between two of its instructions: one that raised could do so anywhere, in the midst of what
    takes a lock, and one that comes just before a wait begins would be run when that is over. So the handler takes a
    note, and the waits are for a socket that the interpreter writes to as the signal comes.
    """

    def __init__(self) -> None:
        self._got: int | None = None
        self._before: dict[int, Any] = {}
        self._told_before: int | None = None

    def __enter__(self) -> Self:
        self._ear, self._mouth = socket.socketpair()
        self._ear.settimeout(0)
        self._mouth.settimeout(0)
        if threading.current_thread() is threading.main_thread():
            self._told_before = signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
            for name in _NAMES:
                number = getattr(signal, name, None)
                # Who runs us with a signal ignored, as nohup does, has a reason.
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before.clear()
        if self._told_before is not None:
            signal.set_wakeup_fd(self._told_before)
            self._told_before = None
        self._ear.close()
        self._mouth.close()

    def wait(self, seconds: float | None, over: Callable[[], bool]) -> bool:
        """Wait until something is ``over``; whoever ends it calls :meth:`wake`.

        Args:
            seconds: How long at most; None for any time.
            over: Whether there is nothing more to wait for.

        Returns:
            Whether it is over.

        Raises:
            Interrupted: A signal has come, now or since the last wait.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            if self._got is not None:
                raise Interrupted(self._got)
            if over():
                return True
            left = _LONGEST if end is None else min(end - time.monotonic(), _LONGEST)
            if left <= 0:
                return False
            select.select([self._ear], [], [], left)
            with suppress(BlockingIOError):
                while self._ear.recv(64):
                    pass

    def wake(self) -> None:
        """Have who waits look again; any thread may call this."""
        # A full buffer wakes as well as one byte more; a closed one has nobody left to wake.
        with suppress(OSError):
            self._mouth.send(b"\0")

    def forget(self) -> None:
        """Take a signal that came as dealt with."""
        self._got = None

    def sleep(self, seconds: float) -> None:
        """Sleep; see :meth:`wait`."""
        self.wait(seconds, lambda: False)

    def _hear(self, number: int, _frame: Any) -> None:
        self._got = number
