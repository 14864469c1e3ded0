"""What a policy does, in plain words."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class AttemptPlan:
    """One attempt as planned; times in seconds.

    Attributes:
        number: From 1.
        shortest_wait: The shortest wait before it that the schedule draws.
        longest_wait: The longest.
        limit: How long it may take; None for no limit.
    """

    number: int
    shortest_wait: float
    longest_wait: float
    limit: float | None


@dataclass(frozen=True)
class PolicyWarning:
    """A doubt about a policy: nothing wrong, but hardly what was meant.

    Attributes:
        path: The setting that it is about, such as ``retry.max_attempts``.
        message: What follows from it.
    """

    path: str
    message: str


@dataclass(frozen=True)
class Explanation:
    """What a policy does. As text it is its sentences and warnings, a line each.

    Attributes:
        sentences: In the order in which a call meets what they describe.
        attempts: The first attempts, ten at most.
        worst_case: The longest that a call can take, in seconds; None if nothing bounds it. For functions
            that block and run in the caller's own thread an attempt's limit is not kept.
        amplification: How many calls a dependency may see for each of the program's, in an outage.
        warnings: What cannot work, or hardly as it was meant.
    """

    sentences: tuple[str, ...]
    attempts: tuple[AttemptPlan, ...]
    worst_case: float | None
    amplification: int
    warnings: tuple[PolicyWarning, ...]

    def __str__(self) -> str:
        doubts = (f"warning: {warning.path}: {warning.message}" for warning in self.warnings)
        return "\n".join((*self.sentences, *doubts))


def from_native(text: str) -> Explanation:
    """Read the core's own explanation."""
    told = json.loads(text)
    return Explanation(
        tuple(told["sentences"]),
        tuple(AttemptPlan(**plan) for plan in told["attempts"]),
        told["worst_case"],
        told["amplification"],
        tuple(PolicyWarning(**warning) for warning in told["warnings"]),
    )
