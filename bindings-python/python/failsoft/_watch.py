"""Reading the machine's state into a system, every so often."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from weakref import ref

from failsoft import _log

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from failsoft._system import System


def _read(system: System) -> None:
    try:
        system.graceful_degradation.observe_system()
    except ImportError:
        # Without psutil time passes all the same.
        return
    except Exception as error:  # noqa: BLE001  a machine that can't be read now may be readable later
        _log.failed(_read, error)


class Watch:
    """A thread that watches for a system; it ends with that, with :meth:`stop`, and with the process."""

    def __init__(self, system: System, every: float) -> None:
        if not (isinstance(every, (int, float)) and 0 < every <= threading.TIMEOUT_MAX):
            longest = f"{threading.TIMEOUT_MAX:.0f}"
            raise ValueError(
                f"every: {every!r} is out of range (expected seconds above 0, at most {longest})"
            )
        self._stopped = threading.Event()
        # It must not keep the system alive.
        watched = ref(system)
        stopped = self._stopped

        def work() -> None:
            while not stopped.wait(every):
                system = watched()
                if system is None:
                    return
                system.tick()
                _read(system)
                del system

        self._thread = threading.Thread(target=work, name="failsoft-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        self._stopped.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
