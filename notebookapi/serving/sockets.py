"""Listening sockets: bound before the server starts, closed in forked children."""

import errno
import os
import socket
import sys
from functools import cache
from weakref import WeakSet

from notebookapi.serving.errors import PortInUse, ServerStartError

BACKLOG = 2048
"""Connections that may wait to be accepted, while an application starts for example."""


class Listener:
    """A port that is being listened on.

    It outlives a server that has to be started again: each gets its own duplicate by `share`,
    and connections made in between wait.
    """

    def __init__(
        self, listening: socket.socket, host: str, *, has_other_holders: bool = False
    ) -> None:
        """has_other_holders: other processes listen on the same socket."""
        self.host = host
        self._has_other_holders = has_other_holders
        self.port: int = listening.getsockname()[1]
        self._socket = listening
        self._descriptors = [_describe(listening)]
        _close_in_children()
        _listeners.add(self)

    def share(self) -> socket.socket:
        """A duplicate; whoever gets it closes it."""
        duplicate = self._socket.dup()
        self._descriptors.append(_describe(duplicate))
        return duplicate

    def close(self) -> None:
        """Close this one; duplicates keep listening until they are closed. Idempotent."""
        self._socket.close()

    def silence(self) -> None:
        """Stop listening on every duplicate at once, whoever holds it. Idempotent.

        A child that is being forked at this moment holds some, too.
        """
        if self._has_other_holders:
            self.close()  # they go on
            return
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            # Closed already, or a system that knows this for connections only; there the
            # duplicates go with their holders.
            return
        finally:
            self.close()

    def close_in_child(self) -> None:
        # By descriptor: a loop may hold the object, and then `close` only marks it. The inode
        # tells whether the number still means the same socket.
        for descriptor, inode in self._descriptors:
            try:
                is_same = os.fstat(descriptor).st_ino == inode
            except OSError:
                continue
            if is_same:
                os.close(descriptor)


_listeners: WeakSet[Listener] = WeakSet()


@cache
def _close_in_children() -> None:
    """A child that inherits a listener would keep the port taken after the server's end."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_close_all_in_child)


def _close_all_in_child() -> None:
    for listener in _listeners:
        listener.close_in_child()


def _describe(listening: socket.socket) -> tuple[int, int]:
    return listening.fileno(), os.fstat(listening.fileno()).st_ino


_adopted: dict[int, socket.socket] = {}
"""Port -> a socket that another process bound, and handed over."""


def adopt(listening: socket.socket) -> None:
    """Take a listening socket over from another process: who listens on its port gets it.

    Both may accept from it, so that one server can follow another without a gap.
    """
    _adopted[listening.getsockname()[1]] = listening


def listen(host: str, port: int) -> Listener:
    """Bind and listen, or listen on what was bound before: see `adopt`.

    port: 0 for any free one.
    Raises PortInUse, or ServerStartError with what stands in the way.
    """
    if port in _adopted:
        return Listener(_adopted[port].dup(), host, has_other_holders=True)
    if not 0 <= port <= 65535:
        raise ServerStartError(f"Port {port} does not exist. Choose one from 1024 to 65535.")
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # With the protocol left at 0, asyncio would leave Nagle's algorithm on: an eighth of
        # the speed.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise explain(error, host, port) from error
    try:
        if sys.platform != "win32":
            # On Windows this option would let two programs share the port.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise explain(error, host, port) from error
    return Listener(listening, host)


def explain(error: OSError, host: str, port: int) -> ServerStartError:
    """What an error of binding means to the person, with the cure."""
    number = error.errno
    if number == errno.EADDRINUSE:
        return PortInUse(host, port)
    if number in (errno.EACCES, errno.EPERM):
        return ServerStartError(
            f"Port {port} on {host} is not allowed to this user. "
            "Choose one above 1023, or port 0 for any free one."
        )
    if number == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return ServerStartError(
            f"Host {host!r} is not an address of this computer ({error}). "
            "Use 127.0.0.1, or 0.0.0.0 for every address."
        )
    return ServerStartError(
        f"Cannot listen on port {port} of {host}: {error}. Try 127.0.0.1 and port 0."
    )
