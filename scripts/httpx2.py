#!/usr/bin/env python3
"""Writes failsoft/integrations/httpx2.py from httpx.py.

The two libraries differ in their name alone, which types can't take as an argument. ``scripts/httpx2.py``
writes the file, ``scripts/httpx2.py --check`` says whether it is up to date.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
INTEGRATIONS = ROOT / "bindings-python/python/failsoft/integrations"


def main() -> int:
    """Write the file, or compare it."""
    written = INTEGRATIONS / "httpx2.py"
    text = re.sub(r"\bhttpx\b", "httpx2", (INTEGRATIONS / "httpx.py").read_text(encoding="utf-8"))
    ruff = [sys.executable, "-m", "ruff", "format", "--config", ROOT / "bindings-python/pyproject.toml", "-"]
    made = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603  no text of anybody's
    if "--check" not in sys.argv[1:]:
        written.write_text(made, encoding="utf-8")
        return 0
    if written.read_text(encoding="utf-8") == made:
        return 0
    sys.stderr.write(f"{written.relative_to(ROOT)} is not what httpx.py makes it: run scripts/httpx2.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
