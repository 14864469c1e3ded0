"""Policy documents as files, and what the command adds to them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._command._errors import CommandProblem
from failsoft._documents import read
from failsoft._errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STDIN = "-"
_PAUSES = ("pause", "pause_and_notify")


def text_of(path: str) -> str:
    """The text of a file, or of what is piped in for ``-``.

    Raises:
        CommandProblem: It can't be read.
    """
    try:
        raw = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise CommandProblem(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise CommandProblem(f"{path}: not UTF-8 text: {error.reason}") from None


def load(paths: Sequence[str]) -> dict[str, Any]:
    """The document that these files make together; each may be a whole one, or some sections of it.

    Raises:
        CommandProblem: A file can't be read, makes no sense, or says again what another has said.
    """
    document: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for path in paths:
        for key, section in _checked(path, text_of(path)).items():
            if key in document:
                raise CommandProblem(f"{path}: {key}: given in {origin[key]} too")
            document[key], origin[key] = section, path
    if len(paths) > 1:
        # Sections may contradict each other.
        _checked(" + ".join(paths), json.dumps(document))
    return document


def problems_of(path: str, error: ConfigError) -> str:
    """A document's errors, a line each, with the file's name."""
    return "\n".join(
        ": ".join(part for part in (path, problem.path, problem.message) if part)
        for problem in error.problems
    )


def for_command(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as a command runs under it.

    Two things are added where the document says nothing of them. What nothing can be told of is retried: most commands
    say nothing but a number when they fail, and who runs one under ``retry`` wants it retried. And whoever is told to
    pause when the circuit opens waits for it to half-open.

    Raises:
        CommandProblem: It asks for what a command can't do.
    """
    if document.get("fallback") is not None:
        raise CommandProblem("fallback: a command has no steps to fall back to; leave this section out")
    made = dict(document)
    classify = dict(made.get("classify") or {})
    classify.setdefault("unknown", "retry")
    made["classify"] = classify
    if pauses(document) and made.get("retry") is not None:
        retry = dict(made["retry"])
        retry.setdefault("retry_open_circuit", True)
        made["retry"] = retry
    return made


def pauses(document: Mapping[str, Any]) -> bool:
    """Whether the document says to pause when the circuit opens."""
    opened = (document.get("error_handling") or {}).get("on_circuit_open") or {}
    return opened.get("action") in _PAUSES


def name_of(document: Mapping[str, Any], given: str | None, path: str) -> str:
    """What a run is called: as the user says, as the document says, or as the file is called."""
    name = given or document.get("name") or ("" if path == STDIN else Path(path).stem)
    return str(name or "failsoft")


def state_path(state: str | None, name: str) -> Path:
    """The file with the state of a breaker.

    Args:
        state: A file (it ends in ``.json``, or is one) or a directory; None for the user's own directory.
        name: The breaker's name.
    """
    place = state_place(state)
    if place.suffix == ".json" or place.is_file():
        return place
    return place / f"{file_name(name)}.json"


def state_place(state: str | None) -> Path:
    """The file or directory with the state of breakers: as given, ``FAILSOFT_STATE``, or where the system has such."""
    given = state or os.environ.get("FAILSOFT_STATE")
    if given:
        return Path(given)
    if os.name == "nt":  # pragma: no cover
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "failsoft"
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "failsoft"


def file_name(name: str) -> str:
    """A name that every file system takes, another one for each name."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:80].lstrip(".")
    if plain == name:
        return plain
    return f"{plain or 'breaker'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _checked(path: str, text: str) -> dict[str, Any]:
    try:
        read(text, _native.Engine)
    except ConfigError as error:
        raise CommandProblem(problems_of(path, error)) from None
    document: dict[str, Any] = json.loads(text)
    return document
