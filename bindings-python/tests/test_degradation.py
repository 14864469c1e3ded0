"""Levels of service: what moves them, who is told, and what they make of the parameters of a call."""

from __future__ import annotations

import json
import sys
import threading
from collections import OrderedDict
from enum import Enum
from fractions import Fraction
from types import MappingProxyType

import pytest

from failsoft import ConfigError, GracefulDegradation, LevelChange


@pytest.fixture
def degradation(time):
    return GracefulDegradation(clock=time.clock)


def wrong(act):
    with pytest.raises(ConfigError) as caught:
        act()
    return str(caught.value)


class TestMoving:
    def test_each_step_down_is_one(self, degradation):
        levels = []
        for _ in range(5):
            levels.append(tuple(degradation.get_current_level().values()))
            degradation.degrade("load")
        assert levels == [("full", 100), ("high", 80), ("medium", 60), ("low", 40), ("minimal", 20)]
        assert (degradation.level, degradation.degrade("load")) == ("minimal", None)

    def test_metrics_lower_it_with_a_dwell_and_raise_it_again(self, time):
        degradation = GracefulDegradation(
            triggers={"cpu_usage": {"enter": 0.95, "leave": 0.5}}, dwell=30, clock=time.clock
        )
        assert degradation.observe("cpu_usage", 0.97) == LevelChange(
            "full", "high", {"kind": "trigger", "metric": "cpu_usage", "value": 0.97, "threshold": 0.95}
        )
        assert degradation.observe("cpu_usage", 0.99) is None, "within the dwell"
        time.passes(30)
        assert degradation.observe("cpu_usage", 0.99).after == "medium"
        time.passes(30)
        assert degradation.observe("cpu_usage", 0.6) is None, "between the thresholds"
        time.passes(30)
        assert degradation.observe("cpu_usage", 0.4).after == "high"

    def test_people_lower_raise_choose_and_pin_it(self, degradation):
        changes = [
            degradation.degrade("deploying"),
            degradation.set_level("low"),
            degradation.restore(),
            degradation.pin("minimal"),
            degradation.restore(),
        ]
        assert [change and change.after for change in changes] == ["high", "low", "medium", "minimal", None]
        assert degradation.describe()["pinned"] is True
        degradation.unpin()
        assert (degradation.describe()["pinned"], degradation.level) == (False, "minimal")

    def test_a_reason_is_remembered_without_its_secrets(self, degradation):
        change = degradation.degrade("deploy with token=abc123def456")
        assert change.cause == {"kind": "manual", "reason": "deploy with token=[redacted]"}

    def test_triggers_can_be_replaced_under_either_name(self, degradation):
        degradation.configure_triggers({"queue_length": 100, "cpu_usage_threshold": 0.5})
        assert degradation.observe("queue_length", 100).after == "high"
        assert "unknown metric" in wrong(lambda: degradation.observe("memory_usage", 0.99))

    def test_time_alone_can_raise_it(self, degradation, time):
        degradation.observe("cpu_usage", 0.99)
        degradation.observe("cpu_usage", 0.1)
        time.passes(3600)
        assert degradation.tick().after == "full"

    def test_any_number_is_a_number(self, degradation):
        assert degradation.observe("response_time", Fraction(61, 2)).after == "high"

    def test_a_level_may_be_one_of_an_enumeration(self, degradation):
        class Level(Enum):
            LOW = "low"

        assert degradation.set_level(Level.LOW).after == "low"

    def test_what_was_saved_goes_on_elsewhere(self, degradation):
        degradation.pin("low")
        other, told = GracefulDegradation(), []
        other.on_change(told.append)
        other.restore_snapshot(json.loads(json.dumps(degradation.snapshot())))
        assert (other.level, other.describe()["pinned"]) == ("low", True)
        assert [(change.before, change.after) for change in told] == [("full", "low")]


class TestParameters:
    GIVEN = MappingProxyType({"quality": 1.0, "resolution": "1080p", "steps": 50, "model": "premium"})

    def test_follow_the_level_and_what_was_given_stays(self, degradation):
        given = dict(self.GIVEN)
        degradation.set_level("medium")
        assert degradation.adjust_parameters(given) == {
            "quality": 0.8,
            "resolution": "720p",
            "steps": 30,
            "model": "standard",
        }
        assert given == dict(self.GIVEN)

    def test_that_no_rule_is_about_keep_type_order_and_identity(self, degradation):
        inner, nan = {"steps": 50}, float("nan")
        given = {"prompt": 'a "story" \ud83d', 7: "seven", "when": object(), "quality": 1, "huge": 10**400}
        given |= {"nan": nan, "none": None, "inner": inner, "steps": 50, "list": [object()], "tuple": (1, 2)}
        degradation.set_level("medium")
        adjusted = degradation.adjust_parameters(given)
        assert list(adjusted) == list(given)
        changed = {"quality": 0.8, "steps": 30}
        for key, value in given.items():
            assert adjusted[key] == changed[key] if key in changed else adjusted[key] is value, key

    def test_may_be_lists_and_mappings_of_features(self, degradation):
        degradation.set_level("medium")
        given = {"features": ("enhancements", "core", "basic")}
        assert degradation.adjust_parameters(given) == {"features": ("core", "basic")}
        switches = degradation.adjust_parameters({"features": {"enhancements": True, "core": True}})
        assert list(switches["features"].items()) == [("enhancements", False), ("core", True)]

    @pytest.mark.parametrize(("given", "steps"), [(2**60, 30), (10**400, 10**400), (True, True)])
    def test_may_be_numbers_of_any_size(self, degradation, given, steps):
        degradation.set_level("medium")
        assert degradation.adjust_parameters({"steps": given})["steps"] == steps

    @pytest.mark.parametrize("kind", [dict, OrderedDict, MappingProxyType])
    def test_come_in_the_type_that_was_given_where_it_can_be_copied(self, degradation, kind):
        degradation.set_level("low")
        adjusted = degradation.adjust_parameters(kind({"steps": 50}))
        assert (type(adjusted), adjusted["steps"]) == (dict if kind is MappingProxyType else kind, 20)

    def test_that_are_none_say_so(self, degradation):
        assert wrong(lambda: degradation.adjust_parameters(["steps"])) == (
            "parameters: found a value of type list (expected a mapping)"
        )


class TestListeners:
    def test_hear_of_each_change_whatever_the_others_do(self, degradation, lines):
        told = []

        def broken(_change):
            raise RuntimeError("a broken listener")

        degradation.on_change(broken)
        stop = degradation.on_change(told.append)
        degradation.degrade("load")
        degradation.restore()
        assert degradation.restore() is None
        stop()
        degradation.degrade("load")
        assert [(change.before, change.after, change.cause["kind"]) for change in told] == [
            ("full", "high", "manual"),
            ("high", "full", "manual"),
        ]
        assert [level for level, _ in lines()] == ["ERROR"] * 3

    def test_may_change_the_level_themselves_and_everybody_hears_of_both_in_order(self, degradation):
        told = []

        def lower(change):
            if change.after == "high":
                degradation.set_level("low")

        degradation.on_change(lower)
        degradation.on_change(lambda change: told.append((change.before, change.after)))
        degradation.degrade()
        assert told == [("full", "high"), ("high", "low")]

    def test_may_take_themselves_back(self, degradation):
        told = []

        def once(change):
            told.append(change.after)
            stop()

        stop = degradation.on_change(once)
        degradation.degrade()
        degradation.degrade()
        assert told == ["high"]

    def test_hear_of_every_change_of_many_threads_once_and_in_order(self, degradation):
        told, start, interval = [], threading.Barrier(8), sys.getswitchinterval()
        degradation.on_change(told.append)

        def work(number):
            start.wait()
            for turn in range(100):
                degradation.set_level(("full", "high", "medium", "low", "minimal")[(number + turn) % 5])
                degradation.describe()

        sys.setswitchinterval(1e-6)
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
        assert [change.before for change in told] == ["full", *(change.after for change in told[:-1])]
        assert told[-1].after == degradation.level

    def test_are_functions(self, degradation):
        with pytest.raises(TypeError, match="expected something to call, found a int"):
            degradation.on_change(42)


class TestWhatMakesNoSense:
    @pytest.mark.parametrize(
        ("act", "message"),
        [
            (
                lambda it: it.observe("disk", 1),
                'metric: unknown metric "disk" (expected cpu_usage, error_rate, memory_usage or response_time)',
            ),
            (
                lambda it: it.observe("cpu_usage", float("nan")),
                "value: cpu_usage: NaN is out of range (expected a finite number)",
            ),
            (
                lambda it: it.observe("cpu_usage", 10**400),
                "value: cpu_usage: NaN is out of range (expected a finite number)",
            ),
            (
                lambda it: it.observe("cpu_usage", "0.9"),
                "value: found a value of type str (expected a finite number)",
            ),
            (lambda it: it.observe(7, 0.9), "metric: found a value of type int (expected text)"),
            (
                lambda it: it.pin("best"),
                'level: unknown level "best" (expected full, high, medium, low or minimal)',
            ),
            (lambda it: it.set_level(3), "level: found a value of type int (expected text)"),
            (lambda it: it.degrade(None), "reason: found a value of type NoneType (expected text)"),
            (
                lambda it: it.configure_triggers([0.5]),
                "triggers: found a value of type list (expected a mapping of metrics)",
            ),
        ],
    )
    def test_says_why_and_changes_nothing(self, degradation, act, message):
        assert wrong(lambda: act(degradation)) == message
        assert degradation.level == "full"

    def test_is_told_all_at_once_of_settings(self):
        with pytest.raises(ConfigError) as caught:
            GracefulDegradation(dwell=-1, levls=[])
        assert sorted(problem.path for problem in caught.value.problems) == [
            "degradation.dwell",
            "degradation.levls",
        ]

    def test_leaves_triggers_as_they_were(self, degradation):
        message = wrong(lambda: degradation.configure_triggers({"cpu_usage": {"enter": 0.5, "leave": 0.9}}))
        assert message == "degradation.triggers.cpu_usage.leave: 0.9 is not below enter, which is 0.5"
        assert degradation.observe("cpu_usage", 0.94) is None
