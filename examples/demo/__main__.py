"""What failsoft is for, in half a minute: ``python examples/demo``, or ``make demo``.

A real HTTP server on this machine goes through a scripted outage while two clients ask it for the
weather, side by side and at the same pace: one with plain httpx, one with the same call under
``policy.json``. The exit status says whether the guarded one stayed useful.
"""

from __future__ import annotations

import asyncio
import sys

from outage.show import run


def main() -> int:
    """Run the demo: 0 if the guarded client stayed useful, 1 if it did not, 130 after Ctrl-C."""
    try:
        return 0 if asyncio.run(run()) else 1
    except KeyboardInterrupt:
        sys.stdout.write("\ninterrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
