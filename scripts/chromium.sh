#!/usr/bin/env bash
# Sees to it that there is a Chromium for the tests: $CHROMIUM, or one of the system's; on Debian, as root, it is installed.
set -euo pipefail

[ -z "${CHROMIUM:-}" ] || [ -x "$CHROMIUM" ] || { echo "chromium: $CHROMIUM (from CHROMIUM) is no program" >&2; exit 1; }
for place in "${CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
  [ ! -x "$place" ] || exit 0
done
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get install -yqq chromium || { apt-get update -qq && apt-get install -yqq chromium; }; } >/dev/null 2>&1 && exit 0
fi
echo "missing: Chromium (Debian: apt-get install chromium; elsewhere set CHROMIUM to its path)" >&2
exit 1
