"""A program pays for what it uses, when it uses it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import failsoft

LOADED = "print(*sorted(set(sys.modules) - before))"


def loaded_by(code):
    """The modules that a fresh interpreter loads for this code."""
    # An installation in development may have loaded more than a bare interpreter has.
    text = f"import sys\nbefore = set(sys.modules) - {{'typing', 're', 'json'}}\n{code}\n{LOADED}"
    told = subprocess.run([sys.executable, "-I", "-c", text], check=True, capture_output=True, text=True)  # noqa: S603
    return told.stdout.split()


def test_the_package_alone_loads_nothing_else():
    assert loaded_by("import failsoft") == ["__future__", "failsoft"]


def test_a_name_loads_its_module_and_nothing_of_python():
    assert loaded_by("from failsoft import with_retry") == ["__future__", "failsoft", "failsoft._retry"]


def test_guarded_calls_that_succeed_load_neither_loops_nor_logs():
    code = "import failsoft\nfailsoft.with_retry(len)('')\nfailsoft.CircuitBreaker().call(len, '')"
    assert {"asyncio", "logging", "random", "pathlib", "ssl"}.isdisjoint(loaded_by(code))


def test_every_public_name_is_there_and_listed():
    star = {}
    exec("from failsoft import *", star)  # noqa: S102
    assert set(failsoft.__all__) <= star.keys()
    assert set(failsoft.__all__) <= set(dir(failsoft))
    homes = [name for names in failsoft._HOMES.values() for name in names]
    assert sorted(homes) == sorted(failsoft.__all__)


def test_a_name_is_the_same_each_time_and_in_its_other_spellings():
    assert failsoft.with_retry is failsoft.with_retry is failsoft.retry is failsoft.with_retry_async


def test_a_name_that_is_not_there_is_missed_as_in_any_module():
    with pytest.raises(AttributeError) as caught:
        _ = failsoft.with_retries
    assert str(caught.value) == "module 'failsoft' has no attribute 'with_retries'"
    with pytest.raises(ImportError):
        exec("from failsoft import with_retries", {})  # noqa: S102
