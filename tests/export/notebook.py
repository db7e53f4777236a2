"""A notebook in small: cells run in order in a namespace, and what they register is recorded.

The recording stands in for the notebook side: an application that only remembers what was
registered, by statement. It knows no Jupyter and no web, so that a test of the exporter fails for
a reason in the exporter.
"""

from __future__ import annotations

import ast
import asyncio
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from notebookapi.cells import Cell, Registered
from notebookapi.cells.statements import first_line, parse
from notebookapi.export import ExportRequest, write_module


class Application:
    """Remembers registrations as (verb, path, endpoint)."""

    recorder: list[tuple[str, str]] | None = None

    def __init__(self, title: str = "API", **options: Any) -> None:
        self.title = title
        self.options = options
        self.state = types.SimpleNamespace()
        self.served: list[tuple[str, str, Callable[..., Any]]] = []

    def _register(self, verb: str, path: str, endpoint: Any, name: str) -> None:
        self.served.append((verb, path, endpoint))
        if Application.recorder is not None:
            Application.recorder.append((f"{verb} {path}", name))

    def _verb(self, verb: str, path: str) -> Callable[[Any], Any]:
        def register(endpoint: Any) -> Any:
            self._register(verb, path, endpoint, endpoint.__name__)
            return endpoint

        return register

    def get(self, path: str, **_: Any) -> Callable[[Any], Any]:
        return self._verb("GET", path)

    def post(self, path: str, **_: Any) -> Callable[[Any], Any]:
        return self._verb("POST", path)

    def exception_handler(self, error: type[Exception]) -> Callable[[Any], Any]:
        return self._verb("exception_handler", error.__name__)

    def include_router(self, router: Application, prefix: str = "") -> None:
        self._register("include_router", prefix, router, "router")

    def add_middleware(self, middleware: type, **_: Any) -> None:
        self._register("add_middleware", middleware.__name__, middleware, middleware.__name__)

    def openapi(self) -> dict[str, Any]:
        return {"info": {"title": self.title}, "paths": {path: {} for _, path, _ in self.served}}


def stand_in() -> types.ModuleType:
    """A module `web` whose `API`, `Router` and ready-made `app` cells can import."""
    module = types.ModuleType("web")
    module.__dict__.update(API=Application, Router=Application, app=Application())
    return module


@dataclass(slots=True)
class Notebook:
    """Runs cells as a session does; hands out the request for an export.

    Identity of a registration is its label, as where a front end sends no cell ids; a cell with a
    key withdraws what it registered before.
    """

    namespace: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    cells: list[Cell] = field(default_factory=list)
    registered: list[Registered] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)

    def run(self, source: str, key: str | None = None) -> Cell:
        number = len(self.cells) + 1
        transformed = transform(source)
        made, failed = self._execute(transformed, number)
        key = key or f"anon:{number}"
        cell = Cell(key, number, number, source, transformed, failed is None, failed)
        self.cells.append(cell)
        if failed is None:
            self._publish(cell, made)
        return cell

    def _execute(
        self, transformed: str, number: int
    ) -> tuple[list[tuple[int, str, str]], int | None]:
        tree = parse(transformed)
        assert tree is not None, transformed
        sys.modules["web"] = stand_in()
        self.namespace.setdefault("get_ipython", _Shell)
        made: list[tuple[int, str, str]] = []
        for node in tree.body:
            Application.recorder = []
            part = type(tree)([node], [])
            try:
                flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
                code = compile(part, f"<cell {number}>", "exec", flags=flags)
                if (awaiting := eval(code, self.namespace)) is not None:
                    asyncio.run(awaiting)
            except Exception:
                return [], first_line(node)
            finally:
                made += [(node.lineno, *one) for one in Application.recorder]
                Application.recorder = None
        return made, None

    def _publish(self, cell: Cell, made: list[tuple[int, str, str]]) -> None:
        labels = {label for _, label, _ in made}
        runs = {one.run for one in self.cells if one.key == cell.key}
        self.registered = [
            Registered(r.run, r.line, r.label, r.endpoint, live=False)
            if r.run in runs or r.label in labels
            else r
            for r in self.registered
        ]
        self.registered += [
            Registered(cell.run, line, label, endpoint, live=True) for line, label, endpoint in made
        ]

    def request(self, **options: Any) -> ExportRequest:
        return ExportRequest(
            cells=self.cells,
            registered=self.registered,
            deleted=frozenset(self.deleted),
            **{"openapi": {}, **options},
        )


def transform(source: str) -> str:
    manager: Any = TransformerManager  # It has no annotations.
    return str(manager().transform_cell(source))


class _Shell:
    """Runs no magic, but the Python of those that only wrap some."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


def execute(text: str) -> Mapping[str, Any]:
    """Import a module's text, as far as `exec` does."""
    sys.modules["web"] = stand_in()
    module = types.ModuleType("exported")
    sys.modules["exported"] = module  # Data classes look for their module there.
    exec(compile(text, "exported.py", "exec"), module.__dict__)
    return module.__dict__


MAIN = """

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
"""


def written(*cells: str, **options: Any) -> str:
    """The module's text, without the block at its end."""
    notebook = Notebook()
    for cell in cells:
        notebook.run(cell)
    text = write_module(notebook.request(**options)).text
    assert text.endswith(MAIN)
    return text.removesuffix(MAIN)
