"""Log lines, through :mod:`logging` or, in a program that has configured it, structlog; logger ``failsoft``.

Levels: a retry is a warning, giving up an error, a fallback and a recovery information, a breaker's opening a
warning. Texts of errors are redacted before they go in. Beside its text a line has its facts by name, for those who
write JSON. ``logging`` is imported with the first line.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from failsoft import _native

if TYPE_CHECKING:
    import logging
    from types import ModuleType

    from failsoft._event import Event


INSTRUMENTS = {"prometheus_client": "prometheus", "opentelemetry.trace": "opentelemetry"}
"""The modules of what hears of everything once a program has loaded it, and what of ``integrations`` tells it."""


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
    """Whether anybody reads lines of this level."""
    try:
        through = _structured()
        if through is not None:
            listening: bool = through.enabled(level)
            return listening
        logger = _loaded()
    except (ImportError, OSError):
        # Without a free file descriptor no module can be loaded; the caller's own error says that better.
        return False
    return logger.isEnabledFor(level) and _is_read(logger)


def _is_read(logger: Any) -> bool:
    """Whether a line would come to somebody. A ``NullHandler`` is there for those who want to hear nothing."""
    if _is_patched(type(logger)):
        return True
    nobody = True
    while logger is not None:
        if logger.filters:
            return True
        for handler in logger.handlers:
            if type(handler) is not _null_handler:
                return True
            nobody = False
        logger = logger.parent if logger.propagate else None
    # Without any handler Python prints lines as a last resort.
    return nobody


def _is_patched(kind: type[logging.Logger]) -> bool:
    """Whether somebody has put himself between the lines and their handlers, as Sentry does."""
    return getattr(kind.callHandlers, "__globals__", None) is not _globals


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
    global _logger, _null_handler, _globals  # noqa: PLW0603  the one place where a module is imported late
    if _logger is None:
        import logging  # noqa: PLC0415  10 ms that a program without failures need not pay

        _null_handler, _globals = logging.NullHandler, vars(logging)
        _logger = logging.getLogger("failsoft")
        if type(_logger) is logging.Logger and not _is_patched(logging.Logger):
            _native.logs_to(_logger, logging.NullHandler, [*INSTRUMENTS, "structlog"])
    return _logger


_logger: logging.Logger | None = None
_null_handler: type[logging.Handler] | None = None
_globals: dict[str, Any] = {}
