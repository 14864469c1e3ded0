"""Log lines through :mod:`logging`, logger ``failsoft``.

Levels: a retry is a warning, giving up an error, a fallback and a recovery information, a breaker's opening a
warning. Texts of errors are redacted before they go in. ``logging`` is imported with the first line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from failsoft import _native

if TYPE_CHECKING:
    import logging

    from failsoft._driver import Core, Run

LONGEST = 1000
"""How many characters of an error's text go into a line."""

_DEBUG, _INFO, _WARNING, _ERROR = 10, 20, 30, 40


def retrying(run: Run, error: BaseException, function: Any) -> None:
    """An attempt failed and there will be another."""
    if not _enabled(_WARNING):
        return
    core = run.core
    if template := _message(core, "on_retry"):
        _write(_WARNING, "%s", _filled(template, run.attempt + 1, core.max_attempts))
        return
    _write(
        _WARNING,
        "%s: attempt %d of %d failed (%s: %s), retrying in %.3g s",
        _label(core, function),
        run.attempt,
        core.max_attempts,
        run.native.category,
        _brief(error),
        run.wait,
    )


def gave_up(run: Run, error: BaseException, function: Any, reason: str) -> None:
    """The call is over and its last attempt failed."""
    if run.core.max_attempts == 1 and run.fallback is None:
        # Nothing was decided here: the error simply reaches the caller, who will say what it means.
        return
    if template := _message(run.core, "on_failure"):
        _write(_ERROR, "%s", _filled(template, run.attempt, run.core.max_attempts))
        return
    _write(
        _ERROR,
        "%s: giving up after %d of %d attempts, %s (%s: %s)",
        _label(run.core, function),
        run.attempt,
        run.core.max_attempts,
        reason,
        run.native.category,
        _brief(error),
    )


def refused(run: Run, error: BaseException, function: Any) -> None:
    """The call is over before an attempt was made. That the breaker opened was the news, not each refusal."""
    if _enabled(_DEBUG):
        _write(_DEBUG, "%s: not called: %s", _label(run.core, function), _brief(error))


def recovered(run: Run, function: Any) -> None:
    """An attempt after the first answered."""
    if not _enabled(_INFO):
        return
    if template := _message(run.core, "on_recovery"):
        _write(_INFO, "%s", _filled(template, run.attempt, run.core.max_attempts))
        return
    _write(_INFO, "%s: succeeded on attempt %d", _label(run.core, function), run.attempt)


def fell_back(run: Run, function: Any) -> None:
    """The fallback answered."""
    name = getattr(run.fallback, "__qualname__", "fallback")
    _write(_INFO, "%s: answered by its fallback %s", _label(run.core, function), name)


def fallback_failed(run: Run, error: BaseException, function: Any) -> None:
    """The fallback was called and failed too."""
    name = getattr(run.fallback, "__qualname__", "fallback")
    _write(_ERROR, "%s: its fallback %s failed (%s)", _label(run.core, function), name, _brief(error))


def changed(core: Core, change: tuple[str, str, str]) -> None:
    """The breaker changed its state."""
    before, after, reason = change
    level = _WARNING if after in {"open", "forced_open"} else _INFO
    template = _message(core, "on_circuit_open")
    if after == "open" and template:
        _write(level, "%s", _native.redact(template))
        return
    name = core.breaker_name or "policy"
    _write(level, "%s: circuit breaker %s, was %s (%s)", name, after, before, reason)


def _message(core: Core, event: str) -> str | None:
    """What the document says to log in the place of ours."""
    template: str | None = (core.error_handling.get(event) or {}).get("message")
    return template


def _brief(error: BaseException) -> str:
    try:
        text = str(error)[: 8 * LONGEST].encode("utf-8", "replace").decode()
    except Exception:  # noqa: BLE001  a broken __str__ must not turn a retry into a crash
        text = ""
    name = type(error).__name__
    # Redacted before it is cut: half of a secret would not be known as one.
    text = _native.redact(text).translate(_FORGING)
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"{name}: {text}" if text else name


def _label(core: Core, function: Any) -> str:
    return core.name or str(getattr(function, "__qualname__", None) or type(function).__qualname__)


def _filled(template: str, attempt: int, max_attempts: int) -> str:
    text = template.replace("${attempt_number}", str(attempt))
    return _native.redact(text.replace("${max_attempts}", str(max_attempts)))


def _write(level: int, message: str, *values: object) -> None:
    if _enabled(level):
        _loaded().log(level, message, *values)


def _enabled(level: int) -> bool:
    return _loaded().isEnabledFor(level)


def _loaded() -> logging.Logger:
    global _logger  # noqa: PLW0603  the one place where a module is imported late
    if _logger is None:
        import logging  # noqa: PLC0415  10 ms that a program without failures need not pay

        _logger = logging.getLogger("failsoft")
    return _logger


_FORGING = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
"""What could forge a line of the log or move a terminal's cursor."""

_logger: logging.Logger | None = None
