"""Telling people, through a channel of the user's: a webhook, or a command of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST = 5.0
"""Seconds that telling may take, all channels together. A late one is left alone."""


class Channels:
    """Where notifications go.

    Args:
        url: A webhook; its body is the notification as JSON.
        command: A command line, run without a shell; the notification is its standard input.
    """

    def __init__(self, url: str | None, command: str | None) -> None:
        self._url = url
        self._command = command

    def tell(self, recipients: Sequence[str], notification: dict[str, Any]) -> list[str]:
        """Tell everybody at once.

        Args:
            recipients: The document's own; an address of the web is a webhook itself.
            notification: Plain data, without secrets.

        Returns:
            What went wrong, without secrets; nothing if everybody was told.
        """
        body = json.dumps({**notification, "recipients": list(recipients)}).encode()
        urls = list(dict.fromkeys([*([self._url] if self._url else []), *filter(_is_url, recipients)]))
        errands: list[tuple[str, Callable[[], None]]] = [
            (_place(url), partial(_post, url, body)) for url in urls
        ]
        if self._command:
            line = shlex.split(self._command, posix=os.name != "nt")
            named = {"FAILSOFT_EVENT": str(notification["event"]), "FAILSOFT_NAME": str(notification["name"])}
            errands.append((line[0] if line else "", partial(_run, line, body, named)))
        if not errands:
            return ["no channel is configured (--notify-url, --notify-command)"]
        return _all(errands)


def _all(errands: list[tuple[str, Callable[[], None]]]) -> list[str]:
    outcome: dict[int, str] = dict.fromkeys(range(len(errands)), f"no answer within {LONGEST:.0f} s")

    def work(index: int, errand: Callable[[], None]) -> None:
        try:
            errand()
        except Exception as error:  # noqa: BLE001  a notification that fails must not break the run
            outcome[index] = _said(error)
        else:
            outcome[index] = ""

    threads = [
        threading.Thread(target=work, args=(index, errand), name="failsoft-notify", daemon=True)
        for index, (_, errand) in enumerate(errands)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + LONGEST
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [f"{errands[index][0]}: {what}" for index, what in list(outcome.items()) if what]


def _post(url: str, body: bytes) -> None:
    import urllib.request  # noqa: PLC0415  fifty modules, for those who have a webhook only

    headers = {"Content-Type": "application/json", "User-Agent": "failsoft"}
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  checked by _is_url
    with urllib.request.urlopen(request, timeout=LONGEST) as answer:  # noqa: S310
        answer.read(1)


def _run(line: list[str], body: bytes, named: dict[str, str]) -> None:
    process = subprocess.Popen(  # noqa: S603  the user's own command
        line,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **named},
        start_new_session=True,
    )
    try:
        process.communicate(body, timeout=LONGEST - 0.2)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            if os.name == "nt":  # pragma: no cover
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "")


def _is_url(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _place(url: str) -> str:
    import urllib.parse  # noqa: PLC0415  as above

    # What comes after the host is often the secret.
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"


def _said(error: Exception) -> str:
    if hasattr(error, "hdrs"):
        return f"HTTP {getattr(error, 'code', '')}"
    if hasattr(error, "reason"):
        # What the client wraps.
        return f"{error.reason}"
    if isinstance(error, subprocess.CalledProcessError):
        return f"exit status {error.returncode}"
    if isinstance(error, (subprocess.TimeoutExpired, TimeoutError)):
        return f"no answer within {LONGEST:.0f} s"
    return getattr(error, "strerror", None) or type(error).__name__
