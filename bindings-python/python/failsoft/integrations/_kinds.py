"""A policy for each way in which a request may be repeated, and for each host if so desired."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from failsoft._documents import to_text
from failsoft._driver import Core
from failsoft._policy import Policy
from failsoft._system import System

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Repeats = Literal["freely", "carefully", "once"]
"""How a request may be repeated: at will, only where it surely had no effect, or not at all."""

PolicyLike = Policy | dict[str, Any] | str
"""A policy, a policy document, or the JSON text of one."""

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})

# How many hosts' engines are at hand. Nothing is forgotten: the state is the system's, and engines are quickly made.
_HOSTS = 64


def repeats_of(method: str, key: object, *, replayable: bool) -> Repeats:
    """How a request may be repeated.

    Args:
        method: The request's method.
        key: What its ``Idempotency-Key`` header says, if it has one.
        replayable: Whether its body can be sent once more.
    """
    if not replayable:
        return "once"
    return "freely" if method.upper() in _IDEMPOTENT or key else "carefully"


class Kinds:
    """Cores with one breaker, its limits and its budget, made when needed. Safe to share between threads."""

    def __init__(self, freely: Core, text: str, make: Callable[[Mapping[str, Any]], Core]) -> None:
        """``text`` is the document of ``freely``, and ``make`` makes another core of a changed one."""
        self.freely: Core = freely
        self._text = text
        self._make = make
        self._others: dict[Repeats, Core] = {}

    @classmethod
    def of_policy(cls, policy: Policy) -> Kinds:
        """Those over the machines of one policy."""
        core = policy._core

        def over(changed: Mapping[str, Any]) -> Core:
            return Core.of(changed, breaker=core, whole=True, listener=core.listener)

        return cls(core, policy._text, over)

    def of(self, repeats: Repeats) -> Core:
        """The core for such requests."""
        if repeats == "freely":
            return self.freely
        core = self._others.get(repeats)
        if core is None:
            core = self._others.setdefault(repeats, self._restricted(_CHANGES[repeats]))
        return core

    def _restricted(self, change: Mapping[str, Any]) -> Core:
        document = json.loads(self._text)
        # Without the section nothing is repeated anyhow, and to add one would change that.
        if document.get("retry") is None:
            return self.freely
        return alike(self._make({**document, "retry": {**document["retry"], **change}}), self.freely)


class Hosts:
    """Where requests find their policy: one for all, or one for each host."""

    def __init__(self, policy: PolicyLike, per_host: bool | System = False) -> None:  # noqa: FBT001, FBT002  told by name
        """Make a policy of a document, if it is one.

        Raises:
            ConfigError: The document makes no sense.
            TypeError: It is neither a policy nor a document.
        """
        policy = policy_of(policy)
        core, text = policy._core, policy._text
        self.max_attempts: int = core.max_attempts
        self.of: Callable[[str], Kinds]
        """The cores for requests to a host."""
        system = system_of(policy, per_host)
        if system is None:
            shared = Kinds.of_policy(policy)
            self.of = lambda _: shared
            return

        def of(host: str) -> Kinds:
            def make(document: Mapping[str, Any]) -> Core:
                return system.policy(host, document)._core

            return Kinds(alike(make(json.loads(text)), core), text, make)

        self.of = lru_cache(maxsize=_HOSTS)(of)


def system_of(policy: Policy, per_host: bool | System) -> System | None:  # noqa: FBT001  as the caller was given it
    """The system whose parts the hosts are; None if all hosts share one policy.

    Raises:
        TypeError: It is neither yes nor no nor a system.
    """
    if per_host is False or isinstance(per_host, System):
        return per_host or None
    if per_host is not True:
        raise TypeError(f"per_host: expected True, False or a System, found a {type(per_host).__name__}")
    return System(clock=policy._core.clock, on_event=policy._core.listener)


def policy_of(policy: PolicyLike) -> Policy:
    """The policy itself, or one made of a document or of the JSON text of one.

    Raises:
        ConfigError: The document makes no sense.
        TypeError: It is neither a policy nor a document.
    """
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str):
        return Policy.from_json(policy)
    if not hasattr(policy, "keys"):
        raise TypeError(f"policy: expected a Policy or a document, found a {type(policy).__name__}")
    return Policy.from_json(to_text(policy))


def alike(core: Core, other: Core) -> Core:
    """The core, with what the other one has besides its document."""
    core.fallback, core.steps, core._seeds = other.fallback, other.steps, other._seeds
    return core


_CHANGES: Mapping[Repeats, Mapping[str, Any]] = {
    "carefully": {"idempotent": False},
    "once": {"enabled": False},
}
