"""What Python itself and its standard library raise: programs, tasks, pools, processes and parsers."""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import configparser
import csv
import decimal
import gzip
import importlib
import io
import json
import lzma
import multiprocessing
import pickle
import queue
import re
import struct
import subprocess
import sys
import tarfile
import threading
import types
import uuid
import xml.etree.ElementTree as ET
import zipfile
import zlib

import pytest

MISTAKES = {
    "ValueError": lambda: int("timeout"),
    "TypeError": lambda: len(503),
    "KeyError": lambda: {}["connection"],
    "IndexError": lambda: [][0],
    "AttributeError": lambda: None.get("connection"),
    "NameError": lambda: eval("undefined_name"),
    "ZeroDivisionError": lambda: 1 / 0,
    "OverflowError": lambda: 2.0**5000,
    "AssertionError": lambda: (_ for _ in ()).throw(AssertionError("status 503")),
    "NotImplementedError": lambda: (_ for _ in ()).throw(NotImplementedError),
    "ModuleNotFoundError": lambda: importlib.import_module("absent_module"),
    "ImportError": lambda: exec("from json import absent"),
    "SyntaxError": lambda: compile("retry(", "x", "exec"),
    "IndentationError": lambda: compile(" x\ny", "x", "exec"),
    "UnicodeDecodeError": lambda: b"\xff".decode(),
    "UnicodeEncodeError": lambda: "\ud800".encode(),
    "RecursionError": lambda: recurse(),
    "BufferError": lambda: exported(),
    "StopIteration": lambda: next(iter(())),
    "UnboundLocalError": lambda: unbound(),
    "LookupError": lambda: "x".encode("absent"),
    "FrozenInstanceError": lambda: types.MappingProxyType({}).__setitem__("x", 1),
    "JSONDecodeError": lambda: json.loads("<html>503 Service Unavailable</html>"),
    "json of an object": lambda: json.dumps(object()),
    "json in a circle": lambda: json.dumps(circle()),
    "pickle of a lock": lambda: pickle.dumps(threading.Lock()),
    "pickle that is none": lambda: pickle.loads(b"nonsense"),
    "pickle cut off": lambda: pickle.loads(pickle.dumps([1, 2])[:-3]),
    "csv": lambda: next(csv.reader(["a\0b" if sys.version_info < (3, 11) else "x" * 200000])),
    "ini": lambda: configparser.ConfigParser().read_string("x"),
    "xml": lambda: ET.fromstring("<x>"),
    "base64": lambda: base64.b64decode("x"),
    "gzip": lambda: gzip.decompress(b"no gzip"),
    "zlib": lambda: zlib.decompress(b"no zlib"),
    "lzma": lambda: lzma.decompress(b"no lzma"),
    "zip": lambda: zipfile.ZipFile(io.BytesIO(b"no zip")),
    "tar": lambda: tarfile.open(fileobj=io.BytesIO(b"no tar" * 1000)),
    "struct": lambda: struct.unpack("i", b"x"),
    "decimal": lambda: decimal.Decimal("x"),
    "uuid": lambda: uuid.UUID("x"),
    "re": lambda: re.compile("("),
}


def recurse():
    return recurse()


def exported():
    array = bytearray(1)
    view = memoryview(array)
    try:
        array.append(1)
    finally:
        view.release()


def unbound():
    exec("def f():\n print(x)\n x = 1\nf()", {})


def circle():
    found = []
    found.append(found)
    return found


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_program(means, mistake):
    with means("invalid_request", retryable=False):
        MISTAKES[mistake]()


def test_a_gzip_that_is_cut_off(means):
    with means("connection", retryable=True):
        gzip.decompress(gzip.compress(b"x" * 100)[:-4])


def test_no_memory(means):
    with means("resource", retryable=False):
        bytearray(2**62)


def test_the_end_of_the_input(monkeypatch, means):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with means("invalid_request", retryable=False):
        input()


STOPS = {
    "KeyboardInterrupt": lambda: (_ for _ in ()).throw(KeyboardInterrupt),
    "SystemExit": sys.exit,
    "GeneratorExit": lambda: (_ for _ in ()).throw(GeneratorExit),
}


@pytest.mark.parametrize("stop", STOPS)
def test_somebody_stops_the_program(means, stop):
    with means("cancelled", retryable=False):
        STOPS[stop]()


def test_an_exit_that_is_no_error_of_python(means):
    class Halt(BaseException):
        pass

    with means("unknown", retryable=False):
        raise Halt("connection reset by peer")


def run(coroutine):
    return asyncio.run(coroutine)


async def cancelled_task():
    task = asyncio.ensure_future(asyncio.sleep(30))
    await asyncio.sleep(0)
    task.cancel("connection lost")
    await task


async def too_late():
    await asyncio.wait_for(asyncio.sleep(30), 0.01)


async def limited():
    reader = asyncio.StreamReader(limit=2)
    reader.feed_data(b"x" * 10)
    await reader.readuntil(b"\n")


async def cut_off():
    reader = asyncio.StreamReader()
    reader.feed_data(b"x")
    reader.feed_eof()
    await reader.readexactly(2)


async def full():
    waiting = asyncio.Queue(1)
    waiting.put_nowait(1)
    waiting.put_nowait(2)


async def settled_twice():
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    future.set_result(2)


async def nobody_there(port):
    await asyncio.open_connection("127.0.0.1", port)


TASKS = {
    "that is cancelled": (cancelled_task, "cancelled", False),
    "that takes too long": (too_late, "timeout", True),
    "that reads too much": (limited, "invalid_request", False),
    "that reads half": (cut_off, "connection", True),
    "whose queue is full": (full, "resource", True),
    "that settles a future twice": (settled_twice, "invalid_request", False),
}


@pytest.mark.parametrize("task", TASKS)
def test_a_task(means, task):
    coroutine, category, retryable = TASKS[task]
    with means(category, retryable=retryable):
        run(coroutine())


def test_a_task_that_connects_to_nobody(refused, means):
    with means("connection", retryable=True):
        run(nobody_there(refused))


def test_a_future_that_takes_too_long(means):
    with means("timeout", retryable=True):
        concurrent.futures.Future().result(timeout=0.01)


def test_a_future_that_is_cancelled(means):
    future = concurrent.futures.Future()
    future.cancel()
    with means("cancelled", retryable=False):
        future.result()


def test_a_process_pool_whose_process_dies(means):
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool, means("resource", retryable=False):
        pool.submit(_die).result()


def _die():
    import os  # noqa: PLC0415

    os._exit(1)


def test_a_pool_that_is_shut_down(means):
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    with means("invalid_request", retryable=False):
        pool.submit(print)


def test_a_queue_that_is_full(means):
    waiting = queue.Queue(1)
    waiting.put(1)
    with means("resource", retryable=True):
        waiting.put_nowait(2)


def test_a_barrier_that_is_broken(means):
    barrier = threading.Barrier(2)
    barrier.abort()
    with means("unknown", retryable=False):
        barrier.wait()


PROGRAMS = {
    "fails": (["-c", "raise SystemExit(1)"], {}, "unknown", False),
    "exits with what looks like a status": (["-c", "raise SystemExit(42)", "503"], {}, "unknown", False),
    "takes too long": (["-c", "import time; time.sleep(30)"], {"timeout": 0.2}, "timeout", True),
    "is killed": (["-c", "import os; os.kill(os.getpid(), 9)"], {}, "unknown", False),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that(means, program):
    arguments, settings, category, retryable = PROGRAMS[program]
    with means(category, retryable=retryable):
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, **settings)


@pytest.mark.parametrize(("path", "category"), [("/nowhere/x", "not_found"), ("/etc/passwd", "auth")])
def test_a_program_that_cannot_be_run(means, path, category):
    with means(category, retryable=False):
        subprocess.run([path], check=True)


def test_a_cause_decides_where_the_error_says_nothing(means):
    with means("connection", retryable=True):
        try:
            raise ConnectionResetError
        except ConnectionResetError as error:
            raise RuntimeError("the profile was not loaded") from error


def test_a_context_decides_nothing(means):
    with means("invalid_request", retryable=False):
        try:
            raise ConnectionResetError
        except ConnectionResetError:
            raise ValueError("nonsense")  # noqa: B904


def test_a_cause_that_is_hidden(means):
    with means("unknown", retryable=False):
        try:
            raise ConnectionResetError
        except ConnectionResetError:
            raise RuntimeError("nonsense") from None


def test_a_call_that_waited_for_a_lock(means):
    lock = threading.Lock()
    with lock, means("timeout", retryable=True):
        if not lock.acquire(timeout=0.01):
            raise TimeoutError("no lock")
