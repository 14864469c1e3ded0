"""Log lines through structlog, in a program that has configured it; see :mod:`failsoft._log` for their levels."""

from __future__ import annotations

from typing import Any

import structlog


def write(level: int, message: str, facts: dict[str, Any]) -> None:
    """Write a line, with its facts by name."""
    # By the level's own name: some loggers have no ``log``.
    getattr(structlog.get_logger("failsoft"), _NAMES[level])(message, **facts)


def enabled(level: int) -> bool:
    """Whether lines of this level are read, as far as the program's logger can tell."""
    try:
        logger = structlog.get_logger("failsoft").bind()
        for name in ("is_enabled_for", "isEnabledFor"):
            if hasattr(type(logger), name):
                return bool(getattr(logger, name)(level))
    except Exception:  # noqa: BLE001  who writes the line will meet it too, and say so
        return True
    return True


_NAMES = {10: "debug", 20: "info", 30: "warning", 40: "error"}
