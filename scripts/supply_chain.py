#!/usr/bin/env python3
"""What a user of failsoft takes in with it, as ``docs/supply-chain.md``.

``python3 scripts/supply_chain.py`` writes the page; with ``--check`` it says whether the page is up to date. It asks
``cargo tree``, so what it counts is what the lock file says. Sizes are those of what was last built here; where nothing
was, the page keeps its own, and so it does for ``--check`` where they differ by less than a fifth: that much depends on
the compiler.
"""

from __future__ import annotations

import functools
import gzip
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "supply-chain.md"
KILO, MEGA = 1e3, 1e6
LINUX, WASM = "x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"


class Product(NamedTuple):
    """Something that a user installs."""

    name: str
    package: str
    options: tuple[str, ...]
    target: str


PRODUCTS = (
    Product("crate, no features", "failsoft", ("--no-default-features",), LINUX),
    Product("crate, as it comes", "failsoft", (), LINUX),
    Product("crate, with `tokio`", "failsoft", ("--features", "tokio"), LINUX),
    Product("wheel", "failsoft-python", (), LINUX),
    Product("npm package, native engine", "failsoft-node", (), LINUX),
    Product("npm package, WebAssembly", "failsoft-wasm", (), WASM),
)


def tree(product: Product, edges: str) -> dict[str, str]:
    """The crates of others behind a product, as name and version, with their licences."""
    command = ["cargo", "tree", "--quiet", "--locked", "--package", product.package, *product.options]
    command += ["--edges", edges, "--target", product.target, "--prefix", "none", "--format", "{p}|{l}"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    found = {}
    for line in told.splitlines():
        crate, licence = line.removesuffix(" (*)").split("|")
        name, version, *_ = crate.split()
        if not name.startswith("failsoft"):
            found[f"{name} {version.removeprefix('v')}"] = licence
    return found


@functools.cache
def linked(product: Product) -> dict[str, str]:
    """What ends in the product itself."""
    return tree(product, "normal,no-proc-macro")


def built_with(product: Product) -> int:
    """How many more are needed to build it."""
    return len(tree(product, "normal,build").keys() - linked(product).keys())


def sizes(page: str, *, checking: bool) -> dict[str, str]:
    """What is downloaded, as it was last built; or as the page says."""
    files = {
        "wheel": next(iter(sorted((ROOT / "target" / "wheels").glob("*.whl"))), None),
        "native engine of the npm package": next(
            iter((ROOT / "bindings-node" / "dist").glob("*.node")), None
        ),
        "WebAssembly engine of the npm package, gzipped": ROOT / "bindings-node" / "dist" / "failsoft.wasm",
        "driver in a page, gzipped": ROOT / "bindings-node" / "dist" / "web.js",
    }
    found = dict(re.findall(r"^\| ([^|]+) \| ([\d.]+ [kM]B) \|$", page, re.MULTILINE))
    for name, path in files.items():
        if path is not None and path.exists():
            content = path.read_bytes()
            size = len(gzip.compress(content) if "gzipped" in name else content)
            if not checking or abs(size - meant(found.get(name, "0 kB"))) > size / 5:
                found[name] = told(size)
    return {name: found.get(name, "unknown") for name in files}


def told(size: int) -> str:
    """For people."""
    return f"{size / MEGA:.1f} MB" if size >= MEGA else f"{size / KILO:.0f} kB"


def meant(size: str) -> float:
    """Of what people are told."""
    number, unit = size.split()
    return float(number) * {"MB": MEGA, "kB": KILO}[unit]


def corpus() -> list[tuple[str, int]]:
    """The targets of the fuzzer, and how many inputs are tried with each in ``make test``."""
    folder = ROOT / "tests" / "fuzz" / "corpus"
    return [(path.name, len(list(path.iterdir()))) for path in sorted(folder.iterdir())]


def table(head: str, rows: list[tuple[object, ...]]) -> list[str]:
    """As Markdown has it."""
    return [head, re.sub(r"[^|]+", "---", head), *(f"| {' | '.join(map(str, row))} |" for row in rows), ""]


def page(before: str, *, checking: bool) -> str:
    """The whole of it; ``before`` is as it stands."""
    everything = {product: linked(product) for product in PRODUCTS}
    crates: dict[str, tuple[str, list[str]]] = {}
    for product, found in everything.items():
        for crate, licence in found.items():
            crates.setdefault(crate, (licence, []))[1].append(product.name)
    lines = [
        "# What comes with it",
        "",
        "Written by scripts/supply_chain.py; a test keeps it true.",
        "",
        *HEAD,
    ]
    lines += table(
        "| product | crates in it | more to build it | run-time dependencies of its registry |",
        [
            (
                product.name,
                len(found),
                built_with(product),
                "these" if product.name.startswith("crate") else "none",
            )
            for product, found in everything.items()
        ],
    )
    lines += [
        "## Sizes",
        "",
        "What a user downloads, built as it is released; 64-bit Linux where that matters.",
        "",
    ]
    lines += table("| | size |", list(sizes(before, checking=checking).items()))
    lines += ["## Fuzzing", "", *FUZZ]
    lines += table("| target | inputs in the corpus |", list(corpus()))
    lines += ["## The crates", "", "Those that end in a product, with the versions of the lock file.", ""]
    rows = [
        (crate, licence, "; ".join(names) if len(names) < len(PRODUCTS) else "all")
        for crate, (licence, names) in sorted(crates.items())
    ]
    lines += table("| crate | licence | in |", rows)
    return "\n".join(lines).rstrip() + "\n"


HEAD = """\
The Python package and the npm package need nothing at run time but their interpreter, and run no script when they are
installed. The core forbids `unsafe`, and the bindings leave it to PyO3, napi-rs and wasm-bindgen, but for some calls of
Python's (`tests/rust/tidy.rs` has the list of files that have any, and why). A test refuses licences and registries
that `deny.toml` does not allow, and `make supply-chain` second versions and known faults too.
[SECURITY.md](../SECURITY.md) has what the library promises.
""".splitlines()
FUZZ = """\
Each input and some thousand small changes of all of them are tried in `make test`, the same ones each time; `make fuzz`
searches for more with libFuzzer.
""".splitlines()
HEAD.append("")
FUZZ.append("")


def main() -> str | None:
    """Write it or check it; answers what is wrong."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    checking = "--check" in sys.argv[1:]
    made = page(before, checking=checking)
    if not checking:
        PAGE.write_text(made, encoding="utf-8")
    elif made != before:
        return "docs/supply-chain.md is out of date: run python3 scripts/supply_chain.py"
    return None


if __name__ == "__main__":
    sys.exit(main())
