"""Signals that ask this process to end, heard only where it waits."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from failsoft._command._errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")


class Signals:
    """Hears signals while it is entered; one that comes when nobody waits is heard at the next wait."""

    def __init__(self) -> None:
        self._got: int | None = None
        self._waiting = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
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

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Let a signal end the block.

        Raises:
            Interrupted: One has come.
        """
        self._waiting = True
        try:
            if self._got is not None:
                raise Interrupted(self._got)
            yield
        finally:
            self._waiting = False

    def forget(self) -> None:
        """Take a signal that came as dealt with."""
        self._got = None

    def sleep(self, seconds: float) -> None:
        """Sleep; see :meth:`heard`."""
        with self.heard():
            time.sleep(seconds)

    def _hear(self, number: int, _frame: Any) -> None:
        self._got = number
        if self._waiting:
            self._waiting = False
            raise Interrupted(number)
