"""``python -m failsoft``: the command."""

import sys

from failsoft._command import main

if __name__ == "__main__":
    sys.exit(main())
