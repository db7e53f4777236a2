"""What cells are made of: definitions, objects and registrations, as text and as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

DEFINES, MAKES, REGISTERS = range(3)
"""Ranks: a cell defines first, then makes applications and routers, then registers."""

HEAD = """
from contextlib import asynccontextmanager
from typing import Annotated, Optional
from pydantic import BaseModel
from notebookapi import APIRouter, Depends, NotebookAPI, Path, Query, Request, WebSocket
from notebookapi.responses import JSONResponse
class Boom(Exception): ...
def fail(error): raise error
def nothing(): ...
class Refused:
    def __init__(self, app): raise ValueError("no such setting")
"""

SOCKET = "websocket"
ROUTERS = (
    "prefix='/{name}', tags=['{name}']",
    "prefix='/{name}', responses={{404: {{'description': 'none'}}}}",
    "prefix='/{name}/more', tags=['{name}', 'more'], dependencies=[Depends(nothing)]",
    "prefix='/{name}'",
)
"""The versions of a router: what it hands down to what is registered on it."""

FIELDS = (
    "size: int",
    "size: float",
    "size: int; colour: str = 'red'",
    "size: str",
    "width: int",
)
"""The versions of a model: fields are added, removed, and of another type."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement of a cell. on: the application or router that it registers on.

    name: what it binds, or the path or class that it registers. kind: see KINDS and ROUTES.
    """

    kind: str
    name: str
    version: int = 0
    on: str = "app"

    @property
    def rank(self) -> int:
        return REGISTERS if self.kind in ROUTES else KINDS[self.kind].rank

    @property
    def binds(self) -> str | None:
        """The name that others follow when it is bound anew; functions of endpoints are not."""
        return None if self.rank == REGISTERS else self.name

    @property
    def reads(self) -> tuple[str, ...]:
        """The names that it captures while it runs."""
        if self.kind in ROUTES:
            return (self.on, *ROUTES[self.kind].reads)
        reads = KINDS[self.kind].reads
        if self.kind == "app":
            return ("lifespan",) if self.version % 2 else ()
        return tuple(each.format(name=self.name, on=self.on) for each in reads)

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for two registrations of which the later is served."""
        if self.kind in ROUTES:
            return self.on, ROUTES[self.kind].method, re.sub(r"\{\w+", "{", self.name)
        return self.on, self.kind, self.name

    @property
    def endpoint(self) -> str | None:
        """The name of an endpoint's function."""
        if self.kind not in ROUTES:
            return None
        verb = "hear" if ROUTES[self.kind].method == SOCKET else "read"
        return f"{verb}_{self.version % 2}"

    @property
    def prefix(self) -> str:
        """What a router puts before the paths of its routes."""
        if self.kind != "router":
            return ""
        return f"/{self.name}/more" if self.version % len(ROUTERS) == 2 else f"/{self.name}"

    @property
    def source(self) -> str:
        return _route(self) if self.kind in ROUTES else _other(self)


@dataclass(frozen=True, slots=True)
class Kind:
    rank: int
    source: str
    reads: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "model": Kind(DEFINES, "class {name}(BaseModel):\n    {fields}"),
    "box": Kind(
        DEFINES, "class {name}(BaseModel):\n    item: Item\n    count: int = {v}", ("Item",)
    ),
    "who": Kind(DEFINES, "def {name}(): return {v}"),
    "outer": Kind(
        DEFINES, "def {name}(inner=Depends(who)): return [inner, {v}]", ("who",)
    ),
    "constant": Kind(DEFINES, "{name} = {v}"),
    "word": Kind(DEFINES, "{name} = 'word {v}'"),
    "alias": Kind(DEFINES, "{name} = Annotated[int, Query(le=LIMIT + {v})]", ("LIMIT",)),
    "lifespan": Kind(
        DEFINES, "@asynccontextmanager\nasync def {name}(app): yield {{'answer': {v}}}"
    ),
    "app": Kind(MAKES, "{name} = NotebookAPI({options})"),
    "router": Kind(MAKES, "{name} = APIRouter({router})"),
    "sub": Kind(MAKES, "{name} = NotebookAPI(title='{v}')"),
    "include": Kind(
        REGISTERS, "{on}.include_router({name}, tags=['{v}'])", ("{on}", "{name}")
    ),
    "mount": Kind(REGISTERS, "{on}.mount('/{name}', {name})", ("{on}", "{name}")),
    "middleware": Kind(
        REGISTERS,
        "@{on}.middleware('http')\n"
        "async def {name}(request, call_next):\n"
        "    response = await call_next(request)\n"
        "    response.headers['x-trace'] = response.headers.get('x-trace', '') + '{name}{v}'\n"
        "    return response",
        ("{on}",),
    ),
    "handler": Kind(
        REGISTERS,
        "@{on}.exception_handler({name})\n"
        "def handle(request, error): return JSONResponse('handled {v}', 410 + {v})",
        ("{on}",),
    ),
    "override": Kind(
        REGISTERS, "{on}.dependency_overrides[{name}] = lambda: 'fake {v}'", ("{on}", "{name}")
    ),
}  # fmt: skip


def _other(piece: Piece) -> str:
    return KINDS[piece.kind].source.format(
        name=piece.name,
        on=piece.on,
        v=piece.version,
        fields=FIELDS[piece.version % len(FIELDS)],
        options=_application_options(piece.version),
        router=ROUTERS[piece.version % len(ROUTERS)].format(name=piece.name),
    )


def _application_options(version: int) -> str:
    """Return those of an application; without any it is as the session's own is."""
    title = f"title='{version}'" if version else ""
    return f"{title}, lifespan=lifespan" if version % 2 else title


@dataclass(frozen=True, slots=True)
class RouteKind:
    """How a kind of endpoint is declared. returns: the annotation. options: of the decorator."""

    method: str = "get"
    takes: str = ""
    answers: str = "None"
    returns: str = ""
    options: str = ""
    reads: tuple[str, ...] = ()


ROUTES: Mapping[str, RouteKind] = {
    "answers plain": RouteKind(),
    "answers typed": RouteKind(takes="n: int = 0", answers="n"),
    "answers status": RouteKind("post", options=", status_code=201, tags=['made']"),
    "answers boom": RouteKind(answers="fail(Boom())"),
    "answers item": RouteKind("post", "item: Item", "item", reads=("Item",)),
    "answers items": RouteKind("post", "items: list[Item]", "items[0]", reads=("Item",)),
    "answers optional": RouteKind("post", "item: Optional['Item'] = None", "item", reads=("Item",)),
    "answers box": RouteKind("put", "box: Box", "box", " -> dict[str, object]", reads=("Box",)),
    "answers model": RouteKind(
        "put", "given: dict[str, object]", "given",
        options=", response_model=dict[str, Item | int]", reads=("Item",),
    ),
    "answers errors": RouteKind(options=", responses={409: {'model': Item}}", reads=("Item",)),
    "answers who": RouteKind(takes="value=Depends(who)", answers="value", reads=("who",)),
    "answers outer": RouteKind(
        takes="value: Annotated[object, Depends(outer)]", answers="value", reads=("outer",)
    ),
    "answers guarded": RouteKind(options=", dependencies=[Depends(outer)]", reads=("outer",)),
    "answers limited": RouteKind(
        takes="n: Annotated[int, Query(le=LIMIT)] = 0", answers="n", reads=("LIMIT",)
    ),
    "answers default": RouteKind(takes="n: int = LIMIT", answers="n", reads=("LIMIT",)),
    "answers aliased": RouteKind(takes="n: Size = 0", answers="n", reads=("Size",)),
    "answers word": RouteKind(answers="WORD"),
    "answers state": RouteKind(
        takes="request: Request", answers="getattr(request.state, 'answer', None)"
    ),
    "answers socket": RouteKind(SOCKET),
    "answers socket who": RouteKind(SOCKET, "value=Depends(who)", "value", reads=("who",)),
}  # fmt: skip


def _route(piece: Piece) -> str:
    kind = ROUTES[piece.kind]
    path = re.findall(r"\{(\w+)", piece.name)
    # The path parameter's type depends on the version: that is a signature edited.
    takes = [f"{each}: {'str' if piece.version % 2 else 'int'}" for each in path]
    takes += [kind.takes] if kind.takes else []
    answers = ", ".join((str(piece.version), *path, kind.answers))
    annotated = kind.returns or (" -> list[object]" if piece.version % 3 == 2 else "")
    if kind.method == SOCKET:
        return (
            f"@{piece.on}.websocket('{piece.name}')\n"
            f"async def {piece.endpoint}({', '.join(['socket: WebSocket', *takes])}):\n"
            f"    await socket.accept()\n    await socket.send_json([{answers}])"
        )
    result = f"{{'all': [{answers}]}}" if "dict" in annotated else f"[{answers}]"
    if kind.options.startswith(", response_model"):
        annotated, result = "", "given"
    return (
        f"@{piece.on}.{kind.method}('{piece.name}'{kind.options})\n"
        f"{'async ' if piece.version % 2 else ''}def {piece.endpoint}({', '.join(takes)})"
        f"{annotated}:\n    return {result}"
    )
