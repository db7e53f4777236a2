"""From a few statements to all that they need."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from notebookapi.cells.program import (
    BUILTINS,
    HARD,
    Program,
    Read,
    imported_modules,
    is_function,
    is_import,
    module_of,
    reads_of,
)
from notebookapi.cells.scopes import STAR
from notebookapi.cells.statements import Statement


@dataclass(frozen=True, slots=True)
class Missing:
    """A name that no current statement gives, unless a star import does."""

    name: str
    reader: Statement
    kind: str


@dataclass(frozen=True, slots=True)
class Closure:
    kept: Sequence[Statement]
    """In the order of the program."""

    needed: Mapping[Statement, AbstractSet[str]]
    """The names for which each is kept; an import of three may be needed for one."""

    missing: Sequence[Missing]


LOOKING_MODULES = frozenset(
    "IPython ipywidgets matplotlib pylab seaborn plotly altair bokeh pprint rich requests httpx "
    "httpx2 time timeit asyncio uvicorn nest_asyncio nest_asyncio2 webbrowser subprocess gc pdb "
    "builtins".split()
)
"""Bare calls into these show, send, wait or serve: they make no part of an application."""


_WRITING_MODULES = frozenset("json pickle csv joblib yaml shutil".split())
"""Bare calls into these write files: `json.dump(items, file)`."""

_IDLE_MODULES = LOOKING_MODULES | _WRITING_MODULES

_LEAVING_MODULES = _IDLE_MODULES | frozenset("copy inspect logging os".split())
"""Calls into these leave their arguments as they are."""


def close(program: Program, application: str) -> Closure:
    """All that the newest binding of `application` needs, and what changes it.

    First what is read, through every read of what is read; then the statements that change a
    kept object (a registration changes its application or router), with what they read; until
    nothing is added.
    """
    closing = _Closing(program)
    closing.keep_name(application)
    closing.follow()
    while closing.keep_changes():
        closing.follow()
    kept = sorted(closing.kept, key=program.place)
    missing = sorted(closing.missing, key=lambda miss: (program.place(miss.reader), miss.name))
    return Closure(kept, dict(closing.needed), missing)


class _Closing:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._waiting: list[Statement] = []
        self.kept: set[Statement] = set()
        self.needed: defaultdict[Statement, set[str]] = defaultdict(set)
        self.missing: list[Missing] = []

    def keep(self, statement: Statement) -> None:
        if statement not in self.kept:
            self.kept.add(statement)
            self._waiting.append(statement)

    def keep_name(self, name: str) -> None:
        if (binding := self._program.newest(name)) is not None:
            self._bind(binding, name)

    def follow(self) -> None:
        while self._waiting:
            reader = self._waiting.pop()
            for read in reads_of(reader):
                self._need(reader, read)

    def _need(self, reader: Statement, read: Read) -> None:
        binding = self._program.resolve(reader, read)
        if binding is not None:
            self._bind(binding, read.name)
        elif read.name not in BUILTINS and read.name not in reader.names.binds:
            for star in self._program.star_imports:
                self._bind(star, STAR)
            self.missing.append(Missing(read.name, reader, read.kind))

    def _bind(self, binding: Statement, name: str) -> None:
        self.needed[binding].add(name)
        self.keep(binding)
        for sibling in self._program.binders(name):
            # `import a.b` and `import a.c` both add to `a`.
            if is_dotted_import(binding) and is_dotted_import(sibling):
                self.needed[sibling].add(name)
                self.keep(sibling)

    # --- statements that change what is kept -------------------------------------------------

    def keep_changes(self) -> bool:
        """Keep the statements that change a kept object; was there one?"""
        found = [
            statement
            for statement in self._program.statements
            if statement not in self.kept and may_change(statement) and self._changes(statement)
        ]
        for statement in found:
            self.keep(statement)
        return bool(found)

    def _changes(self, statement: Statement) -> bool:
        key = environment_key(statement.node)
        if key is not None:
            return not is_secret(key) and self._mentions(key)
        changes = statement.names.changes
        return (
            self._registers(statement)
            or any(self._changes_kept(statement, name, bare=True) for name in changes.now)
            or any(self._changes_kept(statement, name) for name in changes.objects)
            or any(self._hands_over(statement, *passed) for passed in changes.passes)
            or any(self._changes_by_call(call) for call in statement.names.calls)
        )

    def _registers(self, statement: Statement) -> bool:
        """Is it a served registration on a kept object, or on one that cannot be told?"""
        if statement not in self._program.registrations:
            return False
        changes = statement.names.changes
        owners = [
            name
            for name in sorted(changes.now | changes.objects)
            if self._program.resolve(statement, Read(name, HARD)) is not None
        ]
        return not owners or any(self._changes_kept(statement, name) for name in owners)

    def _changes_kept(self, statement: Statement, name: str, *, bare: bool = False) -> bool:
        waiting, seen = [(statement, name)], {(statement, name)}
        while waiting:
            reader, changed = waiting.pop()
            binding = self._program.resolve(reader, Read(changed, HARD))
            if binding is not None and self._counts(statement, binding, changed, bare):
                return True
            # `row = items[0]`, then `row.x = 1`; or `for row in items: row.x = 1`, all in one.
            maker = reader if changed in reader.names.binds else binding
            aliases = maker.names.changes.aliases if maker is not None else ()
            objects = {(maker, source) for alias, source in aliases if alias == changed and maker}
            waiting += sorted(objects - seen, key=lambda pair: pair[1])
            seen |= objects
        return False

    def _counts(self, change: Statement, binding: Statement, name: str, bare: bool) -> bool:
        """Does a change of what `binding` bound count, since the module has it?"""
        if binding not in self.kept:
            return False
        if not is_import(binding) or change in self._program.registrations:
            return True
        # `random.seed(0)` and `warnings.simplefilter = f`, but not `x = re.compile(p)`.
        used = name in self.needed[binding]
        return bare and used and module_of(binding, name) not in _IDLE_MODULES

    def _hands_over(self, statement: Statement, callee: str, argument: str) -> bool:
        called = self._program.resolve(statement, Read(callee, HARD))
        if called is None or module_of(called, callee) in _LEAVING_MODULES:
            return False
        if is_function(called) and not called.names.changes.of_parameters:
            return False
        if not is_function(called) and not is_import(called):
            return False
        return self._changes_kept(statement, argument)

    def _changes_by_call(self, function: str) -> bool:
        effects = self._program.effects_of_call(function)
        bindings = (self._program.newest(name) for name in effects)
        return any(b in self.kept and not is_import(b) for b in bindings if b is not None)

    def _mentions(self, key: str) -> bool:
        """Does anything kept speak of the environment variable?

        pydantic-settings reads them by the names of fields, with prefixes: there, all count.
        """
        word = re.compile(rf"\b{re.escape(key)}\b")
        return any(
            "pydantic_settings" in imported_modules(kept) or word.search(kept.text)
            for kept in self.kept
        )


def is_dotted_import(statement: Statement) -> bool:
    node = statement.node
    return isinstance(node, ast.Import) and any(
        "." in alias.name and alias.asname is None for alias in node.names
    )


def may_change(statement: Statement) -> bool:
    """Can it be a part of building an object? Checks and main blocks are not."""
    return not isinstance(statement.node, ast.Assert) and not is_main_block(statement.node)


def is_main_block(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`"""
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
    return False


def environment_key(node: ast.stmt) -> str | None:
    """KEY of `os.environ["KEY"] = ...`."""
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=mapping, slice=ast.Constant(value=str(key)))]
        ) if ast.unparse(mapping) in ("os.environ", "environ"):
            return key
    return None


def is_secret(key: str) -> bool:
    """Does the name of a variable say that its value is a credential?"""
    return bool(re.search(r"(?i)key$|token|secret|passw|credential", key))
