"""Listening sockets, and what errors of binding mean."""

import errno
import socket

import pytest

from notebookapi.serving import PortInUse, ServerStartError
from notebookapi.serving.sockets import explain, listen


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(errno.EADDRINUSE, "in use"), PortInUse, ["80", "in use", "port 0"]),
        (OSError(errno.EACCES, "denied"), ServerStartError, ["80", "not allowed", "above 1023"]),
        (OSError(errno.EADDRNOTAVAIL, "no"), ServerStartError, ["'here'", "not an address"]),
        (socket.gaierror(-2, "unknown"), ServerStartError, ["'here'", "127.0.0.1"]),
        (OSError(errno.ENOBUFS, "no space"), ServerStartError, ["no space", "port 0"]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_explain(error: OSError, kind: type[ServerStartError], words: list[str]) -> None:
    explained = explain(error, "here", 80)
    assert type(explained) is kind
    for word in words:
        assert word in str(explained)


def test_connections_wait_for_a_server_from_the_start() -> None:
    listener = listen("127.0.0.1", 0)
    try:
        with socket.create_connection(("127.0.0.1", listener.port), timeout=5):
            pass
    finally:
        listener.close()


def test_a_duplicate_keeps_listening() -> None:
    listener = listen("127.0.0.1", 0)
    with listener.share() as duplicate:
        assert duplicate.proto == socket.IPPROTO_TCP
        listener.close()
        with socket.create_connection(("127.0.0.1", listener.port), timeout=5):
            pass


def test_silence_reaches_every_duplicate() -> None:
    listener = listen("127.0.0.1", 0)
    with listener.share(), socket.socket() as probe:
        listener.silence()
        assert probe.connect_ex(("127.0.0.1", listener.port)) == errno.ECONNREFUSED
        listen("127.0.0.1", listener.port).close()
    listener.silence()
