"""Secrets out of everything that the command writes itself: log, reports, bundles, notifications, the state file.

The output of the guarded command is passed on as it is; it is the user's own.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

from failsoft._events import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SHORTEST = 6
"""A value of fewer letters is hidden by its name only: to hide every ``1`` would hide the whole text."""
HIDDEN = "[redacted]"


class Secrets:
    """What may not be written: what looks like a secret, and the values of the environment's variables that are named
    like one.
    """  # noqa: D205  one sentence

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        held = {value for name, value in environment.items() if _is_secret(name, value)}
        # The longest first: one may be the beginning of another.
        self._values = sorted(held, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """One line of text without them, and without what could forge a line."""
        for value in self._values:
            text = text.replace(value, HIDDEN)
        return clean(text)

    def hide_lines(self, lines: Iterable[str]) -> list[str]:
        """Lines of an output without them; a private key is hidden from its first line to its last."""
        kept: list[str] = []
        inside = False
        for line in lines:
            begins, ends = _is_mark(line, "-----BEGIN "), _is_mark(line, "-----END ")
            if ends and not inside and not begins:
                # Its beginning has been cut off.
                kept = [HIDDEN] * len(kept)
            kept.append(HIDDEN if inside or begins or ends else self.hide(line))
            inside = (inside or begins) and not ends
        return kept

    def hide_all(self, value: Any) -> Any:
        """Plain data without them."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, dict):
            return {str(key): self._hide_named(str(key), item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.hide_all(item) for item in value]
        return value

    def hide_arguments(self, arguments: Sequence[str]) -> str:
        """A command line without them, also where an option's value is an argument of its own."""
        words = [self.hide(argument) for argument in arguments]
        for index, option in enumerate(arguments[:-1]):
            bare = option.lstrip("-")
            if option != bare and "=" not in option and _makes_secret(bare, arguments[index + 1]):
                words[index + 1] = HIDDEN
        return shlex.join(words).replace(shlex.quote(HIDDEN), HIDDEN)

    def _hide_named(self, name: str, value: Any) -> Any:
        return HIDDEN if isinstance(value, str) and _is_secret(name, value) else self.hide_all(value)


def _is_secret(name: str, value: str) -> bool:
    return len(value) >= SHORTEST and _makes_secret(name, value)


def _makes_secret(name: str, value: str) -> bool:
    """Whether it is the name that makes the value one."""
    return clean(f"{name}={value}").count(HIDDEN) > clean(value).count(HIDDEN)


def _is_mark(line: str, mark: str) -> bool:
    return mark in line and "PRIVATE KEY" in line
