#!/usr/bin/env bash
# Searches for inputs that break what must hold for every one (tests/fuzz/src), with libFuzzer.
#
#   scripts/fuzz.sh [seconds for each target, default 60] [target]...
#
# An input that is found is shown and kept in target/fuzz/found; copied into tests/fuzz/corpus/<target> under a name
# that says what it is, it becomes part of `make test`. What merely reaches new code is kept in target/fuzz/corpus.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { echo "fuzz: $*" >&2; exit 1; }

seconds=${1:-60}
[ $# = 0 ] || shift
[[ $seconds =~ ^[0-9]+$ ]] || die "usage: fuzz.sh [seconds] [target]..."
[ $# -gt 0 ] || set -- policy fault hint events guards

rustc=(rustc)
# Nightly where there is one, as cargo-fuzz has it; what is used of it is in stable Rust too.
if rustc +nightly -V >/dev/null 2>&1; then rustc+=(+nightly); fi
"${rustc[@]}" -V >/dev/null 2>&1 || die "missing: Rust (https://rustup.rs)"
command -v "${CXX:-c++}" >/dev/null || die "missing: a C++ compiler, for libFuzzer (Debian: apt-get install g++)"
host=$("${rustc[@]}" -vV | sed -n 's/^host: //p')
case $host in *-linux-*|*-darwin) ;; *) die "missing: libFuzzer for $host (there is one for Linux and macOS)" ;; esac

# Where the program has been and what it compared with, as cargo-fuzz asks for. No sanitizer: the core forbids unsafe
# code, so there is nothing for one to find. A target of its own keeps all this out of build scripts.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
cargo "${rustc[@]:1}" build --quiet --release --locked --manifest-path tests/fuzz/Cargo.toml --target "$host"

found=$CARGO_TARGET_DIR/found
mkdir -p "$found"
for target in "$@"; do
  [ -d "tests/fuzz/corpus/$target" ] || die "no target $target (expected policy, fault, hint, events or guards)"
  mkdir -p "$CARGO_TARGET_DIR/corpus/$target"
  echo "fuzz: $target, for $seconds seconds"
  # A verdict takes microseconds: seconds for one input would mean that its time is not linear.
  "$CARGO_TARGET_DIR/$host/release/$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=8192 \
    -print_final_stats=1 -verbosity=0 -print_funcs=0 -artifact_prefix="$found/$target-" \
    "$CARGO_TARGET_DIR/corpus/$target" "tests/fuzz/corpus/$target"
done
