"""A system that reads the machine by itself, every so often."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from failsoft import System


class TestWatching:
    def test_reads_the_machine_until_it_is_stopped(self):
        system = System({"degradation": {"triggers": {"memory_usage": {"enter": 0.001, "leave": 0.0001}}}})
        degraded, threads = threading.Event(), []

        def note(_change):
            threads.append(threading.current_thread())
            degraded.set()

        system.graceful_degradation.on_change(note)
        with system.watch(every=0.001) as watch:
            assert degraded.wait(30)
        assert system.graceful_degradation.level != "full"
        assert (threads[0].name, threads[0].is_alive()) == ("failsoft-watch", False)
        watch.stop()

    def test_can_be_stopped_from_inside(self):
        system = System({"degradation": {"triggers": {"memory_usage": {"enter": 0.001, "leave": 0.0001}}}})
        begun, ended = threading.Event(), threading.Event()

        def stop(_change):
            begun.wait(30)
            watch.stop()
            ended.set()

        system.graceful_degradation.on_change(stop)
        watch = system.watch(every=0.001)
        begun.set()
        assert ended.wait(30)
        watch.stop()

    @pytest.mark.parametrize("degradation", [False, {"triggers": {}}])
    def test_goes_on_where_there_is_nothing_to_read(self, degradation):
        system = System({"degradation": degradation})
        ticks, enough = [], threading.Event()

        def tick():
            ticks.append(1)
            if len(ticks) == 3:
                enough.set()

        system.tick = tick
        with system.watch(every=0.001):
            assert enough.wait(30)

    def test_goes_on_when_a_reading_fails(self, lines, monkeypatch):
        pytest.importorskip("psutil")
        system = System({"degradation": {"triggers": {"memory_usage": 0.001}}})
        failed, twice = [], threading.Event()

        def unreadable():
            failed.append(1)
            if len(failed) == 2:
                twice.set()
            raise OSError("no /proc here")

        monkeypatch.setattr("psutil.virtual_memory", unreadable)
        with system.watch(every=0.001):
            assert twice.wait(30)
        assert ("ERROR", "a listener failed: _read (OSError: no /proc here)") in lines()

    def test_does_not_keep_the_system_alive_and_ends_with_it(self):
        system, read = System({"degradation": {"triggers": {"memory_usage": 0.001}}}), threading.Event()
        system.graceful_degradation.on_change(lambda _: read.set())
        thread, alive = system.watch(every=0.001)._thread, weakref.ref(system)
        assert read.wait(30)
        del system
        gc.collect()
        thread.join(30)
        assert (alive(), thread.is_alive()) == (None, False)

    @pytest.mark.parametrize("every", [0, -1, float("nan"), 1e300, "5"])
    def test_is_done_every_so_many_seconds(self, every):
        with pytest.raises(ValueError, match=r"every: .* is out of range \(expected seconds above 0"):
            System().watch(every)
