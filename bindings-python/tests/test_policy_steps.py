"""A policy document with a fallback section: its function first, and then the steps."""

from __future__ import annotations

import asyncio

import pytest

from failsoft import Policy, report
from support import Script

DOCUMENT = {
    "name": "images",
    "retry": {"max_attempts": 2, "initial_delay": 1, "jitter": "none"},
    "circuit_breaker": {"failure_threshold": 4},
    "fallback": [{"name": "flux", "quality": 0.8, "cost": 0.05}, {"name": "cached", "quality": 0.4}],
}


def reset():
    return ConnectionResetError("connection reset by peer")


def bad_request():
    error = ValueError("bad request")
    error.status_code = 400
    return error


@pytest.fixture
def images(time):
    def make(flux, cached, document=None, **options):
        fallbacks = {"flux": flux, "cached": cached}
        return Policy.from_dict(document or DOCUMENT, fallbacks=fallbacks, clock=time.clock, **options)

    return make


def passed(outcome):
    return [(step.name, step.why) for step in report(outcome).passed]


def test_steps_follow_when_the_function_has_failed_for_good(images, time, lines):
    function = Script(reset())
    policy = images(Script(reset()), lambda number: {"cached": number})
    answer = policy.call(function, 7)
    told = report(answer)
    assert (answer, function.calls, time.slept) == ({"cached": 7}, 2, [1])
    assert (told.served_by, told.quality, told.stop_reason, told.attempt_count) == (
        "cached",
        0.4,
        "exhausted",
        2,
    )
    assert passed(answer) == [("flux", "failed")]
    assert lines()[-1] == ("INFO", "images: answered by its fallback cached")


def test_they_stand_in_for_a_function_whose_breaker_is_open(images):
    function = Script(reset())
    document = {"fallback": DOCUMENT["fallback"], "circuit_breaker": {"failure_threshold": 1}}
    policy = images(Script({"from": "flux"}), Script("never"), document)
    policy.call(function)
    told = report(policy.call(function))
    assert (function.calls, told.attempt_count, told.stop_reason) == (1, 0, "circuit_open")
    assert told.served_by == "flux"


def test_a_bad_request_of_the_function_does_not_lead_to_them(images):
    error, flux = bad_request(), Script("never")
    with pytest.raises(ValueError) as caught:
        images(flux, flux).call(Script(error))
    assert (caught.value is error, flux.calls) == (True, 0)


def test_when_they_fail_too_the_last_error_comes_out_unless_a_last_resort_answers(images):
    last = reset()
    with pytest.raises(ConnectionResetError) as caught:
        images(Script(reset()), Script(last)).call(Script(reset()))
    assert caught.value is last
    assert passed(last) == [("flux", "failed"), ("cached", "failed")]
    policy = images(Script(reset()), Script(reset()), fallback=lambda: ["nothing today"])
    assert policy.call(Script(reset())) == ["nothing today"]


def test_what_is_told_of_a_failure_names_the_step_that_was_tried_last(images, lines):
    error, cached = bad_request(), Script("never")
    with pytest.raises(ValueError, match="bad request"):
        images(Script(error), cached).call(Script(reset()))
    assert cached.calls == 0
    assert lines()[-1] == ("ERROR", "images: its fallback flux failed (ValueError: bad request)")


def test_when_none_can_be_tried_the_functions_own_error_comes_out(time):
    document = {"fallback": [{"name": "flux", "policy": {"circuit_breaker": {"failure_threshold": 1}}}]}
    policy = Policy.from_dict(document, fallbacks={"flux": Script(reset())}, clock=time.clock)
    with pytest.raises(ConnectionResetError):
        policy.call(Script(reset()))
    error = reset()
    with pytest.raises(ConnectionResetError) as caught:
        policy.call(Script(error))
    assert caught.value is error
    assert passed(error) == [("flux", "benched")]


def test_a_healthy_call_never_looks_at_them(images):
    flux = Script("never")
    assert images(flux, flux)(lambda: "fine")() == "fine"
    assert flux.calls == 0


@pytest.mark.asyncio
async def test_coroutines_have_them_too(images):
    async def flux(number):
        await asyncio.sleep(0)
        return {"flux": number}

    async def function(_number):
        raise reset()

    assert await images(flux, Script("never"))(function)(7) == {"flux": 7}


@pytest.mark.asyncio
async def test_a_call_that_is_cancelled_in_one_of_them_goes_no_further(images):
    begun, cached = asyncio.Event(), Script("never")

    async def flux():
        begun.set()
        await asyncio.Event().wait()

    async def failing():
        raise reset()

    task = asyncio.create_task(images(flux, cached, {"fallback": DOCUMENT["fallback"]}).call(failing))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cached.calls == 0


@pytest.mark.parametrize(
    ("fallbacks", "message"),
    [
        (None, "fallbacks: the step flux has no function"),
        ({"flux": len}, "fallbacks: the step cached has no function"),
        ({"flux": len, "cached": 7}, "fallbacks: the step cached has no function"),
        ({"flux": len, "cached": len, "cahced": len}, "fallbacks: the document has no step cahced"),
    ],
)
def test_a_step_without_a_function_and_a_function_without_a_step_are_refused(fallbacks, message):
    with pytest.raises(TypeError) as caught:
        Policy.from_dict(DOCUMENT, fallbacks=fallbacks)
    assert str(caught.value) == message
