"""Python values to the JSON text that the core reads.

The core is the only reader of documents. What is done here is to say in JSON what Python can say and JSON
can't, so that the core can name it in its errors.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from failsoft._errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

DEEPEST = 100
"""A document that is nested deeper is no document; JSON readers give up a little later."""


def to_text(document: Any) -> str:
    """Write a document as JSON text.

    Raises:
        ConfigError: It holds what has no meaning in a document; it lists every such value and key.
    """
    writer = _Writer()
    text = json.dumps(writer.plain(document, "", 0))
    if writer.problems:
        raise ConfigError(writer.problems)
    return text


def read(document: Any, reader: Callable[[str], T]) -> T:
    """Hand a document, or the JSON text of one, to a reader in the core.

    Raises:
        ConfigError: It makes no sense; what Python can say and JSON can't is listed together with the rest.
    """
    writer = _Writer()
    text = _whole(document) if isinstance(document, str) else json.dumps(writer.plain(document, "", 0))
    found = {problem.path for problem in writer.problems}
    try:
        answer = reader(text)
    except ConfigError as error:
        # What could not be written was left out; that it is missing is no second fault.
        rest = [problem for problem in error.problems if problem.path not in found]
        raise ConfigError([*writer.problems, *rest]) from None
    if writer.problems:
        raise ConfigError(writer.problems)
    return answer


class _Writer:
    """Turns a value into what JSON can say, and remembers what it had to leave out."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._around: set[int] = set()

    def plain(self, value: Any, path: str, depth: int) -> Any:
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, (Mapping, set, frozenset, list, tuple)):
            return self._collection(value, path, depth)
        if value is None or isinstance(value, (bool, int, float, str, timedelta, type)):
            return _scalar(value)
        return self._leave_out(
            "wrong_type", path, f"a value of type {type(value).__name__} means nothing in a document"
        )

    def _collection(self, value: Any, path: str, depth: int) -> Any:
        if id(value) in self._around:
            return self._leave_out("contradiction", path, "contains itself")
        if depth > DEEPEST:
            return self._leave_out("out_of_range", path, f"nested deeper than {DEEPEST} levels")
        self._around.add(id(value))
        try:
            if isinstance(value, Mapping):
                return {
                    _whole(key): self.plain(item, _at(path, key), depth + 1)
                    for key, item in value.items()
                    if self._is_key(key, path)
                }
            items = [self.plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        finally:
            self._around.discard(id(value))
        # Only sets of types have a meaning here, and they need an order: text of a document is its identity.
        return sorted(items, key=repr) if isinstance(value, (set, frozenset)) else items

    def _is_key(self, key: Any, path: str) -> bool:
        if not isinstance(key, str):
            self._leave_out("wrong_type", path, f"a key of type {type(key).__name__} (expected text)")
        return isinstance(key, str)

    def _leave_out(self, code: str, path: str, message: str) -> None:
        self.problems.append(Problem(code, path, message))


def _scalar(value: Any) -> Any:
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, type):
        return type_name(value)
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, (int, float)) and not -_LARGEST <= value <= _LARGEST:
        # Beyond every range: no number in JSON's eyes, and an integer may be too long to print.
        return "Infinity" if value > 0 else "-Infinity"
    return value


def type_name(kind: type) -> str:
    """The name by which the classifier knows a type: qualified, but for builtins."""
    module = getattr(kind, "__module__", None)
    name = getattr(kind, "__qualname__", None) or "object"
    if not isinstance(module, str) or module == "builtins":
        return str(name)
    return f"{module}.{name}"


def _whole(text: str) -> str:
    """The text without halves of surrogate pairs, which are legal in Python and nowhere else."""
    return text.encode("utf-8", "replace").decode()


def _at(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


_LARGEST = 2**1023
