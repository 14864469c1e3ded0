"""Log lines, through :mod:`logging` or, in a program that has configured it, structlog; logger ``failsoft``.

Levels: a retry is a warning, giving up an error, a fallback and a recovery information, a breaker's opening a
warning. Texts of errors are redacted before they go in. Beside its text a line has its facts by name, for those who
write JSON. ``logging`` is imported with the first line.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging
    from types import ModuleType

    from failsoft._events import Event


def write(event: Event) -> None:
    """Write an event's line, if anybody reads lines of its level."""
    if not enabled(event.level):
        return
    from failsoft._words import facts  # noqa: PLC0415  not for programs without failures

    given, through = facts(event), _structured()
    if through is not None:
        through.write(event.level, event.message, given)
        return
    try:
        _loaded().log(event.level, "%s", event.message, extra=given)
    except KeyError:
        # The program's own records have attributes of such names.
        _loaded().log(event.level, "%s", event.message)


def failed(listener: Any, error: BaseException) -> None:
    """Write that a listener broke."""
    from failsoft._events import brief  # noqa: PLC0415  it imports this module

    name = getattr(listener, "__qualname__", None) or type(listener).__qualname__
    try:
        _loaded().error("a listener failed: %s (%s)", name, brief(error))
    except Exception as another:  # noqa: BLE001  the log itself is broken; a call must not be
        if sys.stderr is not None:
            sys.stderr.write(f"failsoft: logging failed: {brief(another)}\n")


def enabled(level: int) -> bool:
    """Whether lines of this level are read."""
    through = _structured()
    if through is not None:
        listening: bool = through.enabled(level)
        return listening
    return _loaded().isEnabledFor(level)


def _structured() -> ModuleType | None:
    """What writes to structlog, if that is what the program logs with.

    That it is loaded says little, as some dependency may have done that: unconfigured it would print on the standard
    output, which is no place for our lines.
    """
    structlog = sys.modules.get("structlog")
    if structlog is None or not getattr(structlog, "is_configured", bool)():
        return None
    from failsoft.integrations import _structlog  # noqa: PLC0415  not for programs without it

    return _structlog


def _loaded() -> logging.Logger:
    global _logger  # noqa: PLW0603  the one place where a module is imported late
    if _logger is None:
        import logging  # noqa: PLC0415  10 ms that a program without failures need not pay

        _logger = logging.getLogger("failsoft")
    return _logger


_logger: logging.Logger | None = None
