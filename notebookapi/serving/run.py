"""Serving for the command line: in the foreground, until a signal ends it.

With reloading or several workers, processes of uvicorn's serve; the port is bound here, before
any of them starts, so that what is wrong with it is known at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from notebookapi.serving.errors import UvicornMissing
from notebookapi.serving.sockets import listen

STARTUP_FAILED = 3
"""The exit code by which a process tells that starting it again would not help."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What to serve, and how.

    load: returns the application; called in the process that serves, so it can be pickled.
    port: 0 for any free one.
    watched: folders; a change of a Python file in them starts a new process. None for no reload.
    forwarded_allow_ips: whose proxy headers are believed, separated by commas; None for what
        uvicorn says itself.
    colour: of the log; None for what the terminal says.
    """

    load: Callable[[], ASGIApp]
    host: str
    port: int
    watched: tuple[Path, ...] | None = None
    workers: int = 1
    root_path: str = ""
    proxy_headers: bool = True
    forwarded_allow_ips: str | None = None
    colour: bool | None = None


def run(serving: Serving, on_listening: Callable[[int], object]) -> None:
    """Serve until a signal ends it.

    on_listening: called with the port when it is bound; requests wait from then on.
    Raises ServerStartError (PortInUse, LifespanError, UvicornMissing).
    """
    try:
        from notebookapi.serving.foreground import serve
    except ImportError as error:
        if error.name != "uvicorn":
            raise
        raise UvicornMissing from error
    listener = listen(serving.host, serving.port)
    try:
        on_listening(listener.port)
        serve(serving, listener.share())
    except KeyboardInterrupt:
        return  # uvicorn has shut down, and tells so in this way
    finally:
        listener.close()
