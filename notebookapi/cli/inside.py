"""What `notebookapi serve` calls in the kernel that has run the notebook."""

from __future__ import annotations

import json
import socket


def serve_here(application: str | None, host: str, port: int, doorway: str | None) -> str:
    """Serve what this process' session has come to; answer in JSON.

    doorway: a Unix socket where the listening socket is handed over; None to bind one here.
    """
    from notebookapi.notebook import session
    from notebookapi.notebook.errors import NotebookError
    from notebookapi.serving import ServingError
    from notebookapi.serving.sockets import adopt

    if doorway is not None:
        adopt(_received(doorway))
    try:
        served = session()
        if application is None and served.is_implicit and not served.owned:
            return json.dumps({"refused": "no cell declares a route"})
        url = served.serve(application, port, host)
        docs = served.app.docs_url if served.app.openapi_url else None
    except (NotebookError, ServingError) as error:
        return json.dumps({"refused": str(error)})
    token = served.token.reveal() if served.server.is_open else None
    name = served.application_name
    return json.dumps({"application": name, "url": url, "docs": docs, "token": token})


def stop_here() -> bool:
    """Stop serving, when the requests that run have ended, or after a second."""
    from notebookapi.notebook import session

    return session().stop()


def _received(doorway: str) -> socket.socket:
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(doorway)
        _, descriptors, _, _ = socket.recv_fds(door, 1, 1)
    return socket.socket(fileno=descriptors[0])
