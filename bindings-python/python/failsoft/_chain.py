"""Fallback chains by themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from failsoft import _events, _native
from failsoft._documents import read
from failsoft._errors import ConfigError, FailsoftError
from failsoft._follow import Following, follow_async, follow_sync
from failsoft._forks import Lock
from failsoft._links import Links
from failsoft._report import remember_chain

if TYPE_CHECKING:
    from failsoft._clock import Clock
    from failsoft._events import Listener
    from failsoft._home import Home

F = TypeVar("F", bound=Callable[..., Any])


class FallbackChain:
    """Several ways to the same answer, the best one first.

    They are tried one after the other, each at most once in a call, until one answers. A step whose own breaker
    or limits refuse calls is passed over. Bad credentials and bad requests end the call, as another step would only
    hide them. Safe to share between threads and tasks; steps are added before the first call.

    Args:
        name: A name for log lines and errors.
        on_event: Told what happens to its calls; see :func:`failsoft.listen`.
        clock: Where time comes from; for tests.
        **settings: A policy document's ``fallback`` section without its steps (``order``, ``fail_now`` and so on), and
            ``classify``: what errors of steps without a policy of their own mean.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        on_event: Listener | None = None,
        clock: Clock | None = None,
        **settings: Any,
    ) -> None:
        self.name: str | None = name
        """The name given to it."""
        self._settings = settings
        self._listener = on_event
        self._clock = clock
        self._home: Home | None = None
        self._functions: list[Callable[..., Any]] = []
        self._steps: list[dict[str, Any]] = []
        self._links: Links | None = None
        self._making = Lock()

    @classmethod
    def _in(cls, home: Home, name: str, settings: dict[str, Any]) -> FallbackChain:
        chain = cls(name, **settings)
        chain._home = home
        return chain

    def add_fallback(
        self,
        function: F,
        name: str | None = None,
        expected_quality: float | None = None,
        cost: float | None = None,
        *,
        policy: Mapping[str, Any] | None = None,
        fail_now: str | list[str] | None = None,
    ) -> F:
        """Add a step behind those that are there.

        Args:
            function: What the step calls: a function or a coroutine function, with the arguments of
                :meth:`execute`.
            name: What it is called in reports, unlike the other steps. Default: the function's name.
            expected_quality: How good its answer is, from 0 to 1, for reports. Default: 1.
            cost: What a call of it costs, in any unit, for reports. Default: 0.
            policy: A policy document that guards this step alone. Default: none.
            fail_now: What ends the call at once if it happens here: a category or several. Default: what the chain
                says.

        Returns:
            The function as it is, so that this works as a decorator of one argument.

        Raises:
            ConfigError: Some setting makes no sense.
            FailsoftError: The chain is in use already.
            TypeError: The function can't be called.
        """
        if not callable(function):
            raise TypeError(f"expected a function, found a {type(function).__name__}")
        if self._links is not None:
            raise FailsoftError("the chain is in use already: add its steps before the first call")
        own = name if name is not None else str(getattr(function, "__name__", type(function).__name__))
        step = {
            "name": own,
            "quality": expected_quality,
            "cost": cost,
            "policy": policy,
            "fail_now": fail_now,
        }
        steps = [*self._steps, {key: value for key, value in step.items() if value is not None}]
        # Refused here and not by the first call, which would be a worse moment.
        read(self._document(steps), _native.Chain)
        self._steps = steps
        self._functions.append(function)
        return function

    def execute(self, /, *args: Any, **kwargs: Any) -> Any:
        """Try the steps with these arguments until one answers.

        Returns:
            What the first step that succeeds answers; if any step is a coroutine function it is to be awaited. If any
            step is a generator function it is a generator: that of the first step that gives an item, or an iterable.
            The call is made when it is first asked for one; what happens after that is between it and the caller.
            :func:`failsoft.report` tells which one it was (``served_by``) and how good (``quality``).

        Raises:
            FallbackExhaustedError: No step could be tried, as their breakers or limits refuse calls.
            ConfigError: It has no steps.
            BaseException: That of the last step that failed, or of the one that ended the call.
        """
        links = self._made()
        if links.streams:
            return self._streamed(links)(*args, **kwargs)
        return (self._awaited if links.asynchronous else self._called)(links, args, kwargs)

    def get_statistics(self) -> dict[str, Any]:
        """What it has seen: ``calls``, ``served``, ``overall_success_rate`` (0 to 1), ``last_successful_fallback``,
        ``average_quality``, ``total_cost``, and of each of ``steps`` its attempts, successes, rates and latency in
        seconds.
        """  # noqa: D205  one sentence
        links = self._made()
        told: dict[str, Any] = json.loads(links.native.statistics(links.clock.now()))
        return told

    def snapshot(self) -> dict[str, Any]:
        """What it has learnt, as plain data with times relative to now."""
        links = self._made()
        saved: dict[str, Any] = json.loads(links.native.snapshot(links.clock.now()))
        return saved

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Take on what :meth:`snapshot` gave out.

        Raises:
            ConfigError: It is no such state, or that of other steps; everything is as it was.
        """
        links = self._made()
        read(snapshot, lambda text: links.native.restore(text, links.clock.now()))

    def __repr__(self) -> str:
        steps = ", ".join(step["name"] for step in self._steps)
        return f"<FallbackChain {self.name or ''} of {steps or 'no steps'}>".replace("  ", " ")

    def _called(self, links: Links, args: Any, kwargs: Any) -> Any:
        following = Following(links)
        try:
            answer = follow_sync(following, args, kwargs)
        except Exception as error:
            self._over(following, error, error)
            raise
        if hasattr(answer, "__await__") and following.served_by is None:
            return self._finished(following, answer)
        self._over(following, answer, None)
        return answer

    async def _awaited(self, links: Links, args: Any, kwargs: Any) -> Any:
        following = Following(links)
        return await self._finished(following, follow_async(following, args, kwargs))

    async def _finished(self, following: Following, answering: Any) -> Any:
        try:
            answer = await answering
        except Exception as error:
            self._over(following, error, error)
            raise
        self._over(following, answer, None)
        return answer

    def _streamed(self, links: Links) -> Callable[..., Any]:
        # Few programs have such steps.
        from failsoft._generators import AsyncFollowed, Followed, opened_by  # noqa: PLC0415
        from failsoft._wrap import stream_function  # noqa: PLC0415

        view = opened_by(links)
        answer = self._awaited if links.asynchronous else self._called

        def opens(*args: Any, **kwargs: Any) -> Any:
            return answer(view, args, kwargs)

        begin = AsyncFollowed if links.asynchronous else Followed
        return stream_function(begin, opens, asynchronous=links.asynchronous)

    def _over(self, following: Following, outcome: Any, error: Exception | None) -> None:
        remember_chain(outcome, following.native.report())
        links = following.links
        label = self.name or "fallback chain"
        if error is not None:
            _events.fallback_failed(links, label, following, following.tried, error)
        elif following.served_by != links.steps[0].name:
            _events.fell_back(links, label, following, following.served_by or "", None)

    def _document(self, steps: list[dict[str, Any]]) -> dict[str, Any]:
        settings = dict(self._settings)
        classify = settings.pop("classify", None)
        document = {"fallback": {**settings, "steps": steps}}
        return document if classify is None else {**document, "classify": classify}

    def _made(self) -> Links:
        if self._links is not None:
            return self._links
        # Of two threads whose calls are the first, both have the same steps with the same breakers.
        with self._making:
            if self._links is None:
                if not self._steps:
                    raise ConfigError._one("missing", "fallback.steps", "no steps (expected one at least)")
                functions = list(self._functions)
                self._links = Links(
                    self._document(self._steps),
                    lambda _: functions,
                    name=self.name,
                    home=self._home,
                    clock=self._clock,
                    listener=self._listener,
                )
            return self._links
