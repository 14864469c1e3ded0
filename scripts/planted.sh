#!/usr/bin/env bash
# Puts bugs into a copy of the core, and shows that the simulation finds each of them (tests/planted).
#
#   scripts/planted.sh [file for the table, default docs/reliability/planted.md]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

table=${1:-docs/reliability/planted.md}
target=${CARGO_TARGET_DIR:-$PWD/target}
place=$target/planted
rm -rf "$place"
mkdir -p "$place/hunt/src" "$(dirname "$table")"
# What the copy is built of, as it is built without asking for anything: its members are not those of the lock file.
cargo fetch --quiet --locked
cargo run --quiet --locked -p failsoft-planted -- core "$place/core"
# The simulation as it is, and a lock file that names the same versions of everything.
cp -r tests/planted tests/simulation "$place"
mv "$place/planted/hunt.rs" "$place/hunt/src/main.rs"
cp Cargo.lock README.md "$place"
sed -e 's/^members = .*/members = ["core", "planted", "simulation", "hunt"]/' -e '/^default-members/d' Cargo.toml >"$place/Cargo.toml"
cat >"$place/hunt/Cargo.toml" <<'MANIFEST'
[package]
name = "hunt"
version = "0.0.0"
edition = "2024"

[dependencies]
failsoft = { workspace = true, features = ["full", "std"] }
failsoft-planted = { path = "../planted" }
failsoft-simulation = { path = "../simulation" }
MANIFEST
# Nothing here is released, and one build is all: it need be neither small nor fast.
cargo build --quiet --profile simulation --offline --manifest-path "$place/Cargo.toml" --target-dir "$target" -p hunt
"$target/simulation/hunt" "$table"
