"""A listening socket that is handed over to the processes that serve, one after the other."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notebookapi.serving.sockets import Listener


@contextmanager
def opened(listener: Listener) -> Iterator[str]:
    """Hand the socket to everyone who connects to the path, while the block lasts."""
    with (
        tempfile.TemporaryDirectory(prefix="notebookapi-") as place,
        socket.socket(socket.AF_UNIX) as door,
    ):
        path = str(Path(place) / "door")  # the folder is this user's alone
        door.bind(path)
        door.listen()
        thread = threading.Thread(target=_hand_over, args=(door, listener), daemon=True)
        thread.start()
        yield path
        # Wakes the thread: closing alone would leave it waiting.
        door.shutdown(socket.SHUT_RDWR)
        thread.join()


def _hand_over(door: socket.socket, listener: Listener) -> None:
    while True:
        try:
            visitor, _ = door.accept()
        except OSError:
            return  # closed
        with visitor, listener.share() as listening:
            socket.send_fds(visitor, [b"."], [listening.fileno()])
