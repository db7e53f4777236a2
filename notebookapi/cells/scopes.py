"""Which names a piece of code binds in its own scope, and a visitor that knows scopes.

By syntax trees, not by `symtable`: the questions asked here (is this read a decorator, a default,
a body?) are about places in the tree, and matching tables to places is guesswork.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

STAR = "*"
"""Stands for the names of a star import."""


@dataclass(slots=True)
class Bindings(ast.NodeVisitor):
    """Names bound by the statements visited, without those of nested scopes."""

    bound: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    declared_global: set[str] = field(default_factory=set)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)
        elif isinstance(node.ctx, ast.Del):
            self.deleted.add(node.id)

    def _named(self, node: Function | ast.ClassDef) -> None:
        self.bound.add(node.name)
        for decorator in node.decorator_list:
            self.visit(decorator)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._named(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._named(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._named(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass

    def _comprehension(self, node: Comprehension) -> None:
        # Its targets are its own; a walrus inside binds outside of it.
        walruses = (part for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
        self.bound.update(walrus.target.id for walrus in walruses)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _imported(self, node: ast.Import | ast.ImportFrom) -> None:
        self.bound.update(name_bound_by(alias) for alias in node.names)

    visit_Import = visit_ImportFrom = _imported

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bound.add(node.name)
        self.generic_visit(node)

    def _captured(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.bound.add(node.name)
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = _captured

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.bound.add(node.rest)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.declared_global.update(node.names)


class ModuleBindings(Bindings):
    """The same at the top level, where a bare annotation binds nothing and `x += 1` rebinds."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)


def name_bound_by(alias: ast.alias) -> str:
    """`import a.b` binds `a`, `import a.b as c` binds `c`."""
    return alias.asname or alias.name.partition(".")[0]


def bindings_of(body: Iterable[ast.AST]) -> Bindings:
    found = Bindings()
    for node in body:
        found.visit(node)
    return found


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return every + [extra for extra in (arguments.vararg, arguments.kwarg) if extra]


def root_name(node: ast.expr) -> str | None:
    """`a` of `a`, `a.b[0].c`, `a.b().c`; None for what does not start with a name."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


@dataclass(slots=True)
class Scope:
    kind: str
    names: set[str]
    declared_global: set[str] = field(default_factory=set)
    parameters: frozenset[str] = frozenset()


class ScopedVisitor(ast.NodeVisitor):
    """Walks a top-level statement and knows which names are the module's."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    @property
    def in_function(self) -> bool:
        return any(scope.kind == "function" for scope in self.scopes)

    def is_global(self, name: str) -> bool:
        for depth, scope in enumerate(reversed(self.scopes)):
            if name in scope.declared_global:
                return True
            # A class's names are seen by its own statements only, not by its methods.
            if name in scope.names and (scope.kind != "class" or depth == 0):
                return False
        return True

    @contextmanager
    def scope(self, scope: Scope) -> Iterator[None]:
        self.scopes.append(scope)
        try:
            yield
        finally:
            self.scopes.pop()

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    # --- functions and classes: hooks that a subclass narrows -------------------------------

    def visit_signature(self, node: Function) -> None:
        self.visit_all(node.decorator_list)
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        with self.scope(type_parameters(node)):
            self.visit_all(parameter.annotation for parameter in parameters_of(node.args))
            self.visit_all([node.returns])

    def visit_function_body(self, body: Iterable[ast.AST], scope: Scope) -> None:
        with self.scope(scope):
            self.visit_all(body)

    def visit_class_head(self, node: ast.ClassDef) -> None:
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])

    def _function(self, node: Function) -> None:
        self.visit_signature(node)
        with self.scope(type_parameters(node)):
            self.visit_function_body(node.body, function_scope(node.args, node.body))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        self.visit_function_body([node.body], function_scope(node.args, []))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        with self.scope(type_parameters(node)):
            self.visit_class_head(node)
            with self.scope(Scope("class", set())):
                for statement in node.body:
                    self.visit(statement)
                    # In order: `x = x` in a class reads the module's x.
                    self.scopes[-1].names.update(bindings_of([statement]).bound)

    def enter_comprehension(self, node: Comprehension) -> None:
        """For a subclass that wants to see one before its names are local."""

    def _comprehension(self, node: Comprehension) -> None:
        self.enter_comprehension(node)
        self.visit(node.generators[0].iter)
        targets = bindings_of(generator.target for generator in node.generators).bound
        with self.scope(Scope("comprehension", targets)):
            for child in ast.iter_child_nodes(node):
                if child is not node.generators[0]:
                    self.visit(child)
            self.visit_all(node.generators[0].ifs)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension


def function_scope(arguments: ast.arguments, body: Iterable[ast.AST]) -> Scope:
    parameters = frozenset(parameter.arg for parameter in parameters_of(arguments))
    found = bindings_of(body)
    return Scope(
        kind="function",
        names=(found.bound | found.deleted | parameters) - found.declared_global,
        declared_global=found.declared_global,
        parameters=parameters,
    )


def type_parameters(node: ast.AST) -> Scope:
    """The scope of `[T]` in `def f[T]()`; empty before Python 3.12."""
    names = {parameter.name for parameter in getattr(node, "type_params", [])}
    return Scope("type parameters", names)
