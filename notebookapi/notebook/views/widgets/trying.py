"""A form that sends requests to one operation, and shows what comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Protocol

import httpx2
from traitlets import Dict, Unicode

from notebookapi.notebook.errors import BadArguments, NotebookError
from notebookapi.notebook.log.records import Entry
from notebookapi.notebook.views.widgets.base import Bridged
from notebookapi.notebook.views.widgets.checking import Fault
from notebookapi.notebook.views.widgets.operation import Operation
from notebookapi.notebook.views.widgets.relay import Client, Reached
from notebookapi.notebook.views.widgets.told import left_by
from notebookapi.serving import ServingError


class Tried(Protocol):
    """The operation that a form is for."""

    def read(self) -> Operation | None:
        """Return it as it is now; None where it is served no more."""
        ...

    def url(self) -> str:
        """Return where it is served."""
        ...

    def check(self, body: str) -> Sequence[Fault]:
        """Return what is wrong with a JSON body."""
        ...

    def save(self, response: httpx2.Response, name: str, *, replay: bool) -> str:
        """Keep a request and its response as an example; return a sentence. Raises BadArguments."""
        ...

    def listen(self, listener: Callable[[Entry], object]) -> Callable[[], None]:
        """Call `listener` with each request of the log at its end; return what ends that."""
        ...


class TryWidget(Bridged):
    """A form for one operation; it follows each publication, and keeps what was typed.

    values: by which the form begins, by "path:id" and the like.
    """

    operation = Dict().tag(sync=True)
    url = Unicode().tag(sync=True)
    values = Dict().tag(sync=True)

    def __init__(
        self, server: Reached, tried: Tried, operation: Operation, values: Mapping[str, str]
    ) -> None:
        super().__init__(
            server,
            kind="try",
            operation=operation.as_trait(),
            url=tried.url(),
            values=dict(values),
        )
        self._tried = tried
        self._asked: dict[Client, str] = {}
        self._lock = threading.Lock()
        self._stop = tried.listen(self._logged)

    def published(self) -> None:
        """Show the operation as it is served now, or that it is not."""
        # While the person has stopped the server, nothing is: what was there last stays.
        with suppress(NotebookError, ServingError):
            operation, url = self._tried.read(), self._tried.url()
            now = operation.as_trait() if operation else {**self.operation, "gone": True}
            self.set_trait("operation", now)
            self.set_trait("url", url)

    def close(self) -> None:
        """Leave the front end."""
        self._stop()
        super().close()

    def _asking(self, name: str, address: Client) -> None:
        self._asked[address] = name

    def _logged(self, entry: Entry) -> None:
        """Tell the page what an endpoint printed that answered a request of its own."""
        name = self._asked.pop(entry.client, None) if entry.client else None
        if name is not None:
            self._tell({"type": "logged", "id": name, **left_by(entry)}, [])

    def _said(self, said: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        name = str(said.get("id"))
        match said.get("type"):
            case "check":
                found = [asdict(each) for each in self._tried.check(str(said.get("body", "")))]
                self._tell({"type": "checked", "id": name, "faults": found}, [])
            case "save":
                self._tell({"type": "saved", "id": name, **self._saved(said, buffers)}, [])
            case _:
                super()._said(said, buffers)

    def _saved(self, said: Mapping[str, Any], buffers: Sequence[Any]) -> dict[str, Any]:
        request, response = (bytes(each) for each in buffers)
        name, may_replay = str(said.get("name") or "").strip(), bool(said.get("replay"))
        with self._lock:
            try:
                kept = self._tried.save(_response(said, request, response), name, replay=may_replay)
            except BadArguments as error:
                return {"good": False, "text": str(error)}
        return {"good": True, "text": kept}


def _response(said: Mapping[str, Any], request: bytes, response: bytes) -> httpx2.Response:
    """Return what a page sent and got, as a client has it."""
    pairs = {key: [(str(n), str(v)) for n, v in said[key]] for key in ("sent", "heard")}
    sent = httpx2.Request(
        str(said["method"]), str(said["url"]), headers=pairs["sent"], content=request
    )
    # The page has the bytes decoded.
    heard = [each for each in pairs["heard"] if each[0] != "content-encoding"]
    return httpx2.Response(int(said["status"]), headers=heard, content=response, request=sent)
