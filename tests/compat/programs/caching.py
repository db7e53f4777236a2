"""fastapi-cache2: answers kept in memory, with the headers that say so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi_cache import FastAPICache
from fastapi_cache.backends.inmemory import InMemoryBackend
from fastapi_cache.decorator import cache

from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient


def test_second_answer_is_the_first() -> None:
    @asynccontextmanager
    async def lifespan(app: NotebookAPI) -> AsyncIterator[None]:
        FastAPICache.init(InMemoryBackend(), prefix="test")
        yield

    app = NotebookAPI(lifespan=lifespan)
    calls: list[str] = []

    @app.get("/greeting/{name}")
    @cache(expire=60)
    async def greeting(name: str) -> dict[str, int]:
        calls.append(name)
        return {"calls": len(calls)}

    with TestClient(app) as client:
        first, second = client.get("/greeting/ada"), client.get("/greeting/ada")
        other = client.get("/greeting/bob")
    assert [each.json() for each in (first, second, other)] == [
        {"calls": 1}, {"calls": 1}, {"calls": 2},
    ]  # fmt: skip
    told = [each.headers["X-FastAPI-Cache"] for each in (first, second, other)]
    assert told == ["MISS", "HIT", "MISS"]
