"""What comes with the library is as its page says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_says_what_the_lock_file_and_the_last_build_say():
    script = [sys.executable, ROOT / "scripts" / "supply_chain.py", "--check"]
    told = subprocess.run(script, check=False, capture_output=True, text=True)  # noqa: S603
    assert (told.returncode, told.stderr) == (0, "")
