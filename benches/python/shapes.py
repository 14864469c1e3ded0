"""The kinds of call that are timed, each as source text.

Text, because every case must get code objects of its own. CPython specialises
bytecode per code object, so two cases that shared a loop or a target would teach
each other's inline caches and the later one would be timed in the wrong state.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import repeat
from time import perf_counter_ns
from typing import Any, Literal, cast

Role = Literal["happy", "open", "once"]
"""What the guarded function does: succeed, never get called, fail once and succeed."""

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]
Loop = Callable[[Any, int], int]
AsyncLoop = Callable[[Any, int], Awaitable[int]]

_LOOP = """\
{define} loop(f, count):
    turns = repeat(None, count)
    started = clock()
    for _ in turns:
        {body}
    return clock() - started
"""

_CAUGHT = """\
try:
            {call}
        except Exception:
            pass"""

_FAILS_EVERY_OTHER_CALL = """\
failing = False
{define} target():
    global failing
    failing = not failing
    if failing:
        raise ConnectionError
"""

_BY_HAND = """
{define} reference():
    try:
        return {wait}target()
    except ConnectionError:
        return {wait}target()
"""


@dataclass(frozen=True)
class Shape:
    """One way of calling, and the plain code its cost is compared with."""

    title: str
    role: Role
    call: str
    target: str
    reference: str = ""
    method: bool = False
    sleeps: bool = True

    @property
    def is_async(self) -> bool:
        """Whether the call is awaited, which decides how a round is driven."""
        return self.call.startswith("await ")

    def bare(self) -> Any:
        """Make what a user has before any library: the target, or the retry by hand."""
        names = _run(self.target + self.reference)
        return self._held(names["reference" if self.reference else "target"])

    def guarded(self, decorate: Decorator) -> Any:
        """Make a fresh target and put a library around it."""
        return self._held(decorate(_run(self.target)["target"]))

    def loop(self) -> Loop | AsyncLoop:
        """Compile a timing loop whose cost per turn is the same for every callable."""
        body = _CAUGHT.format(call=self.call) if self.role == "open" else self.call
        define = "async def" if self.is_async else "def"
        names = _run(_LOOP.format(define=define, body=body))
        return cast("Loop | AsyncLoop", names["loop"])

    def _held(self, function: Function) -> Any:
        """Hang the function on an object, if the shape calls it as a method."""
        return type("Host", (), {"m": function})() if self.method else function


def _run(source: str) -> dict[str, Any]:
    """Execute source in a namespace of its own."""
    names: dict[str, Any] = {"repeat": repeat, "clock": perf_counter_ns}
    exec(source, names)  # noqa: S102 - our own text, see the module
    return names


def _both(title: str, role: Role, arguments: str, target: str) -> list[Shape]:
    """Write a shape once for plain functions and once for coroutines."""
    reference = _BY_HAND if role == "once" else ""
    return [
        Shape(
            title=f"{word} {title}",
            role=role,
            call=f"{wait}f({arguments})",
            target=target.format(define=define),
            reference=reference.format(define=define, wait=wait),
        )
        for word, wait, define in (
            ("sync", "", "def"),
            ("async", "await ", "async def"),
        )
    ]


def _without_sleep(shape: Shape) -> Shape:
    """Copy a shape for timing with `time.sleep` and `asyncio.sleep` stubbed out.

    `time.sleep(0)` arms a kernel timer and costs some 50 µs, more than any library
    that calls it; without the stub, that is all one would see.
    """
    return replace(shape, title=f"{shape.title}, sleep stubbed", sleeps=False)


_ONE_RETRY = _both("one retry, zero wait", "once", "", _FAILS_EVERY_OTHER_CALL)

SHAPES: list[Shape] = [
    *_both("f()", "happy", "", "{define} target(): pass"),
    *_both("f(1, b=2)", "happy", "1, b=2", "{define} target(a, b=None): pass"),
    Shape("sync obj.m(1)", "happy", "f.m(1)", "def target(self, a): pass", method=True),
    *_both("rejected", "open", "", "{define} target(): raise ConnectionError"),
    *_ONE_RETRY,
    *map(_without_sleep, _ONE_RETRY),
]
