"""Log lines, through :mod:`logging` or, in a program that has loaded it, structlog; logger ``failsoft``.

Levels: a retry is a warning, giving up an error, a fallback and a recovery information, a breaker's opening a
warning. Texts of errors are redacted before they go in. ``logging`` is imported with the first line.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging

    from failsoft._events import Event


def write(event: Event) -> None:
    """Write an event's line, if anybody reads lines of its level."""
    if enabled(event.level):
        if "structlog" in sys.modules:
            from failsoft.integrations import _structlog  # noqa: PLC0415  not for programs without it

            _structlog.write(event)
        else:
            _loaded().log(event.level, "%s", event.message)


def failed(listener: Any, error: BaseException) -> None:
    """Write that a listener broke."""
    from failsoft._events import brief  # noqa: PLC0415  it imports this module

    name = getattr(listener, "__qualname__", None) or type(listener).__qualname__
    _loaded().error("a listener failed: %s (%s)", name, brief(error))


def enabled(level: int) -> bool:
    """Whether lines of this level are read."""
    return _loaded().isEnabledFor(level)


def _loaded() -> logging.Logger:
    global _logger  # noqa: PLW0603  the one place where a module is imported late
    if _logger is None:
        import logging  # noqa: PLC0415  10 ms that a program without failures need not pay

        _logger = logging.getLogger("failsoft")
    return _logger


_logger: logging.Logger | None = None
