"""Who listens because the program itself has loaded what they write to."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from failsoft import _log

if TYPE_CHECKING:
    from failsoft._events import Listener


def listeners() -> tuple[Listener, ...]:
    """The listeners of the libraries that are loaded."""
    for library in list(_waiting):
        if library in sys.modules:
            _join(library)
    return _listening


def _join(library: str) -> None:
    """Let the listener of a library listen; one that can't is left alone for good."""
    global _listening  # noqa: PLW0603  replaced whole, so that whoever goes through it needs no lock
    spec = getattr(sys.modules[library], "__spec__", None)
    if getattr(spec, "_initializing", False):
        # Somebody is loading it at this moment, perhaps this very thread.
        return
    # Of threads that come here at once one goes on.
    name = _waiting.pop(library, None)
    if name is None:
        return
    try:
        module = importlib.import_module(f"failsoft.integrations.{name}")
        module.present()
    except Exception as error:  # noqa: BLE001  too old, or not what its name says: no reason to fail a call
        _log.failed(_join, error)
        return
    _listening = (*_listening, module.present)


_waiting = {"prometheus_client": "prometheus", "opentelemetry.trace": "opentelemetry"}
_listening: tuple[Listener, ...] = ()
