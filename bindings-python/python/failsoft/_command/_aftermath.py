"""What a document's ``error_handling`` says to do when things happen, done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from failsoft._command import _bundle
from failsoft._command._log import INFO, PLAIN, WARN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from failsoft._command._log import Log
    from failsoft._command._notify import Channels
    from failsoft._command._secrets import Secrets

_LEVELS = {"on_retry": WARN, "on_recovery": INFO, "on_failure": "ERROR", "on_circuit_open": WARN}
_TELLS = ("notify", "pause_and_notify")


class Aftermath:
    """Carries out the actions of one run.

    Args:
        name: What the run is called.
        actions: The document's ``error_handling``, as the core has read it.
        channels: Where notifications go.
        place: Where bundles are written.
        always: Whether to write one of each failed run, whatever the document says.
        known: What is known of the run so far: files of a bundle by name, as plain data.
        log: Where to tell of it.
        secrets: Kept out of it.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        name: str,
        actions: Mapping[str, Any],
        *,
        channels: Channels,
        place: Path,
        always: bool,
        known: Callable[[], dict[str, Any]],
        log: Log,
        secrets: Secrets,
        now: Callable[[], float],
    ) -> None:
        self.bundle: Path | None = None
        """The last bundle that was written."""
        self._name = name
        self._actions = actions
        self._channels = channels
        self._place = place
        self._always = always
        self._known = known
        self._log = log
        self._secrets = secrets
        self._now = now

    def message(self, event: str) -> tuple[str, str] | None:
        """The level and the words of the document for an event, if it has some."""
        words = self._action(event).get("message")
        return None if words is None else (_LEVELS[event], words)

    def pause(self, event: str) -> float:
        """How long to pause when it happens, in seconds."""
        action = self._action(event)
        return float(action.get("pause_duration") or 0.0) if action.get("action") in _PAUSES else 0.0

    @property
    def continues(self) -> bool:
        """Whether the caller is to go on after a failure, as if nothing had happened."""
        return self._action("on_failure").get("action") == "log_and_continue"

    def collect(self, event: str, *, full: bool) -> None:
        """Write a diagnostic bundle, if the document or the user wants one."""
        wanted = self._action(event).get("collect_diagnostics") or self._action("on_failure").get(
            "collect_diagnostics"
        )
        if event in {"on_retry", "on_recovery"}:
            wanted = self._action(event).get("collect_diagnostics")
        elif self._always and event == "on_failure":
            wanted = True
        if not wanted:
            return
        text = "Collecting full diagnostics..." if full else "Collecting diagnostics..."
        self._log.say(INFO, "collecting", text)
        try:
            self.bundle = _bundle.write(self._place, self._name, self._files(), self._now())
        except OSError as error:
            self._log.say(WARN, "no_bundle", f"No diagnostics: {self._place}: {error.strerror or error}")

    def tell(self, event: str, **facts: Any) -> None:
        """Notify whom the document names, if the event is to be notified."""
        action = self._action(event)
        recipients = list(action.get("notify") or ())
        if not recipients and action.get("action") not in _TELLS:
            return
        # Who is told when a circuit opens need not be named twice.
        recipients = recipients or list(self._action("on_failure").get("notify") or ())
        shown = ", ".join(recipients)
        self._log.say(
            INFO, "notifying", f"Notifying: {shown}" if shown else "Notifying...", recipients=recipients
        )
        told = {"event": event.removeprefix("on_"), "name": self._name, "time": self._now(), **facts}
        if self.bundle is not None:
            told["bundle"] = str(self.bundle)
        for problem in self._channels.tell(recipients, self._secrets.hide_all(told)):
            self._log.say(WARN, "not_notified", f"Not notified: {problem}")

    def show_bundle(self) -> None:
        """Say where the bundle is."""
        if self.bundle is not None:
            self._log.say(PLAIN, "blank", "")
            self._log.say(
                PLAIN, "bundle", f"Diagnostic bundle saved to: {self.bundle}", path=str(self.bundle)
            )

    def _action(self, event: str) -> Mapping[str, Any]:
        return self._actions.get(event) or {}

    def _files(self) -> dict[str, str]:
        hide = self._secrets
        files: dict[str, str] = {}
        for name, value in self._known().items():
            if isinstance(value, list):
                files[name] = "\n".join(hide.hide_lines(value)) + "\n"
            else:
                files[name] = _bundle.as_text(hide.hide_all(value))
        files["log.txt"] = "\n".join(self._log.lines) + "\n"
        # Their names tell how a run was set up; their values are nobody's business.
        files["environment.txt"] = "\n".join(sorted(os.environ)) + "\n"
        files["versions.json"] = _bundle.as_text(_bundle.versions())
        return files


_PAUSES = ("pause", "pause_and_notify")
