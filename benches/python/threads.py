"""How calls of one breaker scale with threads: calls a second of eight threads over those of one, medians of runs.

Run it with failsoft installed, and circuitbreaker and pybreaker beside it: python benches/python/threads.py
"""

from __future__ import annotations

import hashlib
import threading
import time
from statistics import median
from typing import TYPE_CHECKING

from guards import guards

if TYPE_CHECKING:
    from collections.abc import Callable

CHOSEN = ("failsoft both", "circuitbreaker", "pybreaker")
THREADS = 8
RUNS = 7
SECONDS = 0.3
"""How long a run takes."""
PAGE = bytes(200_000)


def nothing() -> None:
    """What holds the interpreter all the time."""


def counted() -> None:
    """What lets go of the interpreter and computes."""
    hashlib.sha256(PAGE).digest()


def waited() -> None:
    """What lets go of the interpreter and waits, as most guarded calls do."""
    time.sleep(0.001)


def guarded(function: Callable[[], None]) -> dict[str, Callable[[], None]]:
    """The function bare, and behind a breaker of each library that is there."""
    found = {guard.name: guard for guard in guards() if guard.role == "happy" and guard.sync}
    chosen = [found[name] for name in CHOSEN if name in found]
    return {"bare": function, **{guard.name: guard.decorate(function) for guard in chosen}}


def rate(call: Callable[[], None], threads: int) -> float:
    """Calls a second of so many threads together."""
    made = [0] * threads
    begin = threading.Barrier(threads)

    def work(number: int) -> None:
        begin.wait()
        count, until = 0, time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            call()
            count += 1
        made[number] = count

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(made) / SECONDS


def main() -> None:
    """Print a table for each kind of function."""
    for function in (nothing, counted, waited):
        print(f"\n{function.__name__}: calls a second of one thread, and of {THREADS} over that")
        cases = guarded(function)
        rates: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in cases}
        for _ in range(RUNS):
            for name, call in cases.items():
                alone, together = rates[name]
                alone.append(rate(call, 1))
                together.append(rate(call, THREADS))
        for name, (alone, together) in rates.items():
            print(f"  {name:28}{median(alone):12,.0f}{median(together) / median(alone):8.2f}")


if __name__ == "__main__":
    main()
