"""A large module -> a package with a module for each router."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from notebookapi.cells.scopes import STAR
from notebookapi.cells.statements import Statement
from notebookapi.export.edits import Edit, edited
from notebookapi.export.project.parts import (
    Part,
    Pieces,
    binders,
    registrations,
    tags_of,
    take_apart,
    under_router,
)
from notebookapi.export.project.placing import MAIN, MODELS, SHARED, file_name, place
from notebookapi.export.project.records import PACKAGE
from notebookapi.export.ruff import tidy

LARGE = 300
"""Lines from which on a module is large."""

MANY = 20
"""Operations above which it is, too."""

_SAID = {
    MODELS: "What is sent and answered.",
    SHARED: "What several routers use.",
}


@dataclass(frozen=True, slots=True)
class _Router:
    """A router's file. made: the part that makes it; None where the split does, for a tag."""

    file: str
    name: str
    made: Part | None
    routes: Sequence[Part]


def split(text: str, application: str, first_party: Sequence[str]) -> Mapping[str, str] | None:
    """Return the files of the package, `main.py` among them; None where it is better in one piece.

    One piece: fewer than two routers or tags, a star import, `del`, or statements that are there
    for their effect and have to run at their moment.
    """
    pieces = take_apart(text, application)
    if any(
        _is_in_the_way(each) for each in (*pieces.imports, *(p.statement for p in pieces.parts))
    ):
        return None
    name = "router" if not any("router" in part.binds for part in pieces.parts) else "routes"
    routers = list(_routers(pieces, application, name))
    if len(routers) < 2:
        return None
    moved = {route: _moved(route, router) for router in routers for route in router.routes}
    parts = [moved.get(part, part) for part in pieces.parts]
    meant = {moved[route]: router.file for router in routers for route in router.routes}
    meant |= {router.made: router.file for router in routers if router.made is not None}
    homes = place(parts, application, meant)
    if homes is None:
        return None
    back = {moved[route]: route for route in moved if homes[moved[route]] == MAIN}
    parts = [back.get(part, part) for part in parts]
    homes = {back.get(part, part): home for part, home in homes.items()}
    alive = [
        _Router(each.file, each.name, each.made, kept)
        for each in routers
        if (kept := [moved[one] for one in each.routes if moved[one] not in back])
    ]
    if len(alive) < 2:
        return None
    return _Writer(pieces, parts, homes, alive, application, first_party).files()


def _is_in_the_way(statement: Statement) -> bool:
    return bool(statement.names.deletes) or STAR in statement.names.binds


def _moved(route: Part, router: _Router) -> Part:
    return under_router(route, router.name) if router.made is None else route


def _routers(pieces: Pieces, application: str, name: str) -> Iterator[_Router]:
    made = {name: part for part in pieces.parts for name in part.binds if _makes_router(part)}
    groups: dict[tuple[str, str], list[Part]] = {}
    for part in pieces.parts:
        if part.router == application and part.tag is not None:
            groups.setdefault(("tag", part.tag), []).append(part)
        elif part.router in made:
            groups.setdefault(("router", part.router or ""), []).append(part)
    files: list[str] = []
    for (kind, said), routes in groups.items():
        maker = made[said] if kind == "router" else None
        spoken = said.removesuffix("router").strip("_") or _prefix_of(maker) or "routes"
        files.append(file_name(spoken if maker else said, files))
        yield _Router(files[-1], said if maker else name, maker, routes)


def _makes_router(part: Part) -> bool:
    match part.node:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=made)):
            return ast.unparse(made).rpartition(".")[2] == "APIRouter"
    return False


def _prefix_of(part: Part | None) -> str:
    node = part.node if part is not None else None
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
        for each in node.value.keywords:
            if each.arg == "prefix" and isinstance(each.value, ast.Constant):
                return str(each.value.value).strip("/").partition("/")[0].strip("{}")
    return ""


@dataclass(frozen=True, slots=True)
class _Writer:
    pieces: Pieces
    parts: Sequence[Part]
    homes: Mapping[Part, str]
    routers: Sequence[_Router]
    application: str
    first_party: Sequence[str]

    def files(self) -> dict[str, str]:
        found = {}
        for home in (MODELS, SHARED):
            parts = [part for part in self.parts if self.homes[part] == home]
            if parts:
                found[f"{home}.py"] = self._text(home, _SAID[home], parts, [])
        for router in self.routers:
            found[f"routers/{router.file}.py"] = self._router(router)
        found["routers/__init__.py"] = ""
        found["main.py"] = self._main()
        return found

    def _router(self, router: _Router) -> str:
        parts = [part for part in self.parts if self.homes[part] == router.file]
        said = f"Routes of {router.file.replace('_', ' ')}."
        if router.made is not None:
            return self._text(router.file, said, parts, [])
        routes = [part for part in parts if part.router == router.name]
        tag = _common_tag(routes)
        begin = routes[0]
        lines = []
        for part in parts:
            if part is begin:
                options = f"tags=[{tag!r}]" if tag else ""
                lines.append(f"{router.name} = APIRouter({options})")
            lines.append(_untagged(part) if tag and part in routes else part.text)
        return self._text(router.file, said, parts, ["from notebookapi import APIRouter"], lines)

    def _main(self) -> str:
        mine = [part for part in self.parts if self.homes[part] == MAIN]
        made = [router for router in self.routers if router.made is None]
        first = {router.routes[0]: router for router in made}
        lines = []
        is_including = False
        for part in self.parts:
            if part in mine:
                lines.append(part.text)
                is_including = False
            elif (router := first.get(part)) is not None:
                line = f"{self.application}.include_router({_called(router)}.{router.name})"
                # One below the other, with no line between.
                lines[-1:] = [f"{lines[-1]}\n{line}"] if is_including else [*lines[-1:], line]
                is_including = True
        imports = [f"from {PACKAGE}.routers import {each.file} as {_called(each)}" for each in made]
        return self._text(MAIN, self.pieces.docstring, mine, imports, lines)

    def _text(
        self,
        home: str,
        docstring: str | None,
        parts: Sequence[Part],
        imports: Sequence[str],
        lines: Sequence[str] | None = None,
    ) -> str:
        own = {name for part in parts for name in part.binds}
        reads = {name for part in parts for name in part.names.reads} - own
        head = [] if docstring is None else [f'"""{docstring}"""\n']
        head += self._repeated(reads)
        head += [*imports, *self._imported(home, reads)]
        body = [part.text for part in parts] if lines is None else lines
        spaced = "\n\n".join(body)
        return tidy("\n".join(head) + "\n\n" + spaced + "\n", (PACKAGE, *self.first_party))

    def _repeated(self, reads: Iterable[str]) -> Iterator[str]:
        for statement in self.pieces.imports:
            is_future = ast.unparse(statement.node).startswith("from __future__")
            if is_future or statement.names.binds & set(reads):
                yield ast.unparse(statement.node)

    def _imported(self, home: str, reads: Iterable[str]) -> Iterator[str]:
        bound = binders(self.parts)
        files: dict[str, list[str]] = {}
        for name in sorted(set(reads) & set(bound)):
            files.setdefault(self.homes[bound[name][0]], []).append(name)
        for other, names in files.items():
            if other != home:
                below = "" if other in (MAIN, SHARED, MODELS) else "routers."
                yield f"from {PACKAGE}.{below}{other} import {', '.join(names)}"


def _called(router: _Router) -> str:
    # The name of a tag is often that of a list or function in the module, too.
    return f"{router.file}_routes"


def _common_tag(routes: Sequence[Part]) -> str | None:
    tags = {tuple(tags_of(call)) for part in routes for call in _calls(part)}
    return next(iter(tags))[0] if len(tags) == 1 and len(next(iter(tags))) == 1 else None


def _calls(part: Part) -> Sequence[ast.Call]:
    return registrations(ast.parse(part.text).body[0])


def _untagged(part: Part) -> str:
    """The text without `tags=[…]` in its registrations, which the router has."""
    edits = []
    for call in _calls(part):
        for index, each in enumerate(call.keywords):
            if each.arg != "tags":
                continue
            values = [*call.args, *(one.value for one in call.keywords)]
            before = values[len(call.args) + index - 1]
            start = (before.end_lineno or 0, before.end_col_offset or 0)
            end = (each.value.end_lineno or 0, each.value.end_col_offset or 0)
            edits.append(Edit(start, end, ""))
    return edited(part.text, edits)
