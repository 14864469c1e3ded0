"""What comes with the library is as its page says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import supply_chain  # noqa: E402  a script of ours


def allowed(text: str) -> list[str]:
    """The licences that ``deny.toml`` allows."""
    (listed,) = re.findall(r"^allow = \[(.*)\]$", text, re.MULTILINE)
    return re.findall(r'"([^"]+)"', listed)


def acceptable(licence: str, allow: list[str]) -> bool:
    """Whether an expression leaves a choice that is allowed, as crates write them."""
    choices = re.split(r" OR |/", licence.replace("(", "").replace(")", ""))
    return any(all(part in allow for part in choice.split(" AND ")) for choice in choices)


def test_every_crate_in_a_product_has_a_licence_that_is_allowed():
    allow = allowed((ROOT / "deny.toml").read_text(encoding="utf-8"))
    found = {
        crate: licence
        for product in supply_chain.PRODUCTS
        for crate, licence in supply_chain.linked(product).items()
    }
    assert len(found) > len(supply_chain.PRODUCTS)
    assert {crate: licence for crate, licence in found.items() if not acceptable(licence, allow)} == {}


def test_a_licence_that_is_not_allowed_is_found():
    assert not acceptable("GPL-3.0", ["MIT"])
    assert not acceptable("MIT AND GPL-3.0", ["MIT"])
    assert acceptable("GPL-3.0 OR MIT", ["MIT"])


def test_all_crates_come_from_one_registry():
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    sources = set(re.findall(r'^source = "(\w+)\+[^"]+"$', lock, re.MULTILINE))
    places = set(re.findall(r'^source = "([^"]+)"$', lock, re.MULTILINE))
    assert (sources, len(places)) == ({"registry"}, 1)


def test_the_page_says_what_the_lock_file_and_the_last_build_say():
    script = [sys.executable, ROOT / "scripts" / "supply_chain.py", "--check"]
    told = subprocess.run(script, check=False, capture_output=True, text=True)  # noqa: S603
    assert (told.returncode, told.stderr) == (0, "")
