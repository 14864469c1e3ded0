#!/usr/bin/env bash
# Builds the engines that JavaScript loads, in place (bindings-node/failsoft.node, bindings-wasm/pkg/ and pkg-small/), and of them and the
# driver the npm package, in bindings-node/dist/.
#
#   scripts/build-js.sh [native|wasm|package|all|shapes]...     default all
#
# `package` takes the engines as they are. `shapes` is the native engine with the crossings that were measured and not chosen, for benches/js.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { echo "build-js: $*" >&2; exit 1; }

target=${CARGO_TARGET_DIR:-target}
locked=
[ ! -e Cargo.lock ] || locked=--locked

# $1: where to put it; the rest goes to cargo. Replaced whole: a running Node may have the old file mapped.
native() {
  local to=$1 library=
  shift
  cargo build --release --package failsoft-node ${locked:+"$locked"} "$@"
  for library in "$target"/release/{libfailsoft_node.so,libfailsoft_node.dylib,failsoft_node.dll}; do
    [ ! -e "$library" ] || { cp "$library" "$to.new" && mv "$to.new" "$to"; return; }
  done
  die "cargo left no library in $target/release"
}

# What npm installs is as the lock file says, and only if that has changed since.
npm_packages() {
  local stamp=bindings-node/node_modules/.package-lock.json
  [ "$stamp" -nt bindings-node/package-lock.json ] || { npm ci --prefix bindings-node --silent && touch "$stamp"; }
}

# $1: the folder for it; the rest goes to cargo.
wasm() {
  local module to=$1 made=$1/failsoft_wasm_bg.wasm
  shift
  module=$(scripts/build-wasm.sh failsoft-wasm wasm "$@")
  cargo run --quiet --release --locked --target-dir "$target/bindgen" \
    --manifest-path bindings-wasm/bindgen/Cargo.toml -- "$module" "$to" web
  npm_packages
  bindings-node/node_modules/.bin/wasm-opt -Oz --strip-debug --strip-producers "$made" -o "$made"
  echo '{"type": "module"}' >"$to/package.json"
}

# The whole engine, and the one of failsoft/small.
both() {
  wasm bindings-wasm/pkg
  wasm bindings-wasm/pkg-small --no-default-features
}

package() {
  npm_packages
  node bindings-node/build.mjs
}

[ $# -gt 0 ] || set -- all
for what in "$@"; do
  case $what in
    native) native bindings-node/failsoft.node ;;
    wasm) both ;;
    package) package ;;
    all) native bindings-node/failsoft.node; both; package ;;
    shapes) native benches/js/shapes.node --features shapes ;;
    *) die "usage: build-js.sh [native|wasm|package|all|shapes]..." ;;
  esac
done
