"""Patterns of errors in a command's output: a document's ``error_patterns``, by the core's own reading of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from failsoft import _native

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def of_document(document: Mapping[str, Any], more: Sequence[str] = ()) -> list[str]:
    """The patterns that a document names, and more."""
    breaker = document.get("circuit_breaker")
    found = breaker.get("error_patterns") if isinstance(breaker, dict) else None
    listed = found if isinstance(found, list) else [] if found is None else [found]
    return [*(str(pattern) for pattern in listed), *more]


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """What tells whether one of them stands in a line: as whole words, without case."""
    if not patterns:
        return lambda _: False
    rule = {"match": {"message": list(patterns)}, "then": "transient"}
    classifier = json.dumps({"kind": "none", "rules": [rule]})
    words = [_last_part(pattern).casefold() for pattern in patterns]

    def matches(line: str) -> bool:
        # The core decides; most lines need not be shown to it.
        folded = line.casefold()
        if not any(word in folded for word in words):
            return False
        verdict = json.loads(_native.classify(json.dumps({"message": line}), classifier))
        return str(verdict["rule"]).startswith("rules[")

    return matches


def _last_part(pattern: str) -> str:
    return max(pattern.split(), key=len, default=pattern)
