"""Numbers for people."""

from __future__ import annotations


def figure(seconds: float) -> str:
    """Seconds with three digits that count, and never as a power of ten: ``3600``, ``0.0123``."""
    rounded = float(f"{seconds:.3g}")
    return f"{rounded:.0f}" if rounded >= 1000 else f"{rounded:g}"  # noqa: PLR2004
