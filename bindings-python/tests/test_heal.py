"""Self-healing: fail, diagnose, remedy, call again."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import weakref
from enum import Enum

import pytest

from failsoft import AppliedRemedy, ConfigError, Policy, heal, report
from support import Script


class Receipt:
    """A receipt that can be read once everything that is wrong with it is remedied."""

    def __init__(self, *wrong):
        self.wrong = list(wrong)
        self.calls = []

    def read(self, number="7"):
        self.calls.append("read")
        if self.wrong:
            raise ValueError(self.wrong[0])
        return {"receipt": number}

    async def read_later(self, number="7"):
        await asyncio.sleep(0)
        return self.read(number)

    def enhance(self):
        self.calls.append("enhance")
        self.wrong.remove("image_quality")

    def recode(self):
        self.calls.append("recode")
        self.wrong.remove("encoding")

    def fails(self):
        self.calls.append("fails")
        raise OSError("no such tool")


def words(error):
    return str(error)


def remedies(receipt):
    return {"image_quality": receipt.enhance, "encoding": receipt.recode}


class TestHealing:
    def test_a_call_that_succeeds_is_left_alone(self):
        receipt = Receipt()
        assert heal(receipt.read, diagnose=words, remedies=remedies(receipt)) == {"receipt": "7"}
        assert receipt.calls == ["read"]

    def test_one_remedy_after_the_other_as_they_are_diagnosed(self):
        receipt = Receipt("image_quality", "encoding")
        answer = heal(receipt.read, "8", diagnose=words, remedies=remedies(receipt))
        assert (answer, receipt.calls) == ({"receipt": "8"}, ["read", "enhance", "read", "recode", "read"])
        assert report(answer).remedies == (
            AppliedRemedy("image_quality", "enhance", "succeeded"),
            AppliedRemedy("encoding", "recode", "succeeded"),
        )
        assert (report(answer).attempt_count, report(answer).served_by) == (3, "function")

    def test_a_remedy_that_fails_is_followed_by_the_next_one(self):
        receipt = Receipt("image_quality")
        several = {"image_quality": [receipt.fails, receipt.enhance]}
        answer = heal(receipt.read, number="8", diagnose=words, remedies=several)
        assert receipt.calls == ["read", "fails", "enhance", "read"]
        assert [applied.outcome for applied in report(answer).remedies] == ["failed", "succeeded"]

    def test_a_remedy_that_takes_an_argument_is_told_of_the_error(self):
        receipt, errors = Receipt("image_quality"), []

        def enhance(error):
            errors.append(error)
            receipt.enhance()

        heal(receipt.read, diagnose=words, remedies={"image_quality": enhance})
        assert [str(error) for error in errors] == ["image_quality"]

    def test_a_diagnosis_may_be_one_of_an_enumeration(self):
        class Wrong(str, Enum):
            IMAGE = "image_quality"

        receipt = Receipt("image_quality")
        heal(receipt.read, diagnose=lambda _: Wrong.IMAGE, remedies={Wrong.IMAGE: receipt.enhance})
        assert receipt.calls == ["read", "enhance", "read"]

    def test_each_attempt_is_guarded_by_the_policy(self, time):
        read = Script(
            ConnectionError("reset"), ValueError("image_quality"), ConnectionError("reset"), ["read"]
        )
        policy = Policy(retry={"initial_delay": 1, "jitter": "none"}, clock=time.clock)
        answer = heal(read, diagnose=words, remedies={"image_quality": lambda: None}, policy=policy)
        assert (answer, read.calls, time.slept) == (["read"], 4, [1, 1])

    def test_threads_heal_calls_of_their_own(self):
        receipts = [Receipt("image_quality", "encoding") for _ in range(8)]
        threads = [
            threading.Thread(
                target=heal, args=(receipt.read,), kwargs={"diagnose": words, "remedies": remedies(receipt)}
            )
            for receipt in receipts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {len(receipt.calls) for receipt in receipts} == {5}


class TestGivingUp:
    def gives_up(self, receipt, **settings):
        with pytest.raises(ValueError) as caught:
            heal(receipt.read, **{"diagnose": words, "remedies": remedies(receipt), **settings})
        return [(applied.remedy, applied.outcome) for applied in report(caught.value).remedies]

    def test_with_the_functions_own_error_when_nobody_knows_the_problem(self):
        assert self.gives_up(Receipt("gremlins")) == []
        assert self.gives_up(Receipt("image_quality"), diagnose=lambda _: None) == []

    def test_when_whoever_diagnoses_fails(self):
        assert self.gives_up(Receipt("image_quality"), diagnose=lambda error: error.nothing) == []

    def test_rather_than_to_apply_a_remedy_twice(self):
        receipt = Receipt("image_quality")
        useless = {"image_quality": lambda: receipt.calls.append("useless")}
        assert [outcome for _, outcome in self.gives_up(receipt, remedies=useless)] == ["succeeded"]
        assert receipt.calls == ["read", "useless", "read"]

    def test_after_so_many_remedies_without_another_diagnosis(self):
        receipt, diagnosed = Receipt("image_quality", "encoding"), []

        def diagnose(error):
            diagnosed.append(str(error))
            return str(error)

        assert self.gives_up(receipt, max_remedies=1, diagnose=diagnose) == [("enhance", "succeeded")]
        assert (receipt.calls, diagnosed) == (["read", "enhance", "read"], ["image_quality"])

    def test_at_once_when_it_is_interrupted(self):
        receipt = Receipt("image_quality")
        with pytest.raises(KeyboardInterrupt):
            heal(receipt.read, diagnose=words, remedies={"image_quality": Script(KeyboardInterrupt())})
        assert receipt.calls == ["read"]


class TestCoroutines:
    @pytest.mark.asyncio
    @pytest.mark.parametrize("asynchronous", ["all", "the function", "the remedy", "the diagnosis"])
    async def test_any_of_the_functions_may_be_one(self, asynchronous):
        receipt = Receipt("image_quality")

        async def diagnose(error):
            return str(error)

        async def enhance():
            receipt.enhance()

        every = asynchronous == "all"
        answer = await heal(
            receipt.read_later if every or asynchronous == "the function" else receipt.read,
            diagnose=diagnose if every or asynchronous == "the diagnosis" else words,
            remedies={"image_quality": enhance if every or asynchronous == "the remedy" else receipt.enhance},
        )
        assert (answer, receipt.calls) == ({"receipt": "7"}, ["read", "enhance", "read"])
        assert [applied.remedy for applied in report(answer).remedies] == ["enhance"]

    @pytest.mark.asyncio
    async def test_a_plain_function_may_answer_with_one(self):
        receipt = Receipt("image_quality")
        answer = heal(lambda: receipt.read_later("8"), diagnose=words, remedies=remedies(receipt))
        assert (await answer, receipt.calls) == ({"receipt": "8"}, ["read", "enhance", "read"])

    @pytest.mark.asyncio
    @pytest.mark.parametrize("during", ["the call", "the remedy"])
    async def test_a_cancelled_call_ends_at_once(self, during):
        receipt, hanging = Receipt("image_quality"), asyncio.Event()

        async def hang():
            hanging.set()
            await asyncio.Event().wait()

        function = hang if during == "the call" else receipt.read_later
        task = asyncio.create_task(_awaited(function, {"image_quality": [hang, receipt.enhance]}))
        await hanging.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert "enhance" not in receipt.calls

    @pytest.mark.asyncio
    async def test_a_policy_may_cut_attempts_off(self):
        calls = []

        async def read():
            calls.append("read")
            if len(calls) == 1:
                await asyncio.sleep(60)
            return ["read"]

        answer = await heal(
            read,
            diagnose=lambda _: "slow",
            remedies={"slow": lambda: calls.append("hurry")},
            policy={"timeout": {"attempt": 0.01}},
        )
        assert (answer, calls) == (["read"], ["read", "hurry", "read"])


async def _awaited(function, known):
    return await heal(function, diagnose=words, remedies=known)


class TestWhatMakesNoSense:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"diagnose": "words"}, "diagnose: expected a function, found a str"),
            ({"remedies": {"slow": "hurry"}}, "remedies: slow: expected a function, found a str"),
            ({"remedies": [len]}, "remedies: expected a mapping, found a list"),
            ({"policy": {"timeout": {"attempt": 1}}}, "timeout.sync: "),
            ({"max_remedies": -1}, "heal.max_remedies: "),
            ({"remedies": {"": len}}, "heal.remedies"),
        ],
    )
    def test_is_refused_before_anything_is_called(self, settings, message):
        read = Script("never")
        with pytest.raises((TypeError, ConfigError)) as caught:
            heal(read, **{"diagnose": words, "remedies": {"slow": len}, **settings})
        assert str(caught.value).startswith(message)
        assert read.calls == 0

    def test_is_what_can_not_be_called(self):
        with pytest.raises(TypeError, match="expected a function, found a int"):
            heal(42, diagnose=words, remedies={"slow": len})


class TestFrames:
    class Local:
        """Something of the caller's that must not be kept alive."""

    @pytest.mark.parametrize("healed", [True, False])
    @pytest.mark.parametrize("asynchronous", [True, False])
    def test_of_failed_attempts_are_not_kept_alive(self, healed, asynchronous):
        kept = []

        def read():
            local = self.Local()
            kept.append(weakref.ref(local))
            if len(kept) < 2 or not healed:
                raise ValueError("slow")
            return ["read"]

        async def read_later():
            return read()

        async def call_later():
            # Inside: whoever runs a loop refers to the error of its main task.
            with contextlib.suppress(ValueError):
                await heal(read_later, diagnose=words, remedies={"slow": lambda: None})

        gc.collect()
        gc.disable()
        try:
            if asynchronous:
                asyncio.run(call_later())
            else:
                with contextlib.suppress(ValueError):
                    heal(read, diagnose=words, remedies={"slow": lambda: None})
            assert [reference() for reference in kept] == [None, None]
        finally:
            gc.enable()
