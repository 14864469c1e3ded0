"""The driver: calls, sleeps, raises and logs as the core says.

One loop for functions and one for coroutines, which differ in ``await`` only; everything else is in
:class:`Run`. No lock is held while anything of the caller's runs: the native engine decides, lets go, and
answers with plain numbers.
"""

from __future__ import annotations

import json
import os
from types import CellType, CoroutineType
from typing import TYPE_CHECKING, Any

from failsoft import _events, _native, _run, _timeouts
from failsoft._clock import SYSTEM, Clock
from failsoft._documents import read
from failsoft._errors import (
    ConfigError,
)
from failsoft._follow import follow_async, follow_sync
from failsoft._run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from random import Random

    from failsoft._events import Listener
    from failsoft._links import Links


class Core:
    """What a policy is to its wrappers: the native engine, a clock, and who answers when all else fails.

    Immutable after construction, but for the engine's own state; safe to share between threads and tasks.
    """

    def __init__(
        self,
        engine: _native.Engine,
        *,
        clock: Clock | None = None,
        part: str | None = None,
        breaker_name: str | None = None,
        listener: Listener | None = None,
        happened: Callable[[], None] | None = None,
        fallback: Callable[..., Any] | None = None,
        seed: int | None = None,
    ) -> None:
        """Make a core over an engine.

        ``part`` is the name of a system's part, or of a chain's step, that it is of; ``breaker_name`` that of a
        breaker that it shares.
        """
        self.engine: _native.Engine = engine
        self.lane: CellType = engine.lane
        self.counted: CellType = engine.counts
        self.clock: Clock = clock or SYSTEM
        self.listener: Listener | None = listener
        self.happened: Callable[[], None] | None = happened
        """Called when something may have changed the level of the system that this is a part of."""
        self._seeds = None if seed is None else _stream(seed)
        facts = json.loads(engine.describe())
        self.name: str | None = facts["name"] or part
        self.breaker_name: str | None = breaker_name or part or self.name
        self.max_attempts: int = facts["max_attempts"]
        self.timed: bool = facts["timed"]
        self.counts: bool = facts["counts"]
        self.has_breaker: bool = facts["breaker"]
        self.error_handling: Mapping[str, Any] = facts["error_handling"]
        self._timeout: bool = facts["timeout"]
        self._threads: bool = facts["sync_timeout"] == "thread"
        self._fallback: Callable[..., Any] | None = None
        self._steps: Links | None = None
        special = seed is not None or listener is not None or happened is not None
        self._ramp = _native.Ramp(
            engine, self, self.clock.now, self.breaker_name or "", self.name is not None, special
        )
        self.enter = self._ramp.enter
        """Begin a call that can't take the lane, or raise that it is refused."""
        self.failed_on_lane = self._ramp.failed
        """Take over a call whose first attempt, admitted on the lane, has failed; None lets the error out."""
        self.fallback = fallback
        _events.known(self)

    @classmethod
    def of(
        cls,
        document: Mapping[str, Any] | str,
        *,
        breaker: Core | None = None,
        whole: bool = False,
        **options: Any,
    ) -> Core:
        """A core for a document; with the breaker, the clock and the part of another one.

        If ``whole``, with all of the other's machines: its limits and its budget too.

        Raises:
            ConfigError: The document makes no sense.
        """
        if breaker is None:
            return cls(read(document, _native.Engine), **options)
        shared = breaker.engine
        options["clock"] = options.get("clock") or breaker.clock
        engine = read(document, lambda text: _native.Engine(text, shared, whole))
        core = cls(engine, breaker_name=breaker.breaker_name, happened=breaker.happened, **options)
        core.has_breaker = True
        return core

    @property
    def fallback(self) -> Callable[..., Any] | None:
        """Who answers when all else has failed."""
        return self._fallback

    @fallback.setter
    def fallback(self, fallback: Callable[..., Any] | None) -> None:
        self._fallback = fallback
        self._ramp.stands_in(fallback is not None or self._steps is not None)

    @property
    def steps(self) -> Links | None:
        """The steps of the document's own chain, which come before that."""
        return self._steps

    @steps.setter
    def steps(self, steps: Links | None) -> None:
        self._steps = steps
        self._ramp.stands_in(steps is not None or self._fallback is not None)

    def check_timeout(self, function: Any, *, asynchronous: bool) -> None:
        """Refuse to guard a function whose attempts can't be cut off, if that is what the policy asks for."""
        if self._timeout and not asynchronous and not self._threads:
            name = getattr(function, "__qualname__", repr(function))
            message = (
                f"{name} is no coroutine function, so its attempts can't be cut off; set timeout.sync to "
                '"thread" to run them in threads that are abandoned when late, make it a coroutine '
                "function, or use policy.attempts() and pass attempt.timeout on"
            )
            raise ConfigError._one("contradiction", "timeout.sync", message)

    def seed(self) -> int:
        """Another one for each call: the system's, so that forked children differ, or of a given stream."""
        return _native.seed() if self._seeds is None else self._seeds.getrandbits(53)

    def begin(self, *, stands_in: bool = True) -> Run:
        """Begin a call; unless somebody ``stands_in``, there is no fallback."""
        make = Run if _run.kind is None else _run.kind(Run, self)
        return make(self, self.engine.begin(self.seed(), self.clock.now()), stands_in=stands_in)

    def turned_away(self, error: BaseException) -> None:
        """Tell those who listen that a call of a policy that has a name was turned away."""
        _events.turned_away(self, error)

    def taken_over(
        self,
        native: _native.Guarded,
        answer: _native._Said,
        error: BaseException,
        function: Any,
        asked: _native._Said | None,
    ) -> Run | None:
        """Go on with a call whose first attempt has failed on the lane; None lets the error out."""
        run = Run(self, native)
        run.asked = asked
        return run if run.goes_on(answer, error, function) else None

    def recovered(
        self, native: _native.Guarded, change: _native._Change | None, result: Any, function: Any
    ) -> None:
        """Tell of a second attempt that has answered."""
        Run.again(self, native).ends_well(change, result, function)

    def failed_off_lane(self, error: BaseException, ticket: int, function: Any) -> Run | None:
        """Take over a call whose first attempt has failed on the lane, while :mod:`failsoft.testing` is in use."""
        now = self.clock.now()
        make = Run if _run.kind is None else _run.kind(Run, self)
        run = make(self, self.engine.resume(self.seed(), now, ticket))
        return run if run.failed(error, function) else None

    def succeeded_on_lane(self, ticket: int) -> None:
        """Record a success whose lane has changed meanwhile, or counts successes."""
        change = self.engine.succeed(ticket, self.clock.now)
        if change is not None:
            _events.changed(self, change)

    def adopt(self, first: Coroutine[Any, Any, Any], function: Any, args: Any, kwargs: Any) -> Any:
        """Guard the coroutine that a plain function has returned, as if that were a coroutine function."""
        return self.run_async(self.begin(), function, args, kwargs, first)

    def run_sync(self, run: Run | _native.Guarded, function: Any, args: Any, kwargs: Any) -> Any:
        """Make the call, from where ``run`` stands to its end."""
        if type(run) is _native.Guarded:
            native = run
            try:
                result = function(*args, **kwargs)
            except BaseException as error:
                run = Run.again(self, native)
                if not run.failed(error, function):
                    raise
            else:
                if type(result) is CoroutineType:
                    return self.run_async(Run.again(self, native), function, args, kwargs, result)
                self._ramp.answered(native, result, function)
                return result
        return self._go_on(run, function, args, kwargs)

    def _go_on(self, run: Run, function: Any, args: Any, kwargs: Any) -> Any:
        with run:
            run.begins(function)
            while not run.over:
                if run.wait:
                    self.clock.sleep(run.wait)
                if not run.admit(function):
                    break
                if run.wait:
                    continue
                try:
                    if self._timeout and run.timeout is not None:
                        result = _timeouts.in_thread(run.late, run.timeout, function, args, kwargs)
                    else:
                        result = function(*args, **kwargs)
                except BaseException as error:
                    if not run.failed(error, function):
                        raise
                else:
                    if type(result) is CoroutineType:
                        run.leaves(function)
                        return self.run_async(run, function, args, kwargs, result)
                    run.succeeded(result, function)
                    return result
        return self._stand_in(run, function, args, kwargs)

    def _stand_in(self, run: Run, function: Any, args: Any, kwargs: Any) -> Any:
        """End a call that its function has not answered: a step does, the fallback, or nobody."""
        if run.refusal is not None:
            raise run.take_refusal()
        while True:
            try:
                if run.steps is not None:
                    result = follow_sync(run.follow(run.steps), args, kwargs)
                else:
                    result = run.fall_back(args, kwargs)
            except BaseException as error:
                if run.fallback_failed(error, function):
                    continue
                raise
            run.answered_by_fallback(result, function)
            return result

    async def run_async(
        self,
        run: Run | _native.Guarded,
        function: Any,
        args: Any,
        kwargs: Any,
        first: Coroutine[Any, Any, Any] | None = None,
    ) -> Any:
        """Make the call as a coroutine; ``first`` is an attempt that has been begun already."""
        if type(run) is _native.Guarded:
            native = run
            try:
                result = await function(*args, **kwargs)
            except BaseException as error:
                run = Run.again(self, native)
                if not run.failed(error, function):
                    raise
            else:
                self._ramp.answered(native, result, function)
                return result
        return await self._go_on_async(run, function, args, kwargs, first)

    async def _go_on_async(
        self, run: Run, function: Any, args: Any, kwargs: Any, first: Coroutine[Any, Any, Any] | None
    ) -> Any:
        with run:
            run.begins(function)
            while not run.over:
                if run.wait:
                    await self.clock.sleep_async(run.wait)
                if not run.under_way and not run.admit(function):
                    if first is not None:
                        first.close()
                    break
                if run.wait:
                    continue
                try:
                    attempt = function(*args, **kwargs) if first is None else first
                    first = None
                    if run.timeout is not None:
                        result = await _timeouts.awaited(run.late, run.timeout, attempt)
                    else:
                        result = await attempt
                except BaseException as error:
                    if not run.failed(error, function):
                        raise
                else:
                    run.succeeded(result, function)
                    return result
        return await self._stand_in_async(run, function, args, kwargs)

    async def _stand_in_async(self, run: Run, function: Any, args: Any, kwargs: Any) -> Any:
        if run.refusal is not None:
            raise run.take_refusal()
        while True:
            try:
                if run.steps is not None:
                    result = await follow_async(run.follow(run.steps), args, kwargs)
                else:
                    result = run.fall_back(args, kwargs)
                    if hasattr(result, "__await__"):
                        result = await result
            except BaseException as error:
                if run.fallback_failed(error, function):
                    continue
                raise
            run.answered_by_fallback(result, function)
            return result


def _stream(seed: int) -> Random:
    """Reproducible on purpose."""
    from random import Random  # noqa: PLC0415  3 ms, for tests only

    return Random(seed)  # noqa: S311


def _reseed() -> None:
    _native.reseed(int.from_bytes(os.urandom(8), "little"))


_reseed()
if hasattr(os, "register_at_fork"):
    # Or a child would wait as long as its siblings do, each time.
    os.register_at_fork(after_in_child=_reseed)
