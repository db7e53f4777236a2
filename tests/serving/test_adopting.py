"""A listening socket that another process bound: servers follow each other on it without a gap."""

import socket

import httpx2

from notebookapi import NotebookAPI
from notebookapi.serving import BackgroundServer
from notebookapi.serving.sockets import adopt, listen


def serving(said: str, port: int) -> BackgroundServer:
    app = NotebookAPI()

    @app.get("/")
    def read() -> str:
        return said

    server = BackgroundServer(app, port=port)
    server.start()
    return server


def test_one_server_follows_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        # As it is with a duplicate that came from another process.
        adopt(bound.dup())
        first = serving("first", port)
        second = serving("second", port)
        first.stop()
        answers = [httpx2.get(second.url, trust_env=False).json() for _ in range(20)]
        second.stop()
        assert answers == ["second"] * 20


def test_silence_is_one_servers_own() -> None:
    """Where a loop is blocked, its port is given up; others go on accepting on theirs."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        adopt(bound.dup())
        listen("127.0.0.1", port).silence()
        with socket.create_connection(("127.0.0.1", port)), bound.accept()[0]:
            pass
