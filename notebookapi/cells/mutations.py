"""Which objects a statement changes, as far as reading it tells.

Conservative: where a bare statement may change an object, it counts as changing it, because an
object left half-made is worse in a module than a line too many. What reading cannot find
(an alias, a change inside a library) the proof has to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from notebookapi.cells.scopes import Function, ScopedVisitor, bindings_of, root_name


@dataclass(frozen=True, slots=True)
class Mutations:
    """Names of the module whose objects are changed."""

    now: frozenset[str]
    """By the statement while it runs."""

    objects: frozenset[str]
    """By a decorator (`@handlers.add`), or by a call whose result is used (`x = items.pop()`).
    Only if it is an object: the name may be that of a library (`re.compile`)."""

    passes: frozenset[tuple[str, str]]
    """Bare calls `fill(items)` as (callee, argument): a change if the callee makes one."""

    inner: frozenset[str]
    """By functions that the statement defines, when they are called."""

    assigns_global: frozenset[str]
    """`global x` names that such functions assign."""

    of_parameters: bool
    """Such a function changes an argument that it is given."""

    aliases: frozenset[tuple[str, str]]
    """(name, object): the statement binds the name to the object, or to a part of it."""


READ_ONLY = frozenset(
    # containers, text
    "copy count index get items keys values join split strip lower upper format startswith "
    "endswith encode decode isdisjoint issubset issuperset union intersection difference "
    # pydantic, web
    "model_dump model_dump_json model_json_schema model_copy json openapi url_path_for "
    "head options "
    # data frames, arrays, models
    "tail describe info plot hist boxplot show sample nunique unique value_counts to_string "
    "to_dict to_list to_json to_csv tolist mean median std var sum min max any all round "
    "corr groupby isna isnull notna sort_values sort_index query filter nlargest nsmallest "
    "predict predict_proba score summary transform imshow "
    # logging
    "debug warning error exception critical log".split()
)
"""Methods whose bare call looks at an object; `items.get(1)` at a cell's end is a look."""

CHANGING = frozenset(
    "append appendleft extend extendleft insert pop popleft popitem remove clear update "
    "setdefault add discard sort reverse rotate put put_nowait push write writelines "
    "fit fit_transform partial_fit train compile load_state_dict load_weights eval to "
    "register connect execute executescript executemany commit seed "
    "difference_update intersection_update symmetric_difference_update "
    "add_api_route add_route add_middleware add_exception_handler include_router mount".split()
)
"""Methods that change an object even where their result is used."""

_VIEWS = frozenset("cursor connection begin session get setdefault getroot".split())
"""Methods whose result is a part of the object, or works on it."""

_CHANGING_FUNCTIONS = frozenset({"setattr", "delattr", "next"})


def find_mutations(statement: ast.stmt) -> Mutations:
    visitor = _Visitor()
    visitor.visit(statement)
    return Mutations(
        now=frozenset(visitor.now),
        objects=frozenset(visitor.objects),
        passes=frozenset(visitor.passes),
        inner=frozenset(visitor.inner),
        assigns_global=frozenset(visitor.assigns_global),
        of_parameters=visitor.of_parameters,
        aliases=frozenset(visitor.aliases),
    )


class _Visitor(ScopedVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.now: set[str] = set()
        self.objects: set[str] = set()
        self.passes: set[tuple[str, str]] = set()
        self.inner: set[str] = set()
        self.assigns_global: set[str] = set()
        self.of_parameters = False
        self.aliases: set[tuple[str, str]] = set()

    def _change(self, target: ast.expr) -> None:
        name = root_name(target)
        if name is None:
            return
        if self.is_global(name):
            (self.inner if self.in_function else self.now).add(name)
        elif any(name in scope.parameters for scope in self.scopes):
            self.of_parameters = True

    # --- assignments ---------------------------------------------------------------------------

    def _stored(self, node: ast.Attribute | ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._change(node)
        self.generic_visit(node)

    visit_Attribute = visit_Subscript = _stored

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        # A plain name in a function is local, or declared global and an assignment.
        if isinstance(node.target, ast.Name) and not self.in_function:
            self._change(node.target)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        declared = any(node.id in scope.declared_global for scope in self.scopes)
        if declared and isinstance(node.ctx, ast.Store):
            self.assigns_global.add(node.id)

    # --- other names for an object ---------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        is_view = not any(isinstance(part, ast.Call) for part in ast.walk(node.value))
        match node.value:
            case ast.Call(func=ast.Attribute(attr=method)):
                is_view = method in _VIEWS
        if is_view and (name := root_name(node.value)):
            self._alias(node.targets, [name])
        self.generic_visit(node)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._alias([node.target], _objects_in(node.iter))
        self.generic_visit(node)

    visit_AsyncFor = visit_For

    def visit_withitem(self, node: ast.withitem) -> None:
        if node.optional_vars is not None:
            self._alias([node.optional_vars], _objects_in(node.context_expr))
        self.generic_visit(node)

    def _alias(self, targets: Iterable[ast.expr], names: Iterable[str]) -> None:
        if not self.scopes:
            bound = bindings_of(targets).bound
            self.aliases.update((alias, name) for alias in bound for name in names)

    # --- calls -----------------------------------------------------------------------------------

    def visit_Assert(self, node: ast.Assert) -> None:
        pass  # A check, left out of modules unless it stands in something kept.

    def visit_Expr(self, node: ast.Expr) -> None:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.ListComp) and isinstance(value.elt, ast.Call):
            self._bare_call(value.elt)  # A loop in disguise.
        if isinstance(value, ast.Call):
            self._bare_call(value)
        self.generic_visit(node)

    def _bare_call(self, call: ast.Call) -> None:
        if isinstance(call.func, ast.Attribute) and call.func.attr not in READ_ONLY:
            self._change(call.func)
        if isinstance(call.func, ast.Name) and call.func.id in _CHANGING_FUNCTIONS:
            if call.args:
                self._change(call.args[0])
            return
        callee = root_name(call.func)
        if callee is not None and self.is_global(callee) and not self.in_function:
            self._pass(callee, [*call.args, *(keyword.value for keyword in call.keywords)])

    def _pass(self, callee: str, arguments: Iterable[ast.expr]) -> None:
        # `f(g(x))` passes what g returns, not x.
        passed = (a for a in arguments if isinstance(a, ast.Name | ast.Attribute | ast.Subscript))
        names = (root_name(argument) for argument in passed)
        self.passes.update((callee, name) for name in names if name and self.is_global(name))

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            name = root_name(node.func)
            if name and self.is_global(name) and not self.in_function:
                self.objects.add(name)
            else:
                self._change(node.func)
        self.generic_visit(node)

    # --- definitions -----------------------------------------------------------------------------

    def visit_signature(self, node: Function) -> None:
        self._decorated(node.decorator_list)
        super().visit_signature(node)

    def visit_class_head(self, node: ast.ClassDef) -> None:
        self._decorated(node.decorator_list)
        super().visit_class_head(node)

    def _decorated(self, decorators: Iterable[ast.expr]) -> None:
        if self.in_function:
            return
        for decorator in decorators:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            name = root_name(target)
            if isinstance(target, ast.Attribute) and name and self.is_global(name):
                self.objects.add(name)


def _objects_in(expression: ast.expr) -> list[str]:
    """Objects whose parts an iteration or a context gives: `zip(a, b.items())`, `engine.begin()`.

    Not those of `open(path)`: a file is no part of its path.
    """
    found = [name] if (name := root_name(expression)) else []
    if isinstance(expression, ast.Call):
        if name == "open" or getattr(expression.func, "attr", "") == "open":
            return []
        for argument in expression.args:
            found += _objects_in(argument)
    return found
