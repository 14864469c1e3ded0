#!/usr/bin/env bash
# The tests of what threads share (core/src/host) under ThreadSanitizer: a data race is a failure even if it did no harm.
#
#   scripts/tsan.sh [filter of tests, default host::]
#
# The standard library has to be built with the sanitizer too, or its locks look like races. So the compiler is
# Debian's, which comes with the library's source and whose clang of the same LLVM has the sanitizer's runtime.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { echo "tsan: $*" >&2; exit 1; }

target=$(uname -m)-unknown-linux-gnu
case $(uname -sm) in "Linux x86_64" | "Linux aarch64") ;; *) die "missing: ThreadSanitizer for $(uname -sm) (run it on 64-bit Linux)" ;; esac

install() {
  local why="missing: $*"
  command -v apt-get >/dev/null || die "$why (packages of Debian)"
  [ "$(id -u)" = 0 ] || die "$why (as root: apt-get install $*)"
  # --no-remove: never trade away a compiler that somebody installed on purpose.
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    install -yqq --no-install-recommends --no-remove "$@"; } >&2 || die "$why (apt-get install $* failed)"
}

have_debian() { [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library/std ]; }

have_debian || install rustc-web cargo-web rust-web-src
have_debian || die "missing: /usr/bin/rustc, /usr/bin/cargo and the library's source, which rustc-web, cargo-web and rust-web-src bring"
# The runtime must be of the compiler's own LLVM.
llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
runtime() { compgen -G "/usr/lib/llvm-$llvm/lib/clang/*/lib/linux/libclang_rt.tsan-*.a" >/dev/null; }
{ command -v "clang-$llvm" >/dev/null && runtime; } || install "clang-$llvm" "libclang-rt-$llvm-dev"

# RUSTC_BOOTSTRAP is for -Zbuild-std and -Zsanitizer. A target directory of its own: another compiler, other flags.
linker=CARGO_TARGET_$(tr a-z- A-Z_ <<<"$target")_LINKER
env -u CARGO_ENCODED_RUSTFLAGS -u RUSTUP_TOOLCHAIN "$linker=clang-$llvm" \
  RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1 \
  RUSTFLAGS="-Zsanitizer=thread -Zexternal-clangrt -Clink-arg=-fsanitize=thread" \
  CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/tsan" TSAN_OPTIONS="halt_on_error=1 allow_addr2line=1 ${TSAN_OPTIONS:-}" \
  /usr/bin/cargo test --locked --quiet -Zbuild-std --target "$target" --package failsoft --lib -- "${1:-host::}"
