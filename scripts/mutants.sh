#!/usr/bin/env bash
# Changes the core in one place after the other and asks the tests whether they notice (cargo-mutants; .cargo/mutants.toml).
#
#   scripts/mutants.sh [shard, default 0/8] [argument of cargo-mutants]...
#
# Every change is tried with the unit tests of the core; what they miss is tried again with everything that tests it. docs/mutants.md
# has what was found. A whole round takes hours: a shard is a part of it, and `--file core/src/budget/machine.rs` a smaller one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { echo "mutants: $*" >&2; exit 1; }

cargo mutants --version >/dev/null 2>&1 || die "missing: cargo-mutants (cargo install cargo-mutants --locked)"
shard=${1:-0/8}
[ $# = 0 ] || shift
out=${CARGO_TARGET_DIR:-target}/mutants
mkdir -p "$out/fast" "$out/whole"

# How many of the outcomes there are of a kind.
count() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }

# Fewer examples for what is stated for all inputs. 2 says that something was missed, 3 that something went on for ever.
tried=0
PROPTEST_CASES=${PROPTEST_CASES:-16} cargo mutants --shard "$shard" --output "$out/fast" --jobs 1 "$@" || tried=$?
outcomes=$out/fast/mutants.out/outcomes.json
case $tried in 0 | 2 | 3) ;; *) die "cargo-mutants ended with $tried" ;; esac
[ "$(count "$outcomes" total_mutants)" -gt 0 ] || die "nothing was changed"
[ "$(count "$outcomes" caught)" -gt 0 ] || die "nothing was caught: the tests did not run"

# What was missed, once more, with all that there is.
missed=$out/fast/mutants.out/missed.txt
[ -s "$missed" ] || { echo "mutants: none was missed"; exit 0; }
again=()
while IFS= read -r line; do
  again+=(--file "${line%%:*}" --re "^$(sed 's/[][\.*^$+?(){}|]/\\&/g' <<<"$line")\$")
done <"$missed"
cargo mutants "${again[@]}" --config .cargo/mutants-whole.toml --output "$out/whole" --jobs 1 || { sed 's/^/missed: /' "$out/whole/mutants.out/missed.txt"; exit 1; }
