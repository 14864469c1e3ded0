"""``failsoft status``: how breakers stand, read by a process that has no part in them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from failsoft import _native
from failsoft._command import _book, _paint, _policies
from failsoft._command._errors import CommandProblem, StateProblem
from failsoft._command._journal import Journal
from failsoft._command._story import seconds
from failsoft._errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def add(parser: argparse.ArgumentParser) -> None:
    """Say what its arguments are."""
    parser.description = "Show the breakers whose state is kept in files. Nothing is changed."
    parser.epilog = (
        "exit status: 0, or 1 if there is no breaker of that name, or 74 if a state file can't be read."
    )
    parser.add_argument("name", nargs="?", help="only this one")
    parser.add_argument(
        "--state", metavar="PLACE", help="a .json file, or a directory (default: FAILSOFT_STATE)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(carry_out=carry_out)


def carry_out(options: argparse.Namespace) -> int:
    """Show them."""
    breakers: list[dict[str, Any]] = []
    problems: list[str] = []
    for path in files(options.state, options.name):
        try:
            told = _told(path)
        except StateProblem as problem:
            problems.append(str(problem))
            continue
        if told is not None and options.name in {None, told["name"]}:
            breakers.append(told)
    if problems and (options.name is None or not breakers):
        raise StateProblem("\n".join(problems))
    if options.name is not None and not breakers:
        place = _policies.state_place(options.state)
        raise CommandProblem(f"{options.name}: no breaker of this name in {place}", 1)
    if options.json:
        _paint.data(breakers[0] if options.name is not None else breakers)
        return 0
    if not breakers:
        _paint.out().line(f"no breakers in {_policies.state_place(options.state)}")
        return 0
    _paint.out().table(
        ("breaker", "state", "failures", "last failure", "admits calls"),
        [
            (each["name"], each["state"], str(each["failure_count"]), _ago(each), _when(each))
            for each in breakers
        ],
    )
    return 0


def files(state: str | None, name: str | None) -> list[Path]:
    """The state files at a place that may have a breaker of a name."""
    place = _policies.state_place(state)
    if place.suffix == ".json" or place.is_file():
        return [place]
    if name is not None:
        return [place / f"{_policies.file_name(name)}.json"]
    return sorted(place.glob("*.json"))


def _told(path: Path) -> dict[str, Any] | None:
    book = _book.read(path)
    if book is None:
        return None
    try:
        engine = _native.Engine(json.dumps(book.document))
        state = Journal(path, book.name, book.document, engine, time.time).look(book)
    except ConfigError:
        raise StateProblem(f"{path}: the breaker's settings in it make no sense") from None
    return {"name": book.name, **state, "under_way": len(book.under_way()), "file": str(path)}


def _ago(told: dict[str, Any]) -> str:
    ago = told["last_failure_ago"]
    return "never" if ago is None else f"{seconds(ago)} ago"


def _when(told: dict[str, Any]) -> str:
    after = told["retry_after"]
    if after is None:
        return "when it is reset"
    return "now" if after == 0 else f"in {seconds(after)}"
