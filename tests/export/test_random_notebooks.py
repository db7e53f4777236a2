"""Random notebooks made of known cells: exported, imported and exported again, all is the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from notebookapi.export.cells_of import cells_of
from tests.notebook.conftest import Notebook

from .test_notebooks import copied


@dataclass(frozen=True)
class Cell:
    """needs: names of cells that run before it. ask: what an example asks for. again: another
    text, for when the cell runs a second time."""

    source: str
    needs: tuple[str, ...] = ()
    ask: str = ""
    again: str = ""


CELLS = {
    "imports": Cell(
        "import enum, functools, math\nfrom typing import Annotated\n"
        "from pydantic import BaseModel\n"
        "from notebookapi import APIRouter, Depends, HTTPException, NotebookAPI, Query, Request\n"
        "from notebookapi.responses import JSONResponse"
    ),
    "app": Cell("app = NotebookAPI(title='Random')", ("imports",)),
    "Item": Cell(
        "class Item(BaseModel):\n    name: str\n    price: float = 1.0",
        ("imports",),
        again="class Item(BaseModel):\n    name: str\n    price: float = 2.0\n    size: int = 3",
    ),
    "Order": Cell("class Order(BaseModel):\n    items: 'list[Item]' = []", ("Item",)),
    "Kind": Cell("class Kind(enum.Enum):\n    A = 'a'\n    B = 'b'", ("imports",)),
    "RATE": Cell("# The rate.\nRATE = 0.19", again="RATE = 0.07  # of books"),
    "tax": Cell("def tax(price):\n    return price * (1 + RATE)", ("RATE",)),
    "ITEMS": Cell("ITEMS = {}"),
    "seed": Cell("ITEMS[1] = Item(name='tea')\nITEMS.update({2: Item(name='milk')})",
                 ("ITEMS", "Item")),
    "total": Cell("TOTAL = sum(item.price for item in ITEMS.values())", ("seed",)),
    "twice": Cell(
        "def twice(f):\n    @functools.wraps(f)\n    def g(*a, **o):\n"
        "        return f(*a, **o) * 2\n    return g",
        ("imports",),
    ),
    "user": Cell("def user(name: str = 'me') -> str:\n    return name.upper()"),
    "load": Cell("async def load(n):\n    return [n] * 3"),
    "data": Cell("data = await load(2)\nsize = len(data)", ("load", "app")),
    "router": Cell("router = APIRouter(prefix='/r', tags=['r'])", ("imports",)),
    "in_router": Cell("@router.get('/x')\ndef in_router() -> int:\n    return 7", ("router",)),
    "included": Cell("app.include_router(router, prefix='/v1')", ("app", "in_router"), "/v1/r/x"),
    "wrong": Cell(
        "@app.exception_handler(KeyError)\ndef wrong(request: Request, error: KeyError):\n"
        "    return JSONResponse({'missing': str(error)}, 404)",
        ("app",),
    ),
    "GET item": Cell(
        "@app.get('/items/{n}')\ndef item(n: int) -> Item:\n    return ITEMS[n]",
        ("app", "seed", "wrong"), "/items/1",
    ),
    "GET missing": Cell(
        "@app.get('/missing/{n}')\ndef missing(n: int) -> Item:\n    return ITEMS[n]",
        ("app", "ITEMS", "Item", "wrong"), "/missing/9",
    ),
    "GET price": Cell(
        "@app.get('/price')\ndef price(p: float = 10, k: Kind = Kind.A) -> str:\n"
        "    return f'{k.value} {tax(p):.2f}'",
        ("app", "tax", "Kind"), "/price",
    ),
    "GET total": Cell(
        "@app.get('/total')\n@twice\ndef get_total() -> float:\n    return TOTAL",
        ("app", "total", "twice"), "/total",
    ),
    "GET me": Cell(
        "@app.get('/me')\ndef me(user: Annotated[str, Depends(user)]) -> str:\n    return user",
        ("app", "user", "imports"), "/me",
    ),
    "GET data": Cell(
        "%%time\n@app.get('/data')\nasync def get_data() -> list[int]:\n    return [*data, size]",
        ("app", "data"), "/data",
    ),
    "POST order": Cell(
        "@app.post('/orders')\ndef order(order: Order, most: int = Query(3, le=9)) -> Order:\n"
        "    return order",
        ("app", "Order"),
    ),
}  # fmt: skip
ROUTES = [name for name in CELLS if name == "included" or name.startswith(("GET", "POST"))]
SCRATCH = (
    "%pwd",
    "math_of_mine = 3\nprint(math_of_mine)",
    "!echo hello",
    "for _ in range(2): pass",
    "%%capture\nprint('x')",
    "1 + 1",
    "api.url",
    "# nothing but a comment",
)


def needed(names: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}

    def add(name: str) -> None:
        for need in CELLS[name].needs:
            add(need)
        found.setdefault(name)

    for name in names:
        add(name)
    return list(found)


@st.composite
def notebooks(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Cells as (id, source), in an order that runs; some run again, changed or not."""
    routes = draw(st.lists(st.sampled_from(ROUTES), min_size=1, max_size=5, unique=True))
    waiting, run = needed(routes), []
    while waiting:
        ready = [name for name in waiting if not set(CELLS[name].needs) & set(waiting)]
        run.append(draw(st.sampled_from(ready)))
        waiting.remove(run[-1])
    made = [(name, CELLS[name].source) for name in run]
    for changed in draw(st.lists(st.sampled_from(run), max_size=2, unique=True)):
        # With what stands on it: instances of a class that is gone live on in the kernel only.
        above = [name for name in run if name == changed or changed in needed([name])]
        made += [(name, CELLS[name].again or CELLS[name].source) for name in above]
    for number, scratch in enumerate(draw(st.lists(st.sampled_from(SCRATCH), max_size=3))):
        made.insert(draw(st.integers(0, len(made))), (f"scratch {number}", scratch))
    return made


def exported(cells: Sequence[tuple[str, str]], asked: Sequence[str], name: str) -> str:
    """The module that they make, proved with its answers; cells that fail are told."""
    notebook = Notebook()
    notebook.load()
    try:
        for key, source in cells:
            assert notebook.run(source, key).error is None, source
        for path in asked:
            notebook.run(f"api.examples.add('GET', {path!r}, name={path!r})", "examples")
        notebook.run(f"%api export {name}.py", "export")
        assert notebook.shown[0].headline == f"Proved: {name}.py", notebook.shown[0]
        return Path(f"{name}.py").read_text(encoding="utf-8")
    finally:
        notebook.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
@settings(max_examples=10, deadline=None, derandomize=True, phases=[Phase.generate])
@given(notebooks())
def test_there_and_back(cells: list[tuple[str, str]]) -> None:
    asked = [CELLS[key].ask for key in dict(cells) if key in CELLS and CELLS[key].ask]
    with tempfile.TemporaryDirectory() as place, copied(Path(place)):
        first = exported(cells, asked, "first")
        again = list(numbered(cells_of(Path("first.py")).cells))
        assert exported(again, asked, "again") == first


def numbered(cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, source in enumerate(cells):
        yield f"cell {number}", source
