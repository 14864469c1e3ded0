"""Answers in a form that every host writes alike; ``tests/rust/conformance.rs`` says the same in Rust."""

from __future__ import annotations

import json
from decimal import Decimal

NAMED = ("action", "category", "code", "ending", "give_up", "kind", "state", "status", "stop_reason", "why")
LARGEST_INTEGER = 2**53


def canonical(value):
    """JSON with sorted keys and no spaces; numbers are integers below 2⁵³, or shortest digits and an exponent."""
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        number = float(value)
        if number.is_integer() and abs(number) < LARGEST_INTEGER:
            return str(int(number))
        return format(Decimal(repr(number)).normalize(), "e").replace("e+", "e")
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    return "[" + ",".join(map(canonical, value)) + "]"


def merge(one, other):
    """The first with what the second says: objects are joined, anything else takes the place of what was there."""
    whole = dict(one)
    for key, value in other.items():
        both = isinstance(whole.get(key), dict) and isinstance(value, dict)
        whole[key] = merge(whole[key], value) if both else value
    return whole


def see(answer, seen):
    """The words of the product that an answer has in it: actions, reasons, transitions, categories and the like."""
    if isinstance(answer, list | tuple):
        for item in answer:
            see(item, seen)
    if not isinstance(answer, dict):
        return
    start, to, reason = (answer.get(key) for key in ("from", "to", "reason"))
    if all(isinstance(word, str) for word in (start, to, reason)):
        seen.add(f"transition: {start} > {to}: {reason}")
    if answer.get("action") == "reject" and isinstance(reason, str):
        seen.add(f"refusal: {reason}")
    seen.update(f"{key}: {answer[key]}" for key in NAMED if isinstance(answer.get(key), str))
    for value in answer.values():
        see(value, seen)
