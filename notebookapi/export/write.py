"""Selected statements -> the text of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from notebookapi.cells.program import is_import
from notebookapi.cells.scopes import STAR, name_bound_by
from notebookapi.cells.statements import Statement
from notebookapi.export.freeze import frozen
from notebookapi.export.lines import map_lines
from notebookapi.export.records import ExportedModule, ExportRequest
from notebookapi.export.ruff import tidy
from notebookapi.export.select import Selection, select


def write_module(request: ExportRequest) -> ExportedModule:
    """The module that the served application comes from. Touches no file.

    Raises ExportError for what a module cannot have, naming cell, line and cure.
    """
    selection = select(request)
    parts = _parts(selection)
    statements = [*parts.imports, *parts.conditional, *parts.body]
    text = tidy(
        _assemble(selection, parts, request.application),
        _first_party(statements, request.directory),
    )
    return ExportedModule(
        text=text,
        line_map=map_lines(text, statements),
        notes=tuple(dict.fromkeys(selection.notes)),
        has_lifespan=selection.has_lifespan,
        files=frozen(request.frozen),
        environment=selection.environment,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    imports: Sequence[Statement]
    conditional: Sequence[Statement]
    body: Sequence[Statement]


def _parts(selection: Selection) -> _Parts:
    imports: list[Statement] = []
    conditional: list[Statement] = []
    body: list[Statement] = []
    for statement in selection.statements:
        if is_import(statement) and _may_move(statement, selection):
            imports.append(statement)
        elif _is_conditional_import(statement) and _may_move(statement, selection):
            conditional.append(statement)
        else:
            body.append(statement)
    return _Parts(imports, conditional, body)


def _may_move(statement: Statement, selection: Selection) -> bool:
    """May it go to the top? Not past another binding of the name, or it would be lost."""
    for other in selection.statements:
        if other is statement:
            break
        shared = statement.names.binds & other.names.binds
        if shared - {STAR} and not (is_import(other) and _is_same_object(statement, other, shared)):
            return False
    return True


def _is_same_object(one: Statement, other: Statement, names: AbstractSet[str]) -> bool:
    """Do two imports bind these names to the same things, as `import a.b` and `import a.c` do?"""
    return _targets(one, names) == _targets(other, names)


def _targets(statement: Statement, names: AbstractSet[str]) -> set[tuple[str, str]]:
    node = statement.node
    if isinstance(node, ast.ImportFrom):
        return {
            (name_bound_by(alias), f"{node.module}:{alias.name}")
            for alias in node.names
            if name_bound_by(alias) in names
        }
    if isinstance(node, ast.Import):
        return {
            (name_bound_by(alias), alias.name if alias.asname else name_bound_by(alias))
            for alias in node.names
            if name_bound_by(alias) in names
        }
    return set()


def _is_conditional_import(statement: Statement) -> bool:
    """`try: import a` or `if TYPE_CHECKING: import a`, with nothing but imports and flags."""
    if not isinstance(statement.node, ast.If | ast.Try):
        return False
    nodes = [part for part in ast.walk(statement.node) if isinstance(part, ast.stmt)]
    simple = all(isinstance(part, _CONDITIONAL) for part in nodes)
    assigned = (part.value for part in nodes if isinstance(part, ast.Assign))
    flags = all(isinstance(value, ast.Constant) for value in assigned)
    test = statement.node.test if isinstance(statement.node, ast.If) else None
    return (
        simple
        and flags
        and any(isinstance(part, ast.Import | ast.ImportFrom) for part in nodes)
        and (test is None or ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"))
    )


_CONDITIONAL = (ast.Import, ast.ImportFrom, ast.Assign, ast.Pass, ast.If, ast.Try)


# --- text ----------------------------------------------------------------------------------------


def _assemble(selection: Selection, parts: _Parts, application: str) -> str:
    head = [_literal(selection.docstring)] if selection.docstring else []
    if selection.future:
        head.append(f"from __future__ import {', '.join(selection.future)}")
    head += (_import_text(one, selection.needed.get(one, set())) for one in parts.imports)
    chunks = ["\n".join(head)]
    chunks += _spaced(parts.conditional, selection)
    chunks += _spaced(parts.body, selection)
    main = (
        '\n\nif __name__ == "__main__":\n'
        "    import uvicorn\n\n"
        f'    uvicorn.run({application}, host="127.0.0.1", port=8000)\n'
    )
    return "\n".join([*chunks, main])


def _spaced(statements: Sequence[Statement], selection: Selection) -> Iterator[str]:
    """With the blank lines of the cells, and one between cells."""
    before: Statement | None = None
    for statement in statements:
        if before is None or statement.gap or before.cell is not statement.cell:
            yield ""
        if is_import(statement):
            yield _import_text(statement, selection.needed.get(statement, set()))
        else:
            yield statement.text
        before = statement


def _import_text(statement: Statement, needed: AbstractSet[str]) -> str:
    """The import without the names that nothing needs."""
    node = statement.node
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return statement.text
    names = [alias for alias in node.names if name_bound_by(alias) in needed]
    if not names or len(names) == len(node.names):
        return statement.text
    kept = (
        ast.Import(names=names)
        if isinstance(node, ast.Import)
        else ast.ImportFrom(module=node.module, names=names, level=node.level)
    )
    return ast.unparse(kept)


def _literal(docstring: str) -> str:
    plain = "\\" not in docstring and '"""' not in docstring and not docstring.endswith('"')
    ending = "\n" if "\n" in docstring else ""
    return f'"""{docstring}{ending}"""\n' if plain else f"{docstring!r}\n"


def _first_party(statements: Sequence[Statement], directory: Path) -> list[str]:
    """Imported modules that lie beside the notebook."""
    modules = {
        name.partition(".")[0]
        for statement in statements
        for part in ast.walk(statement.node)
        for name in _modules_of(part)
    }
    return sorted(name for name in modules if name != "notebookapi" and _lies_in(directory, name))


def _modules_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def _lies_in(directory: Path, name: str) -> bool:
    return bool(name) and ((directory / f"{name}.py").is_file() or (directory / name).is_dir())
