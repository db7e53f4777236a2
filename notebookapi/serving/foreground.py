"""uvicorn, as the command line needs it: in this process, in one that is renewed, or in several.

It imports uvicorn; import it inside functions only.
"""

from __future__ import annotations

import inspect
from socket import socket
from typing import Any

import uvicorn
from uvicorn.supervisors import ChangeReload, Multiprocess

from notebookapi.serving.errors import LifespanError
from notebookapi.serving.reading import http_protocol
from notebookapi.serving.run import STARTUP_FAILED, Serving

GRACE_OF_RELOAD = 1
"""Seconds that requests have to finish before the next version starts; an open stream would
otherwise hold the reload up for good."""


class _Config(uvicorn.Config):
    """A configuration that reloads although the application is not named by a text.

    What uvicorn wants the text for is starting other processes; our loader can be pickled.
    """

    @property
    def should_reload(self) -> bool:
        return self.reload

    def load(self) -> None:
        super().load()
        # In the process that serves: it cannot be pickled.
        self.http_protocol_class = http_protocol()  # type: ignore[assignment]  # called like one


def serve(serving: Serving, listening: socket) -> None:
    """Serve on a socket until a signal ends it; closes the socket. Raises LifespanError."""
    config = _configured(serving)
    sockets = [listening]
    if config.reload:
        ChangeReload(config, target=uvicorn.Server(config).run, sockets=sockets).run()
    elif config.workers > 1:
        _serve_by_workers(config, sockets)
    else:
        _serve_here(uvicorn.Server(config), sockets)


def _configured(serving: Serving) -> uvicorn.Config:
    is_reloading = serving.watched is not None
    return _Config(
        serving.load,
        factory=True,
        interface="asgi3",  # uvicorn takes a bound method for an older kind
        host=serving.host,
        port=serving.port,
        reload=is_reloading,
        reload_dirs=[str(folder) for folder in serving.watched or ()],
        workers=serving.workers,
        root_path=serving.root_path,
        proxy_headers=serving.proxy_headers,
        forwarded_allow_ips=serving.forwarded_allow_ips,
        timeout_graceful_shutdown=GRACE_OF_RELOAD if is_reloading else None,
        use_colors=serving.colour,
    )


def _serve_here(server: uvicorn.Server, sockets: list[socket]) -> None:
    try:
        server.run(sockets=sockets)
    except SystemExit:
        # Of uvicorn, whose releases differ in this, or of the application while it served.
        if server.started:
            raise
    if not server.started:
        raise _not_started()


def _serve_by_workers(config: uvicorn.Config, sockets: list[socket]) -> None:
    make: Any = Multiprocess
    # Earlier releases want to be told what a worker runs.
    is_told = "target" in inspect.signature(Multiprocess).parameters
    more = {"target": uvicorn.Server(config).run} if is_told else {}
    supervisor = make(config, sockets=sockets, **more)
    supervisor.run()
    if any(worker.process.exitcode == STARTUP_FAILED for worker in supervisor.processes):
        raise _not_started()


def _not_started() -> LifespanError:
    return LifespanError(
        "The application did not start; the log above says why. "
        "Correct that, then run the command again."
    )
