"""Files that several processes share: a lock, replacing whole, moving aside."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from typing import IO, TYPE_CHECKING

from failsoft._command._errors import StateProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 10.0
"""Seconds to wait for a lock. It is held for milliseconds; who holds it for longer has been stopped."""


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock that belongs to a file, which itself need not exist and may be replaced meanwhile.

    Raises:
        StateProblem: Somebody has held it for too long, or it can't be made.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = lock.open("a+b")
    except OSError as error:
        raise StateProblem(f"{lock}: {error.strerror or error}") from None
    with handle:
        deadline = time.monotonic() + PATIENCE
        while not _take(handle):
            if time.monotonic() > deadline:
                raise StateProblem(f"{lock}: another process has held this lock for {PATIENCE:.0f} s")
            time.sleep(0.005)
        try:
            yield
        finally:
            _give_back(handle)


def replace(path: Path, text: str) -> None:
    """Write a file whole: whoever reads it finds the old text or the new one, also after a crash.

    Raises:
        StateProblem: It can't be written; the old file is as it was.
    """
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)  # noqa: PTH105  the temporary file's name is text
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108
            raise
    except OSError as error:
        raise StateProblem(f"{path}: {error.strerror or error}") from None


def move_aside(path: Path) -> Path:
    """Give a file another name, so that nothing of it is lost; answers the new one."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    for number in range(1000):
        aside = path.with_name(f"{path.name}.broken-{stamp}" + (f"-{number}" if number else ""))
        if not aside.exists():
            path.rename(aside)
            return aside
    raise StateProblem(f"{path}: can't be moved aside")


if os.name == "nt":  # pragma: no cover
    import msvcrt

    def _take(handle: IO[bytes]) -> bool:
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

    def _give_back(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _take(handle: IO[bytes]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_back(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
