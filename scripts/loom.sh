#!/usr/bin/env bash
# Walks the orders in which threads can get at what core/src/host lets them share (tests/loom), with loom.
#
#   scripts/loom.sh [filter of tests]
#
# LOOM_MAX_PREEMPTIONS (3) is how many preemptions an order may have, LOOM_MAX_DURATION (30) after how many seconds a model that has
# not come to its end is given up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A target directory of its own: everything below is built with another flag. Optimised a little, as there are many orders.
RUSTFLAGS="--cfg loom" CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0 \
  CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/loom" \
  cargo test --locked --quiet --package failsoft-loom --test orders -- --nocapture "$@"
