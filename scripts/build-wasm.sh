#!/usr/bin/env bash
# Builds one package of this workspace for wasm32-unknown-unknown; the last line on stdout is the .wasm's path.
#
#   scripts/build-wasm.sh <cargo package> [profile, default wasm [cargo arguments]]
#
# The toolchain on PATH is used where it has the target or rustup can add it, else Debian's rustc-web with a
# standard library built once from Debian's source. WASM_TOOLCHAIN=debian goes straight to Debian's.
set -euo pipefail

die() { echo "build-wasm: $*" >&2; exit 1; }

{ [ $# -ge 1 ] && [ -n "$1" ]; } || die "usage: build-wasm.sh <cargo package> [profile [cargo arguments]]"
pkg=$1 profile=${2:-wasm} more=("${@:3}")
target=wasm32-unknown-unknown
cd "$(dirname "${BASH_SOURCE[0]}")/.."
locked=
[ ! -e Cargo.lock ] || locked=--locked

# What the user gives the compiler, and short names for the files of dependencies: a panic's message has its place, and
# nobody's home directory belongs into a module. In the encoded form, so that a blank in a path does no harm.
remap=--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/=
flags=$remap
for flag in ${RUSTFLAGS:-}; do flags+=$'\x1f'$flag; done

# $1: the cargo to run. Its own report names the file: the library's name need not be the package's.
build() {
  local wasm
  export CARGO_ENCODED_RUSTFLAGS=$flags
  wasm=$("$1" build --package "$pkg" --lib --profile "$profile" --target "$target" ${locked:+"$locked"} \
    "${more[@]}" --message-format json-render-diagnostics | { grep -o '"[^"]*\.wasm"' || true; } | tail -n 1 | tr -d '"')
  [ -n "$wasm" ] || die "package $pkg makes no .wasm: its [lib] needs crate-type = [\"cdylib\"]"
  echo "$wasm"
}

# Under another HOME (CI, a sandbox) rustup's proxies find no toolchain: it is beside the directory they are in.
if [ -z "${RUSTUP_HOME:-}" ] && ! rustc -V >/dev/null 2>&1; then
  proxy=$(command -v rustc || true)
  beside=${proxy%/.cargo/bin/rustc}/.rustup
  if [ -n "$proxy" ] && [ -d "$beside" ]; then export RUSTUP_HOME=$beside; fi
fi

# Whether the rustc on PATH has the target's standard library. (Without the target it still names the directory.)
have_target() {
  local dir
  dir=$(rustc --print target-libdir --target "$target" 2>/dev/null) && [ -d "$dir" ] && cargo -V >/dev/null 2>&1
}

case ${WASM_TOOLCHAIN:-auto} in
  auto)
    # Asked again after adding: rustup may add it to a toolchain other than the rustc that comes first on PATH.
    if have_target || { rustup target add "$target" >/dev/null 2>&1 && have_target; }; then
      build cargo
      exit
    fi ;;
  debian) ;;
  *) die "WASM_TOOLCHAIN must be auto or debian" ;;
esac

# From here on: Debian's compiler, always by its full path, for PATH may begin with rustup's proxies.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/failsoft-wasm-sysroot
packages=(rustc-web cargo-web rust-web-src)

install() {
  local why="no $target for Rust, missing: $*"
  command -v apt-get >/dev/null || die "$why (Debian's packages; elsewhere: rustup target add $target)"
  [ "$(id -u)" = 0 ] || die "$why (as root: apt-get install $*)"
  # --no-remove: never trade away a compiler that somebody installed on purpose.
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    install -yqq --no-install-recommends --no-remove "$@"; } >&2 || die "$why (apt-get install $* failed)"
}

have_debian() { [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library/std ]; }

# Any lld will do, as rustc passes `-flavor wasm`; the one of the compiler's own LLVM comes first.
find_lld() {
  local rustc lld
  for lld in "/usr/lib/llvm-$llvm/bin/lld" /usr/bin/rust-lld; do
    if [ -x "$lld" ]; then echo "$lld"; return; fi
  done
  while read -r rustc; do
    for lld in "$("$rustc" --print sysroot 2>/dev/null || true)"/lib/rustlib/*/bin/rust-lld; do
      if [ -x "$lld" ]; then echo "$lld"; return; fi
    done
  done < <(type -ap rustc)
  return 1
}

# One run at a time prepares the toolchain; the others wait, and then find it ready.
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
rm -rf "$cache"/tmp.* # of a run that was killed: nobody else is here

have_debian || install "${packages[@]}"
have_debian || die "no $target for Rust: ${packages[*]} did not bring /usr/bin/rustc, cargo and the library's source"
llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
lld=$(find_lld) || { install "lld-$llvm"; lld=$(find_lld); } || die "no linker for $target: lld-$llvm brought none"

sysroot=$cache/$(/usr/bin/rustc -V | tr -c 'A-Za-z0-9.\n' _)
if [ ! -d "$sysroot" ]; then
  echo "build-wasm: building the standard library for $target, once (about a minute)" >&2
  tmp=$(mktemp -d "$cache/tmp.XXXXXX")
  trap 'rm -rf "$tmp"' EXIT
  libs=$tmp/sysroot/lib/rustlib/$target/lib
  mkdir -p "$tmp/src" "$libs"
  : >"$tmp/src/lib.rs"
  cat >"$tmp/Cargo.toml" <<'TOML'
[package]
name = "nothing"
version = "0.0.0"
edition = "2024"
[profile.release]
opt-level = "z"
panic = "abort"
[workspace]
TOML
  # Bitcode, or a build with LTO cannot use these libraries. RUSTC_BOOTSTRAP is for -Zbuild-std, needed only here.
  (cd "$tmp" && env -u CARGO_ENCODED_RUSTFLAGS RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes $remap" \
    CARGO_TARGET_DIR="$tmp/target" /usr/bin/cargo build -q --release --target "$target" \
    -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size >&2) ||
    die "Debian's standard library did not build for $target (see above)"
  rm -f "$tmp/target/$target/release/deps"/libnothing-*
  cp "$tmp/target/$target/release/deps"/lib*.rlib "$libs/"
  # The host's libraries stay Debian's: proc macros need them.
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  ln -s "/usr/lib/rustlib/$host" "$tmp/sysroot/lib/rustlib/$host"
  # Whole or not at all: an interrupted run leaves nothing that looks finished.
  mv -T "$tmp/sysroot" "$sysroot"
  rm -rf "$tmp"
fi
exec 9>&-

flags+=$'\x1f'--sysroot=$sysroot

# Its own target directory: two compilers in one would throw away each other's work.
export RUSTC=/usr/bin/rustc CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$lld \
  CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/debian-wasm
build /usr/bin/cargo
