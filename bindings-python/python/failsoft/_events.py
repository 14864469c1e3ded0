"""What happens to calls, for those who listen: log lines, metrics, spans, and the program's own functions.

An event is made only where somebody hears it. A listener is called where the call is made, in its thread or task,
outside of every lock; what it raises is logged and reaches no call.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from failsoft import _log, _native
from failsoft._event import Event
from failsoft._forks import Lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from failsoft._driver import Core
    from failsoft._links import Links
    from failsoft._run import Run

    Listener = Callable[["Event"], None]

LONGEST = 1000
"""How many characters of an error's text go into a message."""

_UNLOGGED, _DEBUG, _INFO, _WARNING, _ERROR = 0, 10, 20, 30, 40


def listen(
    listener: Listener, *, every_call: bool = False, every_attempt: bool = False
) -> Callable[[], None]:
    """Have a function told of what happens to the calls of all policies and breakers.

    It is called in the thread or task that makes the call, so it should be quick; what it raises is logged and
    reaches no call. Of guarded calls that it makes itself it is not told. Safe to call from any thread.

    Args:
        listener: Called with each :class:`Event`.
        every_call: Whether it is to hear of the beginning and the end of each call too. Calls that succeed at once
            pass without being looked at while nobody asks for this; once somebody has, each costs a few
            microseconds more, for the rest of the program.
        every_attempt: Whether it is to hear of every call and of the beginning of each attempt.

    Returns:
        What takes it back.
    """
    if not callable(listener):
        raise TypeError(f"expected something to call, found a {type(listener).__name__}")
    entry = (listener, _ATTEMPTS if every_attempt else _CALLS if every_call else _NEWS)
    with _changing:
        _hear((*_everybody, entry))

    def stop() -> None:
        with _changing:
            _hear(tuple(other for other in _everybody if other is not entry))

    return stop


def known(core: Core) -> None:
    """Take note of a new core."""
    _cores.add(core)
    if _deepest:
        core.engine.hear_all()
    if core.has_breaker:
        # So that its state can be read before anything happens to it.
        _instruments()


def cores() -> list[Core]:
    """Those that are in use."""
    while True:
        try:
            return list(_cores)
        except RuntimeError:  # another thread has made one meanwhile
            continue


def hears_all() -> bool:
    """Whether somebody wants to hear of every call."""
    return _deepest >= _CALLS


def started(run: Run, function: Any) -> None:
    """A call begins."""
    _tell_each(_of(run, "call_started", _UNLOGGED, function), _CALLS)


def attempting(run: Run, function: Any, kind: str = "attempt_started") -> None:
    """An attempt begins; or the call leaves for where its coroutine is awaited, or has come there."""
    if _deepest == _ATTEMPTS:
        _tell_each(_of(run, kind, _UNLOGGED, function), _ATTEMPTS)


def ended(
    run: Run, function: Any, error: BaseException | None, served_by: str | None, reason: str | None
) -> None:
    """A call is over."""
    event = _of(run, "call_ended", _UNLOGGED, function)
    event.error, event.served_by, event.reason = error, served_by, reason
    event.elapsed = run.elapsed()
    if error is not None:
        event.category = run.native.category
    _tell_each(event, _CALLS)


def retrying(run: Run, error: BaseException, function: Any) -> None:
    """An attempt failed and there will be another."""
    if not _heard(run.core, _WARNING):
        return
    event = _of(run, "retry", _WARNING, function)
    event.error, event.category, event.wait = error, run.native.category, run.wait
    event.template = _template(run.core, "on_retry")
    _tell(run.core, event)


def gave_up(run: Run, error: BaseException, function: Any, reason: str) -> None:
    """The call is over and its last attempt failed."""
    if not _heard(run.core, _ERROR):
        return
    event = _of(run, "gave_up", _ERROR, function)
    if run.core.max_attempts == 1 and run.fallback is None:
        # Nothing was decided here: the error simply reaches the caller, who will say what it means.
        event.level = _UNLOGGED
    event.error, event.category, event.reason = error, run.native.category, reason
    event.template = _template(run.core, "on_failure")
    _tell(run.core, event)


def refused(run: Run, error: BaseException, function: Any, reason: str) -> None:
    """The call is over before an attempt was made. That the breaker opened was the news, not each refusal."""
    if not _heard(run.core, _DEBUG):
        return
    event = _of(run, "refused", _DEBUG, function)
    event.error, event.reason = error, reason
    _tell(run.core, event)


def turned_away(core: Core, error: BaseException) -> None:
    """The same, of a call of which nothing was made."""
    event = Event("refused", _DEBUG, core.name, core.name or "")
    event.max_attempts, event.error, event.reason = core.max_attempts, error, "circuit_open"
    _tell(core, event)


def recovered(run: Run, function: Any) -> None:
    """An attempt after the first answered."""
    if not _heard(run.core, _INFO):
        return
    event = _of(run, "recovered", _INFO, function)
    event.template = _template(run.core, "on_recovery")
    _tell(run.core, event)


def fell_back(
    core: Core | Links, label: str, call: object, served_by: str, error: BaseException | None
) -> None:
    """The fallback answered."""
    if not _heard(core, _INFO):
        return
    event = Event("fell_back", _INFO, core.name, label)
    event.call, event.served_by, event.error = call, served_by, error
    _tell(core, event)


def fallback_failed(
    core: Core | Links, label: str, call: object, fallback: str, error: BaseException
) -> None:
    """The fallback was called and failed too."""
    if not _heard(core, _ERROR):
        return
    event = Event("fallback_failed", _ERROR, core.name, label)
    event.call, event.served_by, event.error = call, fallback, error
    _tell(core, event)


def changed(core: Core, change: tuple[str, str, str]) -> None:
    """The breaker changed its state."""
    before, after, reason = change
    level = _WARNING if after in {"open", "forced_open"} else _INFO
    if _heard(core, level):
        event = Event("transition", level, core.breaker_name, core.breaker_name or "policy")
        event.before, event.after, event.reason = before, after, reason
        event.template = _template(core, "on_circuit_open") if after == "open" else None
        _tell(core, event)
    if core.happened is not None:
        core.happened()


def label_of(core: Core, function: Any) -> str:
    """What a call is called in messages."""
    return core.name or str(getattr(function, "__qualname__", None) or type(function).__qualname__)


def brief(error: BaseException) -> str:
    """What an error says of itself, without secrets and on one line."""
    try:
        text = str(error)[: 8 * LONGEST].encode("utf-8", "replace").decode()
    except Exception:  # noqa: BLE001  a broken __str__ must not turn a retry into a crash
        text = ""
    name = type(error).__name__
    # Redacted before it is cut: half of a secret would not be known as one.
    text = clean(text)
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"{name}: {text}" if text else name


def clean(text: str) -> str:
    """The text without secrets, and without what could forge a line of a log or move a terminal's cursor."""
    return _native.redact(text).translate(_FORGING)


def _of(run: Run, kind: str, level: int, function: Any) -> Event:
    core = run.core
    event = Event(kind, level, core.name, label_of(core, function))
    event.call, event.attempt, event.max_attempts = run, run.attempt, core.max_attempts
    return event


def heard(level: int) -> bool:
    """Whether anybody hears an event of this level, whoever's it is; to make one costs more than to ask."""
    return bool(_everybody) or _log.enabled(level) or bool(_instruments())


def _heard(core: Core | Links, level: int) -> bool:
    # The short way to the same answer.
    return core.listener is not None or _native.heard(level)


def _tell(core: Core | Links, event: Event) -> None:
    if event.level:
        _call(_log.write, event)
    _tell_each(event, _NEWS)
    if core.listener is not None:
        _call(core.listener, event)
    for listener in _instruments():
        _call(listener, event)


def _tell_each(event: Event, depth: int) -> None:
    for listener, wanted in _everybody:
        if wanted >= depth:
            _call(listener, event)


def _call(listener: Listener, event: Event) -> None:
    telling = _telling.get()
    if telling and any(other is listener for other in telling):
        # It makes guarded calls itself; told of them it would make more.
        return
    token = _telling.set((*telling, listener))
    try:
        listener(event)
    except Exception as error:  # noqa: BLE001  a broken listener must not break what it listens to
        _log.failed(listener, error)
    finally:
        _telling.reset(token)


def _instruments() -> tuple[Listener, ...]:
    """Those that are there because the program itself has loaded what they write to."""
    # Asked at each event: this way round it is one look for each library that is not there yet.
    if not _waiting.keys().isdisjoint(sys.modules.keys()):
        _join()
    return _listening


def _join() -> None:
    """Let the libraries listen that have been loaded meanwhile."""
    global _listening  # noqa: PLW0603  as of all listeners
    try:
        from failsoft.integrations import _presence  # noqa: PLC0415  not for programs that have none
    except (ImportError, OSError):  # no file descriptor is left to load it with: another time
        return
    for library in _waiting.keys() & sys.modules.keys():
        # Of threads that come here at once one goes on, and without the lock: it may load modules.
        if _presence.is_ready(library) and (name := _waiting.pop(library, None)) is not None:
            listener = _presence.listener(name)
            with _changing:
                _listening = (*_listening, *listener)


def _hear(everybody: tuple[tuple[Listener, int], ...]) -> None:
    """Have these listeners from now on."""
    global _everybody, _deepest  # noqa: PLW0603  replaced whole, so that whoever goes through it needs no lock
    _everybody = everybody
    _native.listened(bool(everybody))
    deepest = max((depth for _, depth in everybody), default=_NEWS)
    first, _deepest = not _deepest and deepest, deepest
    if first:
        for core in cores():
            core.engine.hear_all()


def _template(core: Core, event: str) -> str | None:
    """What the document says to log in the place of ours."""
    template: str | None = (core.error_handling.get(event) or {}).get("message")
    return template


_FORGING = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_NEWS, _CALLS, _ATTEMPTS = range(3)
"""What a listener wants to hear of: what is off the happy path, every call too, and every attempt."""
_changing = Lock()  # a listener may be taken back by what the garbage collector ends meanwhile
_everybody: tuple[tuple[Listener, int], ...] = ()
_deepest = _NEWS
_waiting = dict(_log.INSTRUMENTS)
_listening: tuple[Listener, ...] = ()
"""The listeners of the libraries that are loaded; those of which there is nothing yet are waited for."""
_telling: ContextVar[tuple[Listener, ...]] = ContextVar("failsoft_telling", default=())
"""The listeners that are being told something in this thread or task."""
_cores: WeakSet[Core] = WeakSet()
