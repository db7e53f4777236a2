"""Steps are taken in a notebook, and what it serves is compared with what the model says."""

from __future__ import annotations

import asyncio
import json
import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from notebookapi.notebook.errors import Refused
from notebookapi.testclient import TestClient
from notebookapi.websockets import WebSocketDisconnect
from tests.notebook.conftest import Notebook

from .model import Model
from .pieces import ROUTES
from .steps import BEGINNING, HEAD, Forget, Run, Step, Together, Withdraw
from .striking import strike, strike_later

SAMPLED = 4
"""Requests after each step besides those to what is served."""

BODIES: Sequence[Any] = (
    {"size": 1}, {"size": 1.5}, {"size": "big"}, {"width": 2}, [{"size": 1.5}],
    {"item": {"size": 1.5}}, {"item": {"size": "big"}}, {"one": {"size": 1.5}, "two": 3}, None,
)  # fmt: skip
PATHS = ("/a", "/b", "/{id}", "/{key}", "/c/me", "/c/{id}")
PREFIXES = {"app": "", "r1": "/r1", "r2": "/r2", "sub": "/sub"}


@dataclass(frozen=True)
class Probe:
    """A request."""

    method: str
    path: str
    body: Any = None
    n: int = 15

    def sent_by(self, client: Any) -> tuple[object, ...]:
        """Return what is compared of the answer. What a failure says is for people."""
        if self.method == "WEBSOCKET":
            return self._heard_by(client)
        options = {} if self.method == "GET" else {"json": self.body}
        response = client.request(self.method, self.path, params={"n": self.n}, **options)
        said = response.text if response.status_code != 500 else ""
        return response.status_code, said, response.headers.get("x-trace")

    def _heard_by(self, client: Any) -> tuple[object, ...]:
        is_plain = isinstance(client, TestClient)
        open_socket = client.websocket_connect if is_plain else client.websocket
        try:
            with open_socket(self.path) as socket:
                return (socket.receive_json(),)
        except (Refused, WebSocketDisconnect):
            return ("refused",)


EVERYWHERE = [
    Probe(method, prefix + path.format(id=7, key=7), {"size": 1})
    for prefix in PREFIXES.values()
    for path in PATHS
    for method in ("GET", "POST", "PUT", "WEBSOCKET")
]


class Differs(AssertionError):
    """What is served is not what the model says. at: the number of the step, from 0."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(f"after step {at}: {what}")
        self.at = at


class Play:
    """Takes steps in a notebook and in the model, and compares them."""

    def __init__(self, notebook: Notebook, seed: int = 0) -> None:
        self.notebook = notebook
        self.model = Model()
        self._random = random.Random(seed)
        self.notebook.run(HEAD, "head")
        self.notebook.shell.user_ns |= {"strike": strike, "strike_later": strike_later}
        self._run(Run("beginning", tuple(BEGINNING)))
        self.model.take(Run("beginning", tuple(BEGINNING)))

    def take(self, step: Step) -> None:
        """Take a step. Raises AssertionError where a cell does not end as it should."""
        if isinstance(step, Run):
            self._run(step)
        elif isinstance(step, Together):
            self._together(step)
        elif isinstance(step, Forget):
            self._tell("%api forget --deleted", step.deleted)
        elif isinstance(step, Withdraw):
            routes = self.model.routes
            label = self.model.label(routes[step.at % len(routes)][2]) if routes else "GET /none"
            self._tell(f"%api forget {label}", step.deleted)
        else:
            self._tell(f"%api undo {step.count}", ())
        self.model.take(step)

    def _tell(self, command: str, deleted: Iterable[str]) -> None:
        self.notebook.shown.clear()
        self.notebook.shell.run_cell(command, **_sent(Run("command", deleted=tuple(deleted))))
        self._check_said()

    def _run(self, step: Run) -> None:
        self.notebook.shown.clear()
        self._check(step, self.notebook.shell.run_cell(step.source, **_sent(step)))

    def _together(self, step: Together) -> None:
        """Run cells as a kernel runs those of its subshells, each in a context of its own."""
        self.notebook.shown.clear()
        shell = self.notebook.shell

        async def run(one: Run) -> None:
            code = shell.transform_cell(one.source)
            sent = _sent(replace(one, deleted=step.deleted))
            result = await shell.run_cell_async(one.source, transformed_cell=code, **sent)
            shell.events.trigger("post_run_cell", result)
            self._check(one, result)

        async def run_all() -> None:
            await asyncio.gather(*map(run, step.runs))

        asyncio.run(run_all())

    def _check(self, step: Run, result: Any) -> None:
        error = result.error_before_exec or result.error_in_exec
        assert (error is None) == step.fate.runs_all, (step, error)
        self._check_said()

    def _check_said(self) -> None:
        said = " ".join(str(getattr(view, "line", "")) for view in self.notebook.shown)
        assert "notebookapi failed" not in said, said

    def compare(self) -> None:
        """Hold what the notebook serves against an application made of the model's module."""
        session = self.notebook.session
        compare(self.model, document_of(session.app), session, self._random)


def compare(model: Model, served: str, client: Any, choose: random.Random) -> None:
    """Hold what is served against an application made of the model's module.

    served: the document, as text. client: sends requests; one of httpx leaves WebSockets out.
    """
    module = model.module()
    app = _made(module)
    expected = document_of(app)
    assert expected == served, _first_difference(expected, served, module)
    hears = not isinstance(client, httpx2.Client)
    with TestClient(app, raise_server_exceptions=False) as plain:
        for probe in _probes(model, choose):
            if hears or probe.method != "WEBSOCKET":
                answers = probe.sent_by(plain), probe.sent_by(client)
                assert answers[0] == answers[1], (probe, *answers, module)


def _probes(model: Model, choose: random.Random) -> Iterator[Probe]:
    for _, _, piece in model.served.winners():
        if piece.kind in ROUTES:
            prefix = model.served.names[piece.on].piece.prefix or PREFIXES[piece.on]
            path = prefix + piece.name.format(id=7, key=7)
            method = ROUTES[piece.kind].method.upper()
            bodies = BODIES if method in ("POST", "PUT") else (None,)
            for body in choose.sample(bodies, min(2, len(bodies))):
                yield Probe(method, path, body, choose.choice((5, 12, 15, 25)))
    yield from choose.sample(EVERYWHERE, SAMPLED)
    yield Probe("GET", "/sub/openapi.json")


def _sent(step: Run) -> dict[str, Any]:
    """Return what a front end sends with a cell."""
    meta = {"deletedCells": [*step.deleted]}
    return {"store_history": True, "cell_id": step.cell or None, "cell_meta": meta}


def _made(module: str) -> Any:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(module, "module", "exec", dont_inherit=True), namespace)
    return namespace["app"]


def document_of(app: Any) -> str:
    """In the order in which it is served, which is that of the routes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return json.dumps(app.openapi(), indent=1)


def _first_difference(expected: str, served: str, module: str) -> str:
    wanted, got = expected.splitlines(), served.splitlines()
    at = next((n for n, (x, y) in enumerate(zip(wanted, got, strict=False)) if x != y), -1)
    context = [f"- {line}" for line in wanted[at - 3 : at + 6]]
    context += [f"+ {line}" for line in got[at - 3 : at + 6]]
    return "\n".join([*context, "the module:", module])


def play(
    steps: Sequence[Step],
    seed: int = 0,
    is_compared: Callable[[int], bool] = lambda at: True,
) -> None:
    """Take steps in a new notebook. Raises Differs at the first that does otherwise.

    is_compared: whether to look after the step of that number, from 0.
    """
    notebook = Notebook()
    try:
        notebook.load()
        playing = Play(notebook, seed)
        for at, step in enumerate(steps):
            try:
                playing.take(step)
                if is_compared(at):
                    playing.compare()
            except AssertionError as error:
                raise Differs(str(error), at) from error
    finally:
        notebook.close()


def shorter(steps: Sequence[Step], seed: int = 0) -> list[Step]:
    """Return as few steps as show a difference, with as few pieces; steps itself must show one."""
    found = _failing(list(steps), seed)
    assert found is not None, "these steps show no difference"
    size = max(1, len(found) // 2)
    while size:
        smaller = _without_some(found, size, seed)
        if smaller is None:
            size //= 2
        else:
            found = smaller
    return _with_fewer_pieces(found, seed)


def _without_some(steps: list[Step], size: int, seed: int) -> list[Step] | None:
    for start in range(0, len(steps), size):
        smaller = _failing(steps[:start] + steps[start + size :], seed)
        if smaller is not None:
            return smaller
    return None


def _with_fewer_pieces(steps: list[Step], seed: int) -> list[Step]:
    for at, step in enumerate(steps):
        for simpler in _simpler(step):
            found = _failing([*steps[:at], simpler, *steps[at + 1 :]], seed)
            if found is not None:
                return _with_fewer_pieces(found, seed)
    return steps


def _simpler(step: Step) -> Iterator[Step]:
    if not isinstance(step, Run):
        return
    for at in range(len(step.pieces)):
        pieces = step.pieces[:at] + step.pieces[at + 1 :]
        yield replace(step, pieces=pieces, at=min(step.at - (at < step.at), len(pieces)))
    if step.is_future or step.is_async:
        yield replace(step, is_future=False, is_async=False)


def _failing(steps: list[Step], seed: int) -> list[Step] | None:
    """Return the steps if they lead to a difference, else None."""
    try:
        play(steps, seed, is_compared=lambda at: at == len(steps) - 1)
    except Differs as error:
        return steps[: error.at + 1]
    return None
