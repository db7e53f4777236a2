"""Imports point down only, edges to other libraries stay in their place, files stay small.

The tables are the rule: a new module fails here until it is given its place in LAYERS, a new
library until it is given its place in LIBRARIES.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "notebookapi"
MOST_LINES = 400  # A file has fewer.


@dataclass(frozen=True, slots=True)
class Layer:
    units: frozenset[str]
    """Modules and packages below `notebookapi`; the longest name that fits a module counts."""
    are_peers: bool = False
    """Whether they may import each other."""


def layer(units: str, *, are_peers: bool = False) -> Layer:
    return Layer(frozenset(units.split()), are_peers)


# From the bottom up. A unit imports from the layers below its own.
LAYERS = (
    layer("_records"),
    layer("_accepting _differing _installed _itself cells _table"),
    layer(
        "_checks _limits _options background concurrency datastructures encoders exceptions logger"
        " middleware openapi openapi.constants openapi.models param_functions params requests"
        " responses security sse staticfiles status telemetry templating types websockets",
        are_peers=True,
    ),
    layer("_plan"),
    layer("_respond dependencies"),
    layer("_openapi"),
    layer("_publishing"),
    layer("_contexts _folder _paths editing exception_handlers openapi.assets openapi.docs utils"),
    layer("_live _overrides _settings"),
    layer("_conflicts _frame _verbs _wrapping"),
    layer("_route"),
    layer("_websocket _lifespan"),
    layer("_frontend"),
    layer("_registering"),
    layer("routing"),
    layer("_docs_pages _lines _stack controllers openapi.utils"),
    layer("_tree"),
    layer("_composing _described _traced"),
    layer("applications"),
    layer("__init__"),
    layer("compat examples testclient"),
    layer("export serving"),
    layer("notebook"),
    layer("cli"),
    layer("__main__"),
)

# These import no other unit at all: they can be understood, and tested, by themselves.
ALONE = frozenset({"_table", "cells"})
GROUND = "_records"  # What all stand on: the standard library's records, made faster.

# Upwards, inside a function only: the package hands the kernel over to the notebook side.
UP_WHEN_CALLED = frozenset({("__init__", "notebook")})

# Downwards, but inside a function only: who does not export, does not load it.
DOWN_WHEN_CALLED = frozenset({("notebook", "export"), ("cli", "notebook"), ("cli", "export")})

CORE = ("",)  # Every module begins with this.

# Which modules may import a library from outside the standard library.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "annotated_doc": CORE,
    "annotated_types": CORE,
    "anyio": CORE,
    "pydantic": CORE,
    "pydantic_core": CORE,
    "python_multipart": CORE,
    "starlette": CORE,
    "typing_extensions": CORE,
    "anywidget": ("notebook.views.widgets",),
    "ipykernel": ("notebook",),
    "IPython": ("notebook.extension", "notebook.kernel", "cli.shell"),
    "ipywidgets": ("notebook.views.widgets",),
    "traitlets": ("notebook", "cli.shell"),
    "httptools": ("notebook.measuring",),
    "hypothesis": ("notebook.fuzzing",),
    "httpx": ("testclient", "notebook.sending", "notebook.views.widgets"),
    "httpx2": ("testclient", "notebook.sending", "notebook.views.widgets"),
    "jinja2": ("templating", "export"),
    "joblib": ("export.freeze",),
    "jwt": ("security.tokens",),
    "jupyter_core": ("notebook.headless",),
    "nbclient": ("notebook.headless",),
    "nbformat": ("export", "notebook.headless", "cli"),
    "nest_asyncio2": ("notebook",),
    "opentelemetry": ("telemetry",),
    "pwdlib": ("security.passwords",),
    "pygments": ("notebook.views",),
    "pydantic_settings": ("export",),
    "pyodide": ("notebook.sending",),
    "rich": ("notebook.views", "cli"),
    "requests": ("notebook.fuzzing",),
    "schemathesis": ("notebook.fuzzing",),
    "typer": ("cli",),
    "uvicorn": ("serving",),
    "watchfiles": ("cli",),
    "uvloop": ("serving",),
    "websockets": ("notebook.sending", "notebook.views.widgets"),
}
# Libraries of the core that these do without nevertheless.
STANDARD_LIBRARY_ONLY = frozenset({"cells"})

NEWER_STANDARD_LIBRARY = ("annotationlib",)
"""Modules of a Python that is newer than the oldest we run on: imported behind a version check."""

ABSENT_FROM_THE_CORE = ("IPython", "ipywidgets", "anywidget", "uvicorn", "httpx2", "ruff")


class When(Enum):
    AT_ONCE = "when the module is loaded"
    CALLED = "when a function is called"
    NEVER = "read by type checkers only"


@dataclass(frozen=True, slots=True)
class Import:
    importer: str
    """Dotted name without the package's own: `_plan.compile`, `__init__`."""
    target: str
    """Full dotted name, the imported name included: `notebookapi.params.Query`, `uvicorn`."""
    line: int
    when: When

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}: import of {self.target}"


def imports_of(source: str, module: str, *, is_package: bool = False) -> list[Import]:
    """Return every import statement of a module, relative ones resolved."""
    full = f"{PACKAGE}.{module}".removesuffix(".__init__")
    found: list[Import] = []

    def walk(node: ast.AST, when: When) -> None:
        line = getattr(node, "lineno", 0)
        targets = _targets(node, full, is_package)
        found.extend(Import(module, target, line, when) for target in targets)
        for child in ast.iter_child_nodes(node):
            walk(child, _when(node, child) or when)

    walk(ast.parse(source), When.AT_ONCE)
    return found


def _when(node: ast.AST, child: ast.AST) -> When | None:
    """Say when a child of `node` runs, if at another time than `node` itself."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return When.CALLED
    if isinstance(node, ast.If) and child in node.body and "TYPE_CHECKING" in ast.dump(node.test):
        return When.NEVER
    return None


def _targets(node: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = module.split(".")
            kept = len(parents) - node.level + is_package
            base = ".".join([*parents[:kept], *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)


def unit_of(module: str) -> str | None:
    """Return the unit of LAYERS to which a module belongs; None if it has no place."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    known = {unit for layer in LAYERS for unit in layer.units}
    return next((name for name in names if name in known), None)


def violation(statement: Import) -> str | None:
    """Say what is wrong with an import; None if nothing is."""
    importer = unit_of(statement.importer)
    if importer is None:
        return f"{PACKAGE}.{statement.importer} has no place yet: give it one in LAYERS"
    top, _, rest = statement.target.partition(".")
    if top != PACKAGE:
        return _library_violation(statement, importer, top)
    # A name that is no module comes from the package itself: `from notebookapi import Query`.
    target = unit_of(rest) if rest else None
    return _direction_violation(statement, importer, target or "__init__")


def _library_violation(statement: Import, importer: str, library: str) -> str | None:
    if library in sys.stdlib_module_names or library in NEWER_STANDARD_LIBRARY:
        return None
    if importer in STANDARD_LIBRARY_ONLY:
        return f"{statement}: {importer} uses the standard library only"
    if library not in LIBRARIES:
        return f"{statement}: this library has no place yet: give it one in LIBRARIES"
    allowed = LIBRARIES[library]
    if statement.when is When.NEVER or any(
        f"{statement.importer}.".startswith(f"{a}." if a else "") for a in allowed
    ):
        return None
    return f"{statement}: only {', '.join(allowed)} may import {library}"


def _direction_violation(statement: Import, importer: str, target: str) -> str | None:
    if importer == target:
        return None
    if importer in ALONE and target != GROUND:
        return f"{statement}: {importer} knows no other part of the package"
    pair = (importer, target)
    if pair in UP_WHEN_CALLED or pair in DOWN_WHEN_CALLED:
        if statement.when is When.AT_ONCE:
            return f"{statement}: inside a function only"
        return None
    here, there = _level(importer), _level(target)
    if there < here or (there == here and LAYERS[here].are_peers):
        return None
    return f"{statement}: {importer} lies {'beside' if there == here else 'below'} {target}"


def _level(unit: str) -> int:
    return next(level for level, layer in enumerate(LAYERS) if unit in layer.units)


def _modules() -> list[Path]:
    return sorted((ROOT / PACKAGE).rglob("*.py"))


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@pytest.mark.parametrize("path", _modules(), ids=_name)
def test_module_keeps_its_place(path: Path) -> None:
    name = _name(path)
    assert unit_of(name), f"{PACKAGE}.{name} has no place yet: give it one in LAYERS"
    statements = imports_of(path.read_text(), name, is_package=path.name == "__init__.py")
    assert [wrong for statement in statements if (wrong := violation(statement))] == []


@pytest.mark.parametrize("path", _modules(), ids=_name)
def test_file_is_small(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines < MOST_LINES, f"{path.relative_to(ROOT)} has {lines} lines: it is two things"


def test_core_loads_nothing_of_the_extras() -> None:
    code = (
        f"import sys, {PACKAGE}\n"
        f"print([name for name in {ABSENT_FROM_THE_CORE!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=50
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


# The checker itself: (module, source, part of the complaint; None where all is well)
CASES = [
    ("routing", "from notebookapi._verbs import Verbs", None),
    ("routing", "from ._table.tree import Tree", None),
    ("_verbs", "from notebookapi.routing import APIRouter", "_verbs lies below routing"),
    ("_verbs", "from notebookapi import routing", "_verbs lies below routing"),
    ("_verbs", "def f():\n    from .routing import APIRouter", "_verbs lies below routing"),
    ("_respond.json", "from .._openapi import document", "_respond lies below _openapi"),
    ("serving.background", "from ..export import write", "serving lies beside export"),
    ("_plan.compile", "from .steps import Step\nfrom ..params import Query", None),
    ("params", "from .exceptions import FastAPIError", None),
    ("_table.tree", "from notebookapi.exceptions import FastAPIError", "knows no other part"),
    ("cells.names", "import ast, symtable\nfrom .cell import Cell", None),
    ("cells.names", "import starlette", "standard library only"),
    ("export.read", "from notebookapi import NotebookAPI", None),
    ("export.read", "from notebookapi.notebook.session import Session", "export lies below"),
    ("notebook.magics", "from notebookapi.export import write", "inside a function only"),
    ("notebook.magics", "def f():\n    from notebookapi.export import write", None),
    ("__init__", "def load_ipython_extension(ip):\n    from .notebook import extension", None),
    ("__init__", "from .notebook import extension", "inside a function only"),
    ("notebook.extension", "import IPython.core.magic", None),
    ("notebook.session", "from IPython import get_ipython", "only notebook.extension"),
    ("notebook.session", "import uvicorn", "only serving may import uvicorn"),
    ("serving.background", "import uvicorn.config", None),
    ("__init__", "if TYPE_CHECKING:\n    import IPython", None),
    ("__init__", "if TYPE_CHECKING:\n    pass\nelse:\n    import IPython", "only notebook.ext"),
    ("_verbs", "if TYPE_CHECKING:\n    from .routing import APIRouter", "_verbs lies below"),
    ("applications", "import numpy", "this library has no place yet"),
    ("applications", "import json\nfrom starlette.routing import Match", None),
    ("openapi.models", "from .docs import get_redoc_html", "openapi.models lies below"),
    ("surprise", "import json", "notebookapi.surprise has no place yet"),
]


@pytest.mark.parametrize(("module", "source", "complaint"), CASES, ids=str)
def test_checker_tells_right_from_wrong(module: str, source: str, complaint: str | None) -> None:
    complaints = [
        violation(statement)
        for statement in imports_of(source, module, is_package=module == "__init__")
    ]
    if complaint is None:
        assert set(complaints) == {None}
    else:
        assert any(complaint in (found or "") for found in complaints), complaints


def test_checker_resolves_relative_imports_of_a_package() -> None:
    source = "from .tree import insert\nfrom ..params import Query"
    targets = [found.target for found in imports_of(source, "_table", is_package=True)]
    assert targets == ["notebookapi._table.tree.insert", "notebookapi.params.Query"]


@pytest.mark.parametrize("module", ["surprise", "surprise.inner"])
def test_unknown_module_has_no_place(module: str) -> None:
    assert unit_of(module) is None
