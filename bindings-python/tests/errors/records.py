"""What the clients' tests met, written down as vectors for every host.

``RECORD=1 pytest tests/errors`` writes them anew; without it each test compares what it met with what is
written. Addresses, ports, dates and places in memory are made the same for every run.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from failsoft import classify_fault
from failsoft._faults import fault_of

VECTORS = Path(__file__).parents[3] / "tests" / "vectors"
# The modules whose cases a file holds, and what they have in common.
FILES = {
    "python_http.json": ("HTTP clients", ("aiohttp", "httpx", "requests", "urllib3")),
    "python_services.json": ("clients of clouds and models, and gRPC", ("clouds", "grpc", "models")),
    "python_stores.json": ("drivers of databases and caches", ("mongo", "postgres", "redis")),
    "python_system.json": ("Python, its library and the system", ("mail", "python", "system")),
}
RECORDING = bool(os.environ.get("RECORD"))
NOW = 1700000000.0

_SAME = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x7f0000000000"),
    (re.compile(r"\b[0-9a-f]{24}\b"), "0" * 24),
    (re.compile(r"(?<=127\.0\.0\.1[:/])\d{4,5}\b"), "8080"),
    (re.compile(r"(?<=localhost[:/])\d{4,5}\b"), "8080"),
    (
        re.compile(
            r"(127\.0\.0\.1', (?:port=)?|127\.0\.0\.1\", |localhost', (?:port=)?|port |port=)\d{4,5}\b"
        ),
        r"\g<1>8080",
    ),
    (re.compile(r"(?<=created_time:\")[^\"]*|(?<=created_time\":\")[^\"]*"), "2023-11-14T22:13:20Z"),
    (re.compile(r"\[?::1\]?:\d+"), "[::1]:8080"),
    (re.compile(r"/(?:[\w.@+-]+/)+(?=[\w.-]*(?:python|site-packages|pytest|tmp))[\w./@+-]*"), "/srv/app"),
    (re.compile(r"(?<=[( ])_(?:ssl|posix\w*)\.c:\d+"), "_ssl.c:1000"),
)


def same(value: object) -> object:
    """The same value without what differs from one run or machine to the next."""
    if isinstance(value, str):
        for pattern, constant in _SAME:
            value = pattern.sub(constant, value)
        return value
    if isinstance(value, dict):
        return {key: NOW if key == "now" else same(item) for key, item in value.items()}
    return [same(item) for item in value] if isinstance(value, list) else value


class Records:
    """The cases of the file by their descriptions."""

    def __init__(self) -> None:
        there = [VECTORS / name for name in FILES if (VECTORS / name).exists()]
        cases = [case for path in there for case in json.loads(path.read_text("utf-8"))["cases"]]
        self.written = {case["description"]: case for case in cases}
        self.met: dict[str, dict[str, object]] = {}

    def meet(self, description: str, error: BaseException) -> dict[str, object] | None:
        """Remember an error, and answer what is written about it."""
        fault = json.loads(json.dumps(same(fault_of(error))))
        verdict = vars(classify_fault(fault))
        self.met[description] = {"description": description, "fault": fault, "expect": verdict}
        return self.met[description] if RECORDING else self.written.get(description)

    def write(self) -> None:
        """Replace the cases of the files of tests that ran; the others stay."""
        ran = {description.partition(":")[0] for description in self.met}
        kept = {key: case for key, case in self.written.items() if key.partition(":")[0] not in ran}
        every = kept | self.met
        for name, (what, modules) in FILES.items():
            cases = [every[key] for key in sorted(every) if key.partition(":")[0] in modules]
            lines = ",\n    ".join(json.dumps(case, ensure_ascii=False) for case in cases)
            about = json.dumps(f"errors that {what} really raised, recorded by bindings-python/tests/errors")
            head = f'{{\n  "about": {about},\n  "format": 1,\n  "cases": [\n    '
            (VECTORS / name).write_text(f"{head}{lines}\n  ]\n}}\n", "utf-8")
