"""One interpreter in a process loads failsoft; the others are told what to do instead."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import failsoft
failsoft.Policy()
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

interpreters.run_string({create}, '''
try:
    from failsoft import Policy
except ImportError as error:
    print(error)
''')
import importlib
del sys.modules["failsoft._native"]
importlib.import_module("failsoft._native")
print("reloaded at home")
"""

# One with a lock of its own, and one that shares the lock, as those of web servers do.
CREATE = {
    "own lock": "interpreters.create()",
    "shared lock": (
        "interpreters.create('legacy')"
        if sys.version_info >= (3, 13)
        else "interpreters.create(isolated=False)"
    ),
}


@pytest.mark.parametrize("kind", CREATE)
def test_a_subinterpreter_is_refused_clearly(kind):
    program = PROGRAM.replace("{create}", CREATE[kind])
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    refusal, home = told.stdout.splitlines()
    assert "does not support loading in subinterpreters" in refusal
    assert home == "reloaded at home"
