"""Self-healing: a call fails, the problem is diagnosed and remedied, and the call is made again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from enum import Enum
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from failsoft import _native
from failsoft._batch import guard_of
from failsoft._documents import read
from failsoft._report import remember_healing
from failsoft._wrap import is_coroutine_function, refuse_generators, takes_arguments

if TYPE_CHECKING:
    from failsoft._policy import Policy

T = TypeVar("T")
Remedies = Mapping[str, "Callable[..., Any] | Sequence[Callable[..., Any]]"]


def heal(
    function: Callable[..., T],
    /,
    *args: Any,
    diagnose: Callable[[Exception], Any],
    remedies: Remedies,
    max_remedies: int | None = None,
    policy: Policy | Mapping[str, Any] | str | None = None,
    **kwargs: Any,
) -> T:
    """Call a function; if it fails, find out why, remedy that, and call it again.

    Each remedy is applied at most once in a call. A remedy that raises has failed; the next one for the diagnosis
    is tried then. Safe to call from any thread or task.

    Args:
        function: A function or a coroutine function.
        *args: Its arguments.
        diagnose: Called with the error; answers the name of the problem, or None if it knows of none. What it raises
            counts as None.
        remedies: For each name of a problem a function that remedies it, or several in the order in which they are
            tried. One that takes an argument is called with the error.
        max_remedies: So many remedies at most, those that fail included. Default: 3.
        policy: What guards each attempt: a policy, its document, or the JSON text of one. Default: nothing.
        **kwargs: The function's keyword arguments.

    Returns:
        What the function answers; if it, ``diagnose`` or a remedy is a coroutine function, to be awaited.
        :func:`failsoft.report` of the answer or error has what was done as ``remedies``.

    Raises:
        BaseException: The function's own last error, when there is nothing left to try.
        ConfigError: The remedies make no sense, or the policy limits attempts that can't be cut off.
        TypeError: The function, ``diagnose`` or a remedy can't be called; or it is a generator function: what it has
            yielded can't be healed.
    """
    refuse_generators(function, "heal")
    guard = guard_of(policy, function)
    if not callable(diagnose):
        raise TypeError(f"diagnose: expected a function, found a {type(diagnose).__name__}")
    functions, names = _named(remedies)
    settings = {"remedies": names, "max_remedies": max_remedies}
    given = {key: value for key, value in settings.items() if value is not None}
    native = read({"heal": given}, _native.Heal)
    attempt = partial(function, *args, **kwargs)
    if guard is not None:
        attempt = partial(guard.call, function, *args, **kwargs)
    healing = _healing(attempt, diagnose, functions, native)
    asynchronous = any(map(is_coroutine_function, (function, diagnose, *functions.values())))
    answer: Any = _awaited(healing) if asynchronous else _called(healing)
    return cast("T", answer)


def _healing(
    attempt: Callable[[], Any],
    diagnose: Callable[[Exception], Any],
    functions: Mapping[str, Callable[..., Any]],
    native: _native.Heal,
) -> Generator[Callable[[], Any], Any, Any]:
    """What to call, one after the other; whoever calls it sends the answers in, or throws the errors."""
    failure: Exception | None = None
    try:
        while True:
            try:
                answer = yield attempt
            except Exception as error:  # noqa: BLE001  what it means the diagnosis says
                failure = error
            else:
                native.succeeded()
                remember_healing(answer, native.report())
                return answer
            diagnosis = None
            if native.remedies_left() > 0:
                diagnosis = yield from _asked(partial(diagnose, failure))
            number, name = native.failed(diagnosis)
            while number != 0:
                remedy = functions[name or ""]
                applied = yield from _applied(
                    partial(remedy, *((failure,) if takes_arguments(remedy) else ()))
                )
                number, name = native.remedied(number) if applied else native.remedy_failed(number)
            if name is not None:
                remember_healing(failure, native.report())
                raise failure
    finally:
        # Its traceback refers to this frame, and this frame must not refer to it.
        failure = None
        native.abandon()


def _asked(diagnose: Callable[[], Any]) -> Generator[Callable[[], Any], Any, str | None]:
    try:
        answer = yield diagnose
    except Exception:  # noqa: BLE001  the function's own error says more than that of whoever looked at it
        return None
    if isinstance(answer, Enum):
        answer = answer.value
    return None if answer is None else str(answer)


def _applied(remedy: Callable[[], Any]) -> Generator[Callable[[], Any], Any, bool]:
    try:
        yield remedy
    except Exception:  # noqa: BLE001  it has failed, and is in the report as such
        return False
    return True


def _called(healing: Generator[Callable[[], Any], Any, Any]) -> Any:
    call = failed = None
    try:
        call = next(healing)
        while True:
            answer = failed = None
            try:
                answer = call()
            except BaseException as error:  # noqa: BLE001  it decides what becomes of it
                failed = error
            # Outside of the except block: inside, every later error would have this one as context.
            if failed is not None:
                call = healing.throw(failed)
            elif type(answer) is CoroutineType:
                # A plain function that answers with one is as good as a coroutine function.
                return _awaited(healing, answer)
            else:
                call = healing.send(answer)
    except StopIteration as stop:
        return stop.value
    finally:
        # The error's traceback refers to this frame, and this frame must not refer to the error.
        del call, failed


async def _awaited(healing: Generator[Callable[[], Any], Any, Any], first: Any = None) -> Any:
    """The same as a coroutine; ``first`` is what the first call has answered already."""
    call = failed = None
    try:
        call = next(healing) if first is None else lambda: first
        while True:
            answer = failed = None
            try:
                answer = call()
                if inspect.isawaitable(answer):
                    answer = await answer
            except BaseException as error:  # noqa: BLE001
                failed = error
            call = healing.send(answer) if failed is None else healing.throw(failed)
    except StopIteration as stop:
        return stop.value
    finally:
        del call, failed


def _named(remedies: Remedies) -> tuple[dict[str, Callable[..., Any]], dict[str, list[str]]]:
    """The functions by name, and the names for each diagnosis. One function has one name, whatever it remedies."""
    functions: dict[str, Callable[..., Any]] = {}
    names: dict[str, list[str]] = {}
    if not isinstance(remedies, Mapping):
        raise TypeError(f"remedies: expected a mapping, found a {type(remedies).__name__}")
    for diagnosis, given in remedies.items():
        several = list(given) if isinstance(given, Sequence) else [given]
        for remedy in several:
            if not callable(remedy):
                raise TypeError(
                    f"remedies: {diagnosis}: expected a function, found a {type(remedy).__name__}"
                )
            own = str(getattr(remedy, "__name__", type(remedy).__name__))
            name, number = own, 2
            while functions.setdefault(name, remedy) is not remedy:
                name, number = f"{own}_{number}", number + 1
            names.setdefault(diagnosis, []).append(name)
    return functions, names
