#!/usr/bin/env bash
# Runs one part of `make test` and, if it is given none, tells how all of them went: what failed comes last, where it is looked for.
#
#   scripts/part.sh [part]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
logs=target/parts

if [ $# = 1 ]; then
  mkdir -p "$logs"
  log=$logs/$1.log result=passed
  "${MAKE:-make}" --no-print-directory "$1" >"$log" 2>&1 || result=failed
  # One at a time: the lines of two parts don't mix.
  exec 9>"$logs/lock"
  flock 9
  cat "$log"
  printf '%s: %s after %d s\n' "$1" "$result" "$SECONDS" | tee -a "$logs/results"
  exit
fi

failed=$(sed -n 's/: failed after .*//p' "$logs/results")
for part in $failed; do
  printf '\n======== %s\n' "$part"
  tail -n 60 "$logs/$part.log"
done
printf '\n'
cat "$logs/results"
printf 'parts: %d passed, %d failed\n' "$(grep -c ': passed after ' "$logs/results" || true)" "$(wc -w <<<"$failed")"
[ -z "$failed" ]
