"""HTTP requests under a policy: the rules, which are the same for every client.

A client's own file says how to send a request, how to read a status and how to let go of an answer; when to do
that is told here.
"""

from __future__ import annotations

from abc import abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from failsoft import _report, _timeouts
from failsoft._errors import FailsoftError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from failsoft._driver import Core
    from failsoft._run import Run
    from failsoft.integrations._bodies import Rewind

R = TypeVar("R")

FAILURES = 400
"""Statuses from here on are judged like errors."""

SMALL = 65_536
"""Answers with so many bytes are read to their end before they are let go, so that the connection can be used again."""


class HttpStatusError(FailsoftError):
    """An answer that says that the request has failed.

    A client returns such answers, so this comes out only where the answer is gone: as the cause of an error, in
    events, and if the deadline passed while its successor was waited for.

    Attributes:
        status: The status.
        headers: The answer's headers.
    """

    def __init__(self, status: int = 0, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"the server answered with status {status}")
        self.status: int = status
        self.headers: Mapping[str, str] = {} if headers is None else headers

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.status, dict(self.headers))


class Exchange(Generic[R]):
    """One call of some client, however often it is made. It belongs to the thread or task that makes the call."""

    def __init__(self, request: Any, name: str, rewind: Rewind | None) -> None:
        self.request = request
        self.rewind = rewind
        """What to do before the request is sent again; None if it must not be."""
        # What it is called in messages, if its policy has no name.
        self.__qualname__ = name

    def failure(self, answer: R) -> HttpStatusError | None:  # noqa: ARG002  for those that override it
        """What is wrong with the answer. Most clients raise what is a failure."""
        return None

    def out_of_time(self) -> bool:
        """Whether the client gives no more time to this request, however often it is made."""
        return False

    def again(self) -> None:
        """Make the request ready to be sent once more."""
        if self.rewind is not None:
            self.rewind()

    def goes_on(self, run: Run, error: BaseException) -> bool:
        """Record a failure; whether somebody is asked once more."""
        too_late = self.out_of_time()
        if too_late and not isinstance(error, Exception):
            # The client ends with a cancellation what took too long; its caller will see a timeout.
            error = TimeoutError("the request took longer than its client allows")
        if not run.failed(error, self):
            return False
        if run.over or not too_late:
            return True
        run.abandon(self, error)
        return False

    def returned(self, answer: R, error: HttpStatusError) -> R:
        """Record that this answer is the request's last, whatever it says."""
        kept = _report._kept(error)
        if kept is not None:
            _report.remember(answer, kept)
        return answer


class Answered(Exchange[R]):
    """One request of a client that gives back answers of every status."""

    def __init__(self, request: Any, method: str, host: str, rewind: Rewind | None) -> None:
        super().__init__(request, f"{method} {host}", rewind)
        self.method = method
        self.host = host

    @abstractmethod
    def status(self, answer: R) -> int:
        """The answer's status."""

    @abstractmethod
    def headers(self, answer: R) -> Mapping[str, str]:
        """The answer's headers, whatever their case."""

    def failure(self, answer: R) -> HttpStatusError | None:
        """What is wrong with the answer."""
        status = self.status(answer)
        return HttpStatusError(status, self.headers(answer)) if status >= FAILURES else None

    def is_small(self, answer: R) -> bool:
        """Whether to read the rest of the answer costs less than a new connection."""
        length = self.headers(answer).get("content-length") or ""
        return length.isdecimal() and int(length) <= SMALL


class Blocking(Exchange[R]):
    """One call of a client that blocks."""

    @abstractmethod
    def send(self, limit: float | None) -> R:
        """Send the request; it may take ``limit`` seconds, as far as the client can keep that."""

    def release(self, answer: R) -> None:
        """Let go of the connection that the rest of a failed answer would come on."""

    def under(self, core: Core) -> R:
        """Make the request under a policy, and give the last answer."""
        run = core.begin()
        with run:
            run.begins(self)
            while not run.over:
                if run.wait:
                    core.clock.sleep(run.wait)
                if not run.admit(self):
                    break
                if run.wait:
                    continue
                try:
                    answer = self._attempt(core, run)
                except BaseException as error:
                    if not self.goes_on(run, error):
                        raise
                    continue
                failure = self.failure(answer)
                if failure is None:
                    run.succeeded(answer, self)
                    return answer
                if not self.goes_on(run, failure):
                    return self.returned(answer, failure)
                with suppress(Exception):
                    self.release(answer)
                # Nobody should wait with a connection in their hands.
                del answer
        stand_in: R = core._stand_in(run, self, (self.request,), {})
        return stand_in

    def _attempt(self, core: Core, run: Run) -> R:
        if run.attempt > 1:
            self.again()
        if core._threads and run.timeout is not None:
            kept: R = _timeouts.in_thread(run.late, run.timeout, self.send, (run.timeout,), {})
            return kept
        return self.send(run.timeout)


class Awaited(Exchange[R]):
    """One call of an asynchronous client."""

    @abstractmethod
    def send(self) -> Coroutine[Any, Any, R]:
        """Send the request; it is cancelled when it takes too long."""

    async def release(self, answer: R) -> None:
        """Let go of the connection that the rest of a failed answer would come on."""

    async def under(self, core: Core) -> R:
        """Make the request under a policy, and give the last answer."""
        run = core.begin()
        with run:
            run.begins(self)
            while not run.over:
                if run.wait:
                    await core.clock.sleep_async(run.wait)
                if not run.admit(self):
                    break
                if run.wait:
                    continue
                try:
                    answer = await self._attempt(run)
                except BaseException as error:
                    if not self.goes_on(run, error):
                        raise
                    continue
                failure = self.failure(answer)
                if failure is None:
                    run.succeeded(answer, self)
                    return answer
                if not self.goes_on(run, failure):
                    return self.returned(answer, failure)
                with suppress(Exception):
                    await self.release(answer)
                del answer
        stand_in: R = await core._stand_in_async(run, self, (self.request,), {})
        return stand_in

    async def _attempt(self, run: Run) -> R:
        if run.attempt > 1:
            self.again()
        if run.timeout is None:
            return await self.send()
        kept: R = await _timeouts.awaited(run.late, run.timeout, self.send())
        return kept
