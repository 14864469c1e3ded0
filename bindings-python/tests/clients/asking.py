"""The HTTP clients behind one face, each with its own transport, adapter, manager or middleware of ours."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
import httpx
import httpx2
import requests

import failsoft
from failsoft.integrations.aiohttp import FailsoftMiddleware
from failsoft.integrations.httpx import AsyncFailsoftTransport, FailsoftTransport
from failsoft.integrations.httpx2 import AsyncFailsoftTransport as AsyncFailsoftTransport2
from failsoft.integrations.httpx2 import FailsoftTransport as FailsoftTransport2
from failsoft.integrations.requests import FailsoftAdapter
from failsoft.integrations.urllib3 import FailsoftPoolManager

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from typing_extensions import Self


class Answer(NamedTuple):
    status: int
    text: str
    report: failsoft.Report | None


class Client:
    """A client that blocks."""

    reads_within_attempt = False
    """Whether the body of an answer belongs to the attempt."""
    keeps_limits_itself = True
    """Whether the limit of an attempt becomes a timeout of the client."""

    def __init__(self, policy: Any, *, per_host: Any = False, timeout: float = 5, pool: int = 10) -> None:
        self.policy, self.per_host, self.timeout, self.pool = policy, per_host, timeout, pool
        self.open()

    def open(self) -> None:
        raise NotImplementedError

    def ask(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, body: Any = None
    ) -> Answer:
        raise NotImplementedError

    def ask_at_once(self, url: str, times: int) -> list[Answer | Exception]:
        def ask(_: int) -> Answer | Exception:
            try:
                return self.ask("GET", url)
            except Exception as error:
                return error

        with ThreadPoolExecutor(times) as threads:
            return list(threads.map(ask, range(times)))

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Httpx(Client):
    library, transport = httpx, FailsoftTransport

    def open(self) -> None:
        limits = self.library.Limits(max_connections=self.pool)
        inner = self.library.HTTPTransport(limits=limits, verify=False)
        transport = self.transport(self.policy, inner, per_host=self.per_host)
        self.client = self.library.Client(transport=transport, timeout=self.timeout, follow_redirects=True)

    def ask(self, method, url, *, headers=None, body=None):
        response = self.client.request(method, url, headers=headers, content=body)
        return Answer(response.status_code, response.text, failsoft.report(response))

    def close(self):
        self.client.close()


class Httpx2(Httpx):
    library, transport = httpx2, FailsoftTransport2


class Requests(Client):
    reads_within_attempt = True

    def open(self) -> None:
        self.session = requests.Session()
        adapter = FailsoftAdapter(
            self.policy, per_host=self.per_host, pool_maxsize=self.pool, pool_block=True
        )
        self.session.mount("http://", adapter)

    def ask(self, method, url, *, headers=None, body=None):
        response = self.session.request(method, url, headers=headers, data=body, timeout=self.timeout)
        return Answer(response.status_code, response.text, failsoft.report(response))

    def close(self):
        self.session.close()


class Urllib3(Client):
    reads_within_attempt = True

    def open(self) -> None:
        self.manager = FailsoftPoolManager(
            self.policy, per_host=self.per_host, timeout=self.timeout, maxsize=self.pool, block=True
        )

    def ask(self, method, url, *, headers=None, body=None):
        response = self.manager.request(method, url, headers=headers, body=body)
        return Answer(response.status, response.data.decode(), failsoft.report(response))

    def close(self):
        self.manager.clear()


class AsyncClient(Client):
    keeps_limits_itself = False

    def __init__(self, policy: Any, **settings: Any) -> None:
        self.loop = asyncio.new_event_loop()
        try:
            super().__init__(policy, **settings)
        except BaseException:
            self.loop.close()
            raise

    def runs(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    async def asks(self, method, url, *, headers=None, body=None) -> Answer:
        raise NotImplementedError

    def ask(self, method, url, *, headers=None, body=None):
        return self.runs(self.asks(method, url, headers=headers, body=body))

    def ask_at_once(self, url, times):
        async def all_of_them() -> list[Answer | Exception]:
            return await asyncio.gather(
                *(self.asks("GET", url) for _ in range(times)), return_exceptions=True
            )

        return self.runs(all_of_them())

    async def closes(self) -> None:
        raise NotImplementedError

    def close(self):
        self.runs(self.closes())
        self.runs(self.loop.shutdown_asyncgens())
        self.loop.close()


class AsyncHttpx(AsyncClient):
    library, transport = httpx, AsyncFailsoftTransport

    def open(self) -> None:
        limits = self.library.Limits(max_connections=self.pool)
        inner = self.library.AsyncHTTPTransport(limits=limits, verify=False)
        transport = self.transport(self.policy, inner, per_host=self.per_host)
        self.client = self.library.AsyncClient(
            transport=transport, timeout=self.timeout, follow_redirects=True
        )

    async def asks(self, method, url, *, headers=None, body=None):
        response = await self.client.request(method, url, headers=headers, content=body)
        return Answer(response.status_code, response.text, failsoft.report(response))

    async def closes(self):
        await self.client.aclose()


class AsyncHttpx2(AsyncHttpx):
    library, transport = httpx2, AsyncFailsoftTransport2


class Aiohttp(AsyncClient):
    def open(self) -> None:
        async def opened() -> aiohttp.ClientSession:
            return aiohttp.ClientSession(
                middlewares=[FailsoftMiddleware(self.policy, per_host=self.per_host)],
                connector=aiohttp.TCPConnector(limit=self.pool),
                timeout=aiohttp.ClientTimeout(total=None, sock_read=self.timeout),
            )

        self.session = self.runs(opened())

    async def asks(self, method, url, *, headers=None, body=None):
        async with self.session.request(method, url, headers=headers, data=body) as response:
            return Answer(response.status, await response.text(), failsoft.report(response))

    async def closes(self):
        await self.session.close()


CLIENTS: list[type[Client]] = [Httpx, AsyncHttpx, Httpx2, AsyncHttpx2, Requests, Urllib3, Aiohttp]
