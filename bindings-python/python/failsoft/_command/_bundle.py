"""The diagnostic bundle: what is known of a failed run, without secrets, as files."""

from __future__ import annotations

import io
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

from failsoft._command._policies import file_name


def write(place: Path, name: str, files: dict[str, str], now: float) -> Path:
    """Write a bundle.

    Args:
        place: An archive (it ends in ``.tar.gz``, ``.tgz`` or ``.zip``), or a directory that one is made in.
        name: What the run is called.
        files: Their names and texts.
        now: Seconds since 1970.

    Returns:
        Where it is.

    Raises:
        OSError: It can't be written.
    """
    import tarfile  # noqa: PLC0415  for failures only
    import zipfile  # noqa: PLC0415

    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    root = f"{file_name(name)}-{stamp}"
    if place.name.endswith((".tar.gz", ".tgz")):
        place.parent.mkdir(parents=True, exist_ok=True)
        with _open(place) as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
            for file, text in files.items():
                entry = tarfile.TarInfo(f"{root}/{file}")
                entry.size, entry.mtime, entry.mode = len(text.encode()), int(now), 0o600
                archive.addfile(entry, io.BytesIO(text.encode()))
        return place
    if place.suffix == ".zip":
        place.parent.mkdir(parents=True, exist_ok=True)
        with _open(place) as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, text in files.items():
                archive.writestr(f"{root}/{file}", text)
        return place
    folder = _new(place, root)
    for file, text in files.items():
        with _open(folder / file) as raw:
            raw.write(text.encode())
    return folder


def versions() -> dict[str, str]:
    """What runs here."""
    from importlib import metadata  # noqa: PLC0415  for those who ask only

    try:
        own = metadata.version("failsoft")
    except metadata.PackageNotFoundError:
        own = "unknown"
    return {
        "failsoft": own,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.platform(),
        "executable": Path(sys.executable).name,
    }


def as_text(value: Any) -> str:
    """Plain data for a file."""
    return json.dumps(value, indent=2) + "\n"


def _new(place: Path, root: str) -> Path:
    for number in range(1000):
        folder = place / (root + (f"-{number}" if number else ""))
        try:
            folder.mkdir(parents=True, mode=0o700)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(17, "too many bundles of one second", str(place / root))


def _open(path: Path) -> Any:
    # Even without secrets it is nobody else's business.
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
