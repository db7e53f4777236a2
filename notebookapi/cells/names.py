"""What one top-level statement binds, reads and changes, found by reading it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from notebookapi.cells.mutations import Mutations, find_mutations
from notebookapi.cells.scopes import (
    Comprehension,
    Function,
    ModuleBindings,
    Scope,
    ScopedVisitor,
    parameters_of,
    type_parameters,
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the module that one statement has to do with."""

    binds: frozenset[str]
    deletes: frozenset[str]

    hard: frozenset[str]
    """Read while the statement runs: it sees the value of that time."""

    signature: frozenset[str]
    """Decorators, defaults, annotations, fields: read while it runs, but a session that rebinds
    what captured a redefined object gives it the newest value."""

    deferred: frozenset[str]
    """Annotations kept as text, bodies of lambdas: read soon after it ran."""

    soft: frozenset[str]
    """Bodies of functions: read when they are called, so the newest value."""

    calls: frozenset[str]
    """Called while the statement runs."""

    inner_calls: frozenset[str]
    """Called by functions that it defines."""

    changes: Mutations

    awaits: int | None
    """Line of the first `await` outside a function."""

    @property
    def reads(self) -> frozenset[str]:
        return self.hard | self.signature | self.deferred | self.soft


def names_of(statement: ast.stmt, *, future_annotations: bool = False) -> Names:
    """Analyse a top-level statement.

    future_annotations: `from __future__ import annotations` holds for it.
    """
    bound = ModuleBindings()
    bound.visit(statement)
    reader = _Reader(future_annotations)
    reader.visit(statement)
    return Names(
        binds=frozenset(bound.bound),
        deletes=frozenset(bound.deleted),
        hard=frozenset(reader.reads["hard"]),
        signature=frozenset(reader.reads["signature"]),
        deferred=frozenset(reader.reads["deferred"]),
        soft=frozenset(reader.reads["soft"]),
        calls=frozenset(reader.calls),
        inner_calls=frozenset(reader.inner_calls),
        changes=find_mutations(statement),
        awaits=reader.awaits,
    )


# A subscript of these holds types, so a string in it is a forward reference, not a key.
_GENERIC = frozenset(
    "list dict tuple set frozenset type Optional Union List Dict Tuple Set Sequence Iterable "
    "Mapping Iterator AsyncIterator ClassVar Final Type".split()
)


class _Reader(ScopedVisitor):
    def __init__(self, future_annotations: bool) -> None:
        super().__init__()
        self.reads: dict[str, set[str]] = {
            kind: set() for kind in ("hard", "signature", "deferred", "soft")
        }
        self.calls: set[str] = set()
        self.inner_calls: set[str] = set()
        self.awaits: int | None = None
        self._kind = "hard"
        self._bound_before: set[str] = set()
        self._annotations = "deferred" if future_annotations else "signature"

    @contextmanager
    def _as(self, kind: str) -> Iterator[None]:
        """Reads inside are of `kind`, unless they already come later than that."""
        order = list(self.reads)
        before, self._kind = self._kind, max(self._kind, kind, key=order.index)
        try:
            yield
        finally:
            self._kind = before

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) or not self.is_global(node.id):
            return
        # What a block has bound itself by now (`with open(p) as f: load(f)`) it reads from itself.
        if self._kind == "soft" or node.id not in self._bound_before:
            self.reads[self._kind].add(node.id)

    def _binding(self, *nodes: ast.AST | None) -> None:
        """From here on the statement has bound these names, if it does so at the top level."""
        if self.scopes:
            return
        bound = ModuleBindings()
        for node in nodes:
            if node is not None:
                bound.visit(node)
        self._bound_before |= bound.bound

    def visit(self, node: ast.AST) -> None:
        super().visit(node)
        if isinstance(node, ast.stmt | ast.NamedExpr | ast.pattern):
            self._binding(node)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._binding(node.target)
        self.visit_all([node.target, *node.body, *node.orelse])

    def visit_withitem(self, node: ast.withitem) -> None:
        self.visit(node.context_expr)
        self._binding(node.optional_vars)
        self.visit_all([node.optional_vars])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.visit_all([node.type])
        self._bound_before |= {node.name} if node.name and not self.scopes else set()
        self.visit_all(node.body)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and self.is_global(node.target.id):
            self.reads[self._kind].add(node.target.id)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self._called(node.func)
        self.generic_visit(node)

    def _called(self, function: ast.expr) -> None:
        if isinstance(function, ast.Name) and self.is_global(function.id):
            (self.inner_calls if self.in_function else self.calls).add(function.id)

    # --- functions and classes ---------------------------------------------------------------

    def visit_signature(self, node: Function) -> None:
        for decorator in node.decorator_list:
            self._called(decorator)
        with self._as("signature"):
            self.visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        with self.scope(type_parameters(node)):
            for parameter in parameters_of(node.args):
                self._annotation(parameter.annotation)
            self._annotation(node.returns)

    def visit_function_body(self, body: Iterable[ast.AST], scope: Scope) -> None:
        with self._as("soft"):
            super().visit_function_body(body, scope)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        # Often called at once, as a sort key is: its names have to be there by then.
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        names = {parameter.arg for parameter in parameters_of(node.args)}
        with self._as("deferred"), self.scope(Scope("function", names)):
            self.visit(node.body)

    def visit_class_head(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self._called(decorator)
        with self._as("signature"):
            self.visit_all(node.decorator_list)
        self.visit_all([*node.bases, *node.keywords])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotation(node.annotation)
        in_class = bool(self.scopes) and self.scopes[-1].kind == "class"
        with self._as("signature" if in_class else "hard"):
            self.visit_all([node.target, node.value])

    def visit_TypeAlias(self, node: ast.AST) -> None:
        with self._as("deferred"), self.scope(type_parameters(node)):
            self.visit(getattr(node, "value"))  # noqa: B009 - Python 3.12 has the class

    # --- annotations ---------------------------------------------------------------------------

    def _annotation(self, node: ast.expr | None) -> None:
        if node is None:
            return
        with self._as(self._annotations):
            self._type(node)

    def _type(self, node: ast.expr) -> None:
        match node:
            case ast.Constant(value=str(text)):
                self._forward_reference(text)
            case ast.Subscript(value=generic, slice=arguments):
                self.visit(generic)
                self._type_arguments(generic, arguments)
            case ast.BinOp(left=left, right=right):
                self._type(left)
                self._type(right)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for element in elements:
                    self._type(element)
            case _:
                self.visit(node)

    def _type_arguments(self, generic: ast.expr, arguments: ast.expr) -> None:
        name = generic.attr if isinstance(generic, ast.Attribute) else getattr(generic, "id", "")
        if name == "Literal":  # what is quoted there is a value, and no type
            self.visit(arguments)
            return
        if name == "Annotated" and isinstance(arguments, ast.Tuple):
            self._type(arguments.elts[0])
            self.visit_all(arguments.elts[1:])
            return
        self._type(arguments)

    def _forward_reference(self, text: str) -> None:
        try:
            parsed = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            return  # Not a type, whatever else it is: nothing to read in it.
        with self._as("deferred"):
            self._type(parsed)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Name) and node.value.id in {*_GENERIC, "Annotated"}:
            self._type(node)
        else:
            self.generic_visit(node)

    # --- awaits --------------------------------------------------------------------------------

    def _awaited(self, line: int) -> None:
        if not self.in_function and self.awaits is None:
            self.awaits = line

    def visit_Await(self, node: ast.Await) -> None:
        self._awaited(node.lineno)
        self.generic_visit(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self._awaited(node.lineno)
        self.generic_visit(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self._awaited(node.lineno)
        self.visit_For(node)

    def enter_comprehension(self, node: Comprehension) -> None:
        # A generator awaits only when something iterates it.
        if not isinstance(node, ast.GeneratorExp) and any(g.is_async for g in node.generators):
            self._awaited(node.lineno)
