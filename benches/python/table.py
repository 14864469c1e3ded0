"""The figures as aligned text for people and as plain data for programs."""

from __future__ import annotations

import platform
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rounds import Case

_WHOLE_FROM = 100
_ROW = "  {name:<{width}}  {least:>10}  {middle:>10}  {ratio:>9}  {ratios:>9}"


def heading(versions: dict[str, str], rounds: int) -> str:
    """Say what was run, so that a pasted table stands on its own."""
    build = " ".join(platform.python_build())
    peers = "\n".join(f"  {name:<14}  {number}" for name, number in versions.items())
    return (
        f"{platform.python_implementation()} {platform.python_version()} ({build}), "
        f"{platform.python_compiler()}\n{platform.platform()}, {platform.machine()}\n"
        f"{rounds} rounds; ns per call over the bare call; x: guarded / bare\n{peers}"
    )


def table(cases: Sequence[Case]) -> str:
    """Lay out one block for each kind of call, cheapest library first."""
    width = max(len(case.guard.name) for case in cases)
    blocks = groupby(cases, key=lambda case: case.shape.title)
    return "\n\n".join("\n".join(_block(title, list(members), width)) for title, members in blocks)


def document(cases: Sequence[Case], versions: dict[str, str], rounds: int) -> dict[str, Any]:
    """Give every round of every case, for statistics other than ours."""
    return {
        "python": platform.python_version(),
        "build": platform.python_build(),
        "compiler": platform.python_compiler(),
        "platform": platform.platform(),
        "versions": versions,
        "rounds": rounds,
        "cases": [_record(case) for case in cases],
    }


def _block(title: str, cases: list[Case], width: int) -> Iterator[str]:
    bare = [sample for case in cases for sample in case.bare.samples]
    yield f"{title}: bare {min(bare):.1f} ns, median {median(bare):.1f}"
    yield _ROW.format(
        name="",
        width=width,
        least="min ns",
        middle="median ns",
        ratio="min x",
        ratios="median x",
    )
    for case in sorted(cases, key=lambda case: case.over_min):
        yield _ROW.format(
            name=case.guard.name,
            width=width,
            least=_ns(case.over_min),
            middle=_ns(case.over_median),
            ratio=f"{case.ratio_min:.2f}",
            ratios=f"{case.ratio_median:.2f}",
        )


def _ns(value: float) -> str:
    """Show no more digits than a noisy machine can back."""
    return f"{value:.1f}" if abs(value) < _WHOLE_FROM else f"{value:,.0f}"


def _record(case: Case) -> dict[str, Any]:
    return {
        "shape": case.shape.title,
        "guard": case.guard.name,
        "over_min_ns": round(case.over_min, 2),
        "over_median_ns": round(case.over_median, 2),
        "ratio_min": round(case.ratio_min, 3),
        "ratio_median": round(case.ratio_median, 3),
        "bare_ns": [round(sample, 2) for sample in case.bare.samples],
        "guarded_ns": [round(sample, 2) for sample in case.guarded.samples],
    }
