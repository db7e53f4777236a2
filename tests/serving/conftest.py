"""Servers that are stopped after the test, on each loop, and a client without proxies."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import httpx2
import pytest
import uvloop
from starlette.types import ASGIApp

from notebookapi.serving import BackgroundServer

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Serve(Protocol):
    """Start a server for an application, stopped after the test."""

    def __call__(self, app: ASGIApp, **options: Any) -> BackgroundServer: ...


@pytest.fixture(params=LOOPS)
def loop_factory(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    factory: Callable[[], asyncio.AbstractEventLoop] = LOOPS[request.param]
    return factory


@pytest.fixture
def serve(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> Iterator[Serve]:
    servers: list[BackgroundServer] = []

    def start(app: ASGIApp, **options: Any) -> BackgroundServer:
        server = BackgroundServer(app, loop_factory=loop_factory, **options)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop(0)


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False, timeout=10) as client:
        yield client
