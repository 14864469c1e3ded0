"""Who listens because the program itself has loaded what they write to."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from failsoft import _log

if TYPE_CHECKING:
    from failsoft._events import Listener


def is_ready(library: str) -> bool:
    """Whether a library is loaded whole: somebody may be loading it at this moment, perhaps this very thread.

    None in its place is how a program says that it is not to be loaded.
    """
    module = sys.modules.get(library)
    return module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False)


def listener(name: str) -> tuple[Listener, ...]:
    """The listener of an integration; none if it can't listen, which leaves it alone for good."""
    try:
        module = importlib.import_module(f"failsoft.integrations.{name}")
        module.present()
    except Exception as error:  # noqa: BLE001  too old, or not what its name says: no reason to fail a call
        _log.failed(listener, error)
        return ()
    return (module.present,)
