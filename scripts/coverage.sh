#!/usr/bin/env bash
# Which lines and branches of the core its tests in Rust run: the core's own, the shared ones and a thousand schedules of the simulation.
# Writes docs/coverage.md.
#
#   scripts/coverage.sh
#
# The tools that read the counts must be of the compiler's own LLVM (Debian: llvm-<version>).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { echo "coverage: $*" >&2; exit 1; }

llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
tools=/usr/lib/llvm-$llvm/bin
if [ ! -x "$tools/llvm-cov" ]; then
  why="missing: llvm-cov and llvm-profdata of LLVM $llvm"
  command -v apt-get >/dev/null || die "$why"
  [ "$(id -u)" = 0 ] || die "$why (as root: apt-get install llvm-$llvm)"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    install -yqq --no-install-recommends --no-remove "llvm-$llvm"; } >&2 || die "$why (apt-get install llvm-$llvm failed)"
fi

target=${CARGO_TARGET_DIR:-$PWD/target}/coverage
raw=$target/raw
rm -rf "$raw"
mkdir -p "$raw"
# RUSTC_BOOTSTRAP is for the branches, which are not counted by a stable compiler.
export CARGO_TARGET_DIR=$target CARGO_PROFILE_DEV_DEBUG=0 LLVM_PROFILE_FILE="$raw/%p-%m.profraw" \
  RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cinstrument-coverage -Zcoverage-options=branch"

tests=(-p failsoft -p failsoft-tests --all-features --tests)
mapfile -t programs < <(
  { cargo test --locked --no-run --message-format json "${tests[@]}"
    cargo build --locked --message-format json -p failsoft-simulation; } |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | sort -u
)
cargo test --locked --quiet "${tests[@]}" >&2
"$target/debug/simulate" 0..1000 >&2

objects=("${programs[0]}")
for program in "${programs[@]:1}"; do objects+=(-object "$program"); done
"$tools/llvm-profdata" merge -sparse "$raw"/*.profraw -o "$target/all.profdata"
"$tools/llvm-cov" export -summary-only -instr-profile "$target/all.profdata" "${objects[@]}" >"$target/summary.json"
# Line by line, for who wants to know more.
"$tools/llvm-cov" show -format html -output-dir "$target/html" -instr-profile "$target/all.profdata" "${objects[@]}" core/src
python3 scripts/coverage.py "$target/summary.json" >docs/coverage.md
