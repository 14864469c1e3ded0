"""A FastAPI service whose endpoint serves less, not nothing, while what it depends on fails.

python examples/python/fastapi_shop.py
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response

from failsoft import CircuitBreakerOpenError, System
from failsoft.integrations.httpx import AsyncFailsoftTransport

system = System()
document = {
    "retry": {"max_attempts": 2, "initial_delay": 0},
    "circuit_breaker": {"failure_threshold": 2, "recovery_timeout": "300ms", "success_threshold": 1},
}


@asynccontextmanager
async def lifespan(app: FastAPI) -> Any:
    """Keep one client, whose hosts are parts of the system."""
    async with httpx.AsyncClient(
        transport=AsyncFailsoftTransport(document, per_host=system)
    ) as app.state.http:
        yield


app = FastAPI(lifespan=lifespan)
broken = threading.Event()


@app.get("/advice/{user}")
async def advice(user: str, request: Request) -> dict[str, Any]:
    """What the user may like; what everybody likes, while nobody can tell."""
    try:
        response = await request.app.state.http.get(f"{request.base_url}recommender/{user}")
        response.raise_for_status()
        return {"items": response.json(), "degraded": None}
    except (CircuitBreakerOpenError, httpx.HTTPError) as error:
        return {"items": ["umbrella", "coat"], "degraded": type(error).__name__}


@app.get("/health")
async def health() -> str:
    """How the service fares."""
    return str(system.get_system_health()["status"])


@app.get("/recommender/{user}")
async def recommender(user: str, response: Response) -> list[str]:
    """Stand for the service that the other endpoint depends on."""
    response.status_code = 503 if broken.is_set() else 200
    return [f"boots for {user}"]


def main() -> None:
    """Serve on loopback, break the recommender, and repair it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        threading.Thread(target=server.run, kwargs={"sockets": [listening]}).start()
        with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            for state in ("well", "broken", "broken", "repaired"):
                (broken.set if state == "broken" else broken.clear)()
                time.sleep(0.35 if state == "repaired" else 0)
                print(state, client.get("/advice/eve").json(), client.get("/health").json())
        server.should_exit = True


if __name__ == "__main__":
    main()
