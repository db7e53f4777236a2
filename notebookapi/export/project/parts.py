"""A module's text -> its top-level statements, each of which can go to a file of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from notebookapi.cells.cell import Cell
from notebookapi.cells.names import Names, names_of
from notebookapi.cells.program import is_import
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.export.edits import Edit, edited

VERBS = frozenset("get put post delete options head patch trace query api_route websocket".split())


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A statement that is no import. Equal to itself only.

    router: the name of the object that it registers on, and tag, where its file may be a
    router's: registrations on the application by their first tag.
    """

    statement: Statement
    text: str
    names: Names
    router: str | None = None
    tag: str | None = None

    @property
    def node(self) -> ast.stmt:
        return self.statement.node

    @property
    def binds(self) -> AbstractSet[str]:
        return self.names.binds

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A module, taken apart. imports: to be repeated wherever what they bind is read."""

    docstring: str | None
    imports: Sequence[Statement]
    parts: Sequence[Part]


def take_apart(text: str, application: str) -> Pieces:
    """Return the statements of a module; the block that starts a server is left out."""
    tree = ast.parse(text)
    cell = Cell("module", 1, None, text, text, succeeded=True)
    statements = statements_of(cell, text)
    docstring = ast.get_docstring(tree, clean=False)
    if docstring is not None:
        statements = statements[1:]
    imports = [one for one in statements if _is_repeated(one)]
    rest = [one for one in statements if one not in imports and not is_main_block(one.node)]
    return Pieces(docstring, imports, [_part(one, application) for one in rest])


def is_main_block(node: ast.stmt) -> bool:
    """Tell whether it is `if __name__ == "__main__":`."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _is_repeated(statement: Statement) -> bool:
    if is_import(statement):
        return True
    node = statement.node
    if not isinstance(node, ast.If) or not ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return False
    return all(isinstance(each, ast.Import | ast.ImportFrom) for each in node.body)


def _part(statement: Statement, application: str) -> Part:
    part = Part(statement, statement.text, statement.names)
    owner = _owner(statement.node)
    if owner is None:
        return part
    part = replace(part, router=owner)
    return replace(part, tag=_tag(statement.node)) if owner == application else part


def registrations(node: ast.stmt) -> Sequence[ast.Call]:
    """Return the decorators of a definition that look like registrations: `@NAME.get(…)`."""
    found = []
    for decorator in getattr(node, "decorator_list", []):
        match decorator:
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr=verb)) if verb in VERBS:
                found.append(decorator)
    return found


def owner_of(call: ast.Call) -> str:
    """Return the name before the dot of a registration."""
    function = call.func
    assert isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
    return function.value.id


def _owner(node: ast.stmt) -> str | None:
    """Return what all registrations of a definition are made on, if that is one object."""
    owners = {owner_of(call) for call in registrations(node)}
    return owners.pop() if len(owners) == 1 else None


def _tag(node: ast.stmt) -> str | None:
    tags = {tag for call in registrations(node) for tag in tags_of(call)[:1]}
    return tags.pop() if len(tags) == 1 else None


def tags_of(call: ast.Call) -> Sequence[str]:
    """Return the tags that are written out in a registration."""
    for keyword in call.keywords:
        if keyword.arg == "tags" and isinstance(keyword.value, ast.List | ast.Tuple):
            elements = keyword.value.elts
            return [
                each.value
                for each in elements
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
    return []


def under_router(part: Part, name: str) -> Part:
    """Return a part that registers on the router `name` instead."""
    edits = [
        Edit.of(call.func.value, name)
        for call in registrations(ast.parse(part.text).body[0])
        if isinstance(call.func, ast.Attribute)
    ]
    text = edited(part.text, edits)
    return replace(part, text=text, names=names_of(ast.parse(text).body[0]), router=name)


def binders(parts: Sequence[Part]) -> Mapping[str, Sequence[Part]]:
    """Return which parts bind each name."""
    found: dict[str, list[Part]] = {}
    for part in parts:
        for name in part.binds:
            found.setdefault(name, []).append(part)
    return found


def joined(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    """Yield parts that have to stay in one file, since they bind or change one object.

    A name that functions assign by `global` keeps all that read it together: a name that
    another file imports would go on meaning the first object.
    """
    bound = binders(parts)
    leader = {part: part for part in parts}

    def find(part: Part) -> Part:
        while leader[part] is not part:
            part = leader[part]
        return part

    def join(several: Sequence[Part]) -> None:
        for part in several[1:]:
            leader[find(part)] = find(several[0])

    assigned = {name for part in parts for name in part.names.changes.assigns_global}
    for name, several in bound.items():
        changing = [part for part in parts if name in part.names.changes.now]
        reading = [part for part in parts if name in part.names.reads] if name in assigned else []
        join([*several, *changing, *reading])
    for name in assigned - set(bound):
        join([p for p in parts if name in p.names.reads | p.names.changes.assigns_global])
    groups: dict[Part, list[Part]] = {}
    for part in parts:
        groups.setdefault(find(part), []).append(part)
    yield from groups.values()
