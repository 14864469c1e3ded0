#!/usr/bin/env bash
# Builds what goes to the package index, into target/dist: the sdist, and from that a wheel for every Linux since 2014.
#
# `make` builds a wheel for this machine's own Linux or newer; zig links against an older C library. Needs Rust, Python
# and the package index. What is built from the sdist shows that the sdist is complete.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=target/dist-venv
python3 -m venv "$venv"
"$venv/bin/pip" install -q --upgrade pip
"$venv/bin/pip" install -q "$(grep '^maturin==' requirements-dev.txt)" ziglang cargo-zigbuild twine

# Nobody's home directory belongs into a wheel. In the encoded form, so that a blank in a path does no harm.
flags=--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/=
for flag in ${RUSTFLAGS:-}; do flags+=$'\x1f'$flag; done
export CARGO_ENCODED_RUSTFLAGS=$flags PATH=$PWD/$venv/bin:$PATH

rm -rf target/dist
# Not --locked: the sdist has fewer members than the workspace, so its lock file loses those that nobody needs.
maturin build --sdist --release --zig --compatibility manylinux2014 \
  --manifest-path bindings-python/Cargo.toml --out target/dist
twine check --strict target/dist/*
ls -l target/dist
