"""What an error means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._documents import read
from failsoft._faults import fault_text

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Verdict:
    """What an error means for the call that met it.

    Attributes:
        category: ``timeout``, ``rate_limit``, ``quota``, ``connection``, ``server``, ``auth``,
            ``invalid_request``, ``not_found``, ``resource``, ``conflict``, ``cancelled``,
            ``open_circuit`` or ``unknown``.
        status: ``transient``, ``permanent`` or ``degraded``.
        retryable: Whether the same call, made again later, has a realistic chance of success. It
            says nothing about whether repeating it is safe.
        retry_after: Seconds that the server asked to wait, or None.
        rule: What decided.
    """

    category: str
    status: str
    retryable: bool
    retry_after: float | None
    rule: str


def classify(error: BaseException, classifier: Mapping[str, Any] | None = None) -> Verdict:
    """Tell what an exception means.

    It never raises because of the exception, however strange that is.

    Args:
        error: Any exception; its type, attributes, headers and explicit causes are looked at.
        classifier: A policy document's ``classify`` block; by default the library's own tables.

    Raises:
        ConfigError: ``classifier`` makes no sense.
    """
    return _verdict(fault_text(error), classifier)


def classify_fault(fault: Mapping[str, Any], classifier: Mapping[str, Any] | None = None) -> Verdict:
    """Tell what a fault document means: an error as plain data, from any host.

    Args:
        fault: Any of ``host``, ``type``, ``name``, ``bases``, ``message``, ``status``, ``code``,
            ``errno``, ``syscall``, ``headers``, ``attrs``, ``errors``, ``cause`` and ``now``.
        classifier: A policy document's ``classify`` block; by default the library's own tables.

    Raises:
        ConfigError: A key is unknown, or a value has the wrong shape.
    """
    return read(fault, lambda text: _verdict(text, classifier))


def _verdict(fault: str, classifier: Mapping[str, Any] | None) -> Verdict:
    return Verdict(**json.loads(read(classifier or {}, lambda block: _native.classify(fault, block))))
