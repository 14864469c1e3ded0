"""Settings that make no sense give one error, which lists everything that is wrong with its path."""

from __future__ import annotations

import copy
import math
import pickle
from datetime import timedelta
from enum import Enum

import pytest

import failsoft
from failsoft import ConfigError, Policy, RetryConfig


def problems(document):
    with pytest.raises(ConfigError) as caught:
        Policy.from_dict(document)
    return [(problem.code, problem.path) for problem in caught.value.problems]


CYCLIC: dict = {}
CYCLIC["retry"] = CYCLIC


HUGE = 10**5000
WRONG = {
    "not a number": ({"retry": {"max_delay": math.nan}}, [("out_of_range", "retry.max_delay")]),
    "infinite": ({"retry": {"max_delay": math.inf}}, [("out_of_range", "retry.max_delay")]),
    "minus infinite": ({"retry": {"initial_delay": -math.inf}}, [("out_of_range", "retry.initial_delay")]),
    "negative": ({"retry": {"initial_delay": -1}}, [("out_of_range", "retry.initial_delay")]),
    "zero": ({"retry": {"max_attempts": 0}}, [("out_of_range", "retry.max_attempts")]),
    "a count that is not a number": (
        {"retry": {"max_attempts": math.nan}},
        [("out_of_range", "retry.max_attempts")],
    ),
    "large": ({"retry": {"max_attempts": 10**30}}, [("out_of_range", "retry.max_attempts")]),
    "beyond a double": ({"retry": {"max_attempts": 10**400}}, [("out_of_range", "retry.max_attempts")]),
    "beyond all text": ({"retry": {"max_attempts": HUGE}}, [("out_of_range", "retry.max_attempts")]),
    "below all text": ({"retry": {"max_delay": -HUGE}}, [("out_of_range", "retry.max_delay")]),
    "text": ({"retry": {"max_attempts": "many"}}, [("wrong_type", "retry.max_attempts")]),
    "a flag": ({"retry": {"max_attempts": True}}, [("wrong_type", "retry.max_attempts")]),
    "a set": ({"retry": {"max_attempts": {1, 2}}}, [("wrong_type", "retry.max_attempts")]),
    "an object": ({"retry": {"max_attempts": object()}}, [("wrong_type", "retry.max_attempts")]),
    "bytes": ({"retry": {"max_attempts": b"3"}}, [("wrong_type", "retry.max_attempts")]),
    "a key that is no text": ({"retry": {"max_attempts": 3, 4: 5}}, [("wrong_type", "retry")]),
    "an unknown word": ({"retry": {"jitter": "ful"}}, [("unknown_value", "retry.jitter")]),
    "an unknown key": ({"retry": {"max_dely": 3}}, [("unknown_key", "retry.max_dely")]),
    "attempts and retries": (
        {"retry": {"max_attempts": 3, "max_retries": 2}},
        [("contradiction", "retry.max_attempts")],
    ),
    "a cap below the start": (
        {"retry": {"max_delay": 1, "initial_delay": 2}},
        [("contradiction", "retry.initial_delay")],
    ),
    "an empty list for a section": ({"retry": []}, [("wrong_type", "retry")]),
    "a list for a section": ({"retry": [3]}, [("wrong_type", "retry")]),
    "a number for a section": ({"retry": 3}, [("wrong_type", "retry")]),
    "a list for a document": ([], [("wrong_type", "")]),
    "a number for a document": (3, [("wrong_type", "")]),
    "nothing for a document": (None, [("wrong_type", "")]),
    "half a character elsewhere": (
        {"name": "\ud800", "retry": {"max_attempts": 0}},
        [("out_of_range", "retry.max_attempts")],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_named_with_its_path(name):
    document, expected = WRONG[name]
    assert problems(document) == expected


def test_all_that_is_wrong_comes_in_one_error():
    document = {
        "retry": {"max_attempts": math.nan, "max_dely": 1, "delays": b"1", "jitter": object(), 7: 8},
        "circuit_breaker": [],
        "timeout": {"attempt": 10**400, "growth": b"x"},
        "clasify": {},
    }
    assert sorted(problems(document)) == sorted(
        [
            ("out_of_range", "retry.max_attempts"),
            ("unknown_key", "retry.max_dely"),
            ("wrong_type", "retry.delays"),
            ("wrong_type", "retry.jitter"),
            ("wrong_type", "retry"),
            ("wrong_type", "circuit_breaker"),
            ("out_of_range", "timeout.attempt"),
            ("wrong_type", "timeout.growth"),
            ("unknown_key", "clasify"),
        ]
    )


def test_a_document_that_contains_itself_is_refused():
    assert problems(CYCLIC) == [("contradiction", "retry")]


def test_a_document_that_is_too_deep_is_refused():
    document = {}
    for _ in range(10_000):
        document = {"retry": document}
    (code, path), *_ = problems(document)
    assert (code, path.startswith("retry.retry.retry")) == ("out_of_range", True)


def test_one_object_may_stand_in_several_places():
    shared = ["OSError"]
    retry = RetryConfig(retryable_exceptions=shared)
    Policy(retry=retry, circuit_breaker={"expected_exception": shared, "error_patterns": shared})


def test_the_message_says_what_was_found_and_what_is_allowed():
    with pytest.raises(ConfigError) as caught:
        Policy(retry={"jitter": "ful", "max_attempts": -1})
    words = "none, proportional, additive, full, equal, true or false"
    assert str(caught.value).splitlines() == [
        "retry.max_attempts: -1 is out of range (expected a whole number from 1 to 4294967295)",
        f'retry.jitter: unknown jitter "ful" (expected {words})',
    ]


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", '{"retry": 1e999}', '{"name": "a"}}', "\ud800", "NaN"]
)
def test_a_text_that_is_no_document_is_refused(text):
    with pytest.raises(ConfigError) as caught:
        Policy.from_json(text)
    assert len(caught.value.problems) == 1


def test_a_key_given_twice_is_refused():
    with pytest.raises(ConfigError) as caught:
        Policy.from_json('{"retry": {"max_attempts": 1, "max_attempts": 2}}')
    assert [problem.code for problem in caught.value.problems] == ["contradiction"]


def test_keywords_of_a_config_are_checked_like_documents():
    with pytest.raises(ConfigError) as caught:
        RetryConfig(max_attempts=0, max_delay=-1, jiter=True)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [
        ("out_of_range", "retry.max_attempts"),
        ("out_of_range", "retry.max_delay"),
        ("unknown_key", "retry.jiter"),
    ]


def test_pythons_own_ways_to_say_it_are_understood(time, script):
    class Spread(Enum):
        NONE = "none"

    delays = (timedelta(milliseconds=250), "2s", 3)
    policy = Policy(retry={"delays": delays, "jitter": Spread.NONE}, clock=time.clock)
    with pytest.raises(ConnectionError):
        policy.call(script(ConnectionError()))
    assert time.slept == [0.25, 2.0, 3.0]


def test_a_config_is_a_frozen_value():
    config = RetryConfig(max_retries=5, initial_delay="250ms", retryable_exceptions=(OSError, "KeyError"))
    for other in (copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):  # noqa: S301
        assert (other, hash(other), repr(other)) == (config, hash(config), repr(config))
    assert config != RetryConfig(max_retries=5)
    assert (config.max_retries, config.initial_delay) == (5, "250ms")
    with pytest.raises(AttributeError, match="was given no max_delay"):
        _ = config.max_delay
    with pytest.raises(AttributeError, match="frozen"):
        config.max_retries = 6


def test_configs_that_are_equal_have_one_hash():
    config = RetryConfig(max_retries=1, max_delay=2)
    other = RetryConfig(max_delay=2.0, max_retries=1)
    assert (config, hash(config)) == (other, hash(other))


def test_a_config_is_not_changed_by_the_list_that_it_was_given():
    delays = [1, 2]
    config = RetryConfig(delays=delays)
    delays.append(3)
    assert config == RetryConfig(delays=[1, 2])


def test_a_policy_is_not_changed_by_the_document_that_it_was_given(time, down):
    document = {"circuit_breaker": {"failure_threshold": 1}}
    policy = Policy.from_dict(document, clock=time.clock)
    document["circuit_breaker"]["failure_threshold"] = "nonsense"
    with pytest.raises(ConnectionError):
        policy.call(down)
    assert policy.circuit_breaker.is_open


def test_the_classifier_of_a_question_is_checked_as_well():
    with pytest.raises(ConfigError) as caught:
        failsoft.classify(ValueError(), {"kind": "oracle", "rules": [{"then": "retry"}]})
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [
        ("unknown_value", "kind"),
        ("missing", "rules[0].match"),
        ("unknown_value", "rules[0].then"),
    ]
