"""Events as a test sees them."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from failsoft._events import listen
from failsoft.testing._block import Block, here

if TYPE_CHECKING:
    from failsoft._event import Event

_OF_EVERY_CALL = {"call_started", "call_ended"}


class CapturedEvents(list["Event"]):
    """What :func:`capture_events` gives: the events in their order."""

    def __init__(self, *, every_call: bool = False) -> None:
        super().__init__()
        self._every_call = every_call

    @property
    def kinds(self) -> list[str]:
        """Their kinds; see :class:`failsoft.Event`."""
        return [event.kind for event in self]

    @property
    def messages(self) -> list[str]:
        """What they say of themselves in a log."""
        return [event.message for event in self]

    def of(self, *kinds: str) -> list[Event]:
        """Those of these kinds."""
        return [event for event in self if event.kind in kinds]

    def heard(self, event: Event) -> None:
        """Take an event in."""
        if self._every_call or event.kind not in _OF_EVERY_CALL:
            self.append(event)


def capture_events(*, every_call: bool = False) -> Block[CapturedEvents]:
    """Collect the events of all policies and breakers in this context.

    Args:
        every_call: Whether the beginning and the end of each call are of interest too. Once somebody has asked for
            this, each call costs some two microseconds more, for the rest of the process.

    Returns:
        A block whose ``with`` gives :class:`CapturedEvents`, a list.
    """
    if every_call:
        _hear_every_call()
    return Block(
        lambda: CapturedEvents(every_call=every_call), "captured", lambda made, before: (*before, made)
    )


def _tell(event: Event) -> None:
    for captured in here.get().captured:
        captured.heard(event)


def _hear_every_call() -> None:
    global _stop
    with _changing:
        stop, _stop = _stop, listen(_tell, every_call=True)
        stop()


_changing = Lock()
_stop = listen(_tell)
