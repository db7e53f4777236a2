"""Cells -> the text of a module: whole texts for the shape, pieces for the rules."""

from collections.abc import Sequence
from typing import Any

import pytest

from notebookapi.export import write_module
from tests.export.notebook import Notebook, execute

HEAD = "from web import API\napp = API()"
MAIN = """

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
"""


def written(*cells: str, **options: Any) -> str:
    """The module's text, without the block at its end."""
    notebook = Notebook()
    for cell in cells:
        notebook.run(cell)
    text = write_module(notebook.request(**options)).text
    assert text.endswith(MAIN)
    return text.removesuffix(MAIN)


def test_whole_module() -> None:
    text = written(
        '"""Items, as a service."""\nimport json, math\nfrom web import API',
        "# The one application.\napp = API(title='Items')  # mine\nscratch = 1",
        "LIMIT = 10; B = 20\nclass Item:\n    '''A thing.'''\n    name = 'a'\n    # more to come",
        "ITEMS = {}\nITEMS[1] = Item()\nITEMS",
        "print(ITEMS)\n%matplotlib inline\nassert ITEMS",
        "def floor(v):\n    return math.floor(v) + LIMIT\n\n"
        "# Reads one.\n@app.get('/items/{id}')\ndef read(id: int):\n    return ITEMS[floor(id)]",
    )
    assert (
        text
        == '''\
"""Items, as a service."""

import math

from web import API

# The one application.
app = API(title="Items")  # mine

LIMIT = 10


class Item:
    """A thing."""

    name = "a"
    # more to come


ITEMS = {}
ITEMS[1] = Item()


def floor(v):
    return math.floor(v) + LIMIT


# Reads one.
@app.get("/items/{id}")
def read(id: int):
    return ITEMS[floor(id)]
'''
    )


ROUTE = "@app.get('/a')\ndef a(): return ITEMS"

# cells, texts that the module has, texts that it has not
RULES: dict[str, tuple[Sequence[str], Sequence[str], Sequence[str]]] = {
    "mutations of kept objects": (
        [
            "ITEMS = []",
            "ITEMS.append(1)",
            "ITEMS += [2]",
            "for i in 3, 4:\n    ITEMS.append(i)",
            ROUTE,
        ],
        ["ITEMS.append(1)", "ITEMS += [2]", "for i in 3, 4:"],
        [],
    ),
    "mutations of other objects": (
        ["ITEMS = []\nother = []", "other.append(ITEMS)", ROUTE],
        [],
        ["other"],
    ),
    "a call that changes a global": (
        ["ITEMS = []\ndef fill():\n    ITEMS.append(1)", "fill()", ROUTE],
        ["\nfill()"],
        [],
    ),
    "a call that assigns a global": (
        ["def connect():\n    global ITEMS\n    ITEMS = [1]", "connect()", ROUTE],
        ["\nconnect()"],
        [],
    ),
    "a call that changes its argument": (
        [
            "ITEMS = []\ndef fill(what): what.append(1)\ndef show(what): print(what)",
            "fill(ITEMS)\nshow(ITEMS)",
            ROUTE,
        ],
        ["fill(ITEMS)"],
        ["show"],
    ),
    "a decorator of the person's own that collects": (
        [
            "ITEMS = []\ndef collect(f):\n    ITEMS.append(f)\n    return f",
            "@collect\ndef one(): ...",
            ROUTE,
        ],
        ["@collect\ndef one()"],
        [],
    ),
    "settings of a library, if it is used": (
        ["import random, re", "random.seed(0)", "re.purge()", "ITEMS = [random.random()]", ROUTE],
        ["random.seed(0)"],
        ["import re", "purge"],
    ),
    "a result that is not needed": (
        ["ITEMS = [1]", "first = ITEMS[0]\ncount = len(ITEMS)", ROUTE],
        [],
        ["first", "count"],
    ),
    "timing magics are unwrapped": (
        ["%time ITEMS = [1]", "%%time\n%env A=1\nITEMS.append(2)\n", "%timeit sum(ITEMS)", ROUTE],
        ["ITEMS = [1]", "ITEMS.append(2)"],
        ["time", "get_ipython", "environ"],
    ),
    "environment variables that are mentioned": (
        [
            "import os\nITEMS = os.environ.get('MODE')",
            "%env MODE=fast\n%env OTHER=1\n%env MODE_KEY=xyz",
            ROUTE,
        ],
        ['os.environ["MODE"] = "fast"'],
        ["OTHER", "xyz"],
    ),
    "string annotations": (
        ["class Item: ...", "@app.get('/a')\ndef a(x: 'list[Item]' = None): ..."],
        ["class Item"],
        [],
    ),
    "imports under a condition": (
        [
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from decimal import Decimal",
            "ITEMS = []",
            "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None",
            "@app.get('/a')\ndef a(x: 'Decimal' = None): return tomllib",
        ],
        ["if TYPE_CHECKING:\n    from decimal import Decimal\n", "try:\n    import tomllib\n"],
        ["ITEMS"],
    ),
    "an import of three is needed for one": (
        [
            "from math import (\n    ceil,\n    floor,\n)",
            "@app.get('/a')\ndef a(): return floor(1)",
        ],
        ["from math import floor\n"],
        ["ceil"],
    ),
    "dotted imports add up": (
        [
            "import os.path",
            "import xml.dom\nimport xml.sax",
            "@app.get('/a')\ndef a(): return xml.sax",
        ],
        ["import xml.sax"],
        ["os.path"],
    ),
    "future annotations": (
        [
            "from __future__ import annotations",
            "class Item: ...",
            "@app.get('/a')\ndef a(x: Item): ...",
        ],
        ["from __future__ import annotations\n\nfrom web", "class Item"],
        [],
    ),
    "the main block of a script": (
        ["ITEMS = []", "if __name__ == '__main__':\n    ITEMS.append(3)", ROUTE],
        [],
        ["append"],
    ),
    "a semicolon's comment": (
        ["a = 1; ITEMS = 'ü'; b = 2  # two", ROUTE],
        ['\nITEMS = "ü"\n'],
        ["two"],
    ),
    "dunder names and builtins": (
        ["ITEMS = __name__\nlist = [1]", "@app.get('/a')\ndef a(): return list, ITEMS, len"],
        ["list = [1]"],
        [],
    ),
    "what the application is made of": (
        [
            "async def life(app):\n    yield TABLE\nTABLE = {}",
            "app = API(lifespan=life)",
            ROUTE,
            "ITEMS = 1",
        ],
        ["TABLE = {}", "app = API(lifespan=life)"],
        ["app = API()"],
    ),
    "state of the application": (
        ["ITEMS = 1\napp.state.model = 3\napp.title = 'New'", ROUTE],
        ["app.state.model = 3", 'app.title = "New"'],
        [],
    ),
    "routers": (
        [
            "from web import Router\nrouter = Router()\nunused = Router()",
            "@router.get('/r')\ndef r(): ...",
            "app.include_router(router, prefix='/x')",
        ],
        ['@router.get("/r")', 'app.include_router(router, prefix="/x")'],
        ["unused"],
    ),
}


@pytest.mark.parametrize(("cells", "has", "lacks"), RULES.values(), ids=RULES)
def test_what_is_kept(cells: Sequence[str], has: Sequence[str], lacks: Sequence[str]) -> None:
    text = written(HEAD, *cells)
    assert [part for part in has if part not in text] == []
    assert [part for part in lacks if part in text] == []
    assert execute(text)["app"].served


def test_a_replaced_registration_goes_and_its_function_stays_if_needed() -> None:
    text = written(
        HEAD,
        "@app.get('/a')\ndef first(): return 1\n@app.get('/b')\ndef gone(): ...",
        "@app.get('/a')\ndef second(): return first()\n@app.get('/b')\ndef new(): ...",
    )
    assert "def first" in text and "gone" not in text
    served = [(path, endpoint.__name__) for _, path, endpoint in execute(text)["app"].served]
    assert served == [("/a", "second"), ("/b", "new")]


def test_one_of_two_registrations_of_a_function_is_replaced() -> None:
    text = written(
        HEAD, "@app.get('/a')\n@app.get('/b')\ndef f(): ...", "@app.get('/a')\ndef g(): ..."
    )
    served = [(path, endpoint.__name__) for _, path, endpoint in execute(text)["app"].served]
    assert served == [("/b", "f"), ("/a", "g")]


def test_signatures_get_the_newest_definition_and_bodies_too() -> None:
    text = written(
        HEAD,
        "class Item: version = 1\ndef helper(): return 1",
        "@app.get('/a')\ndef a(item=Item): return helper(), item.version",
        "class Item: version = 2\ndef helper(): return 2",
    )
    assert execute(text)["a"]() == (2, 2)
    assert "version = 1" not in text


def test_values_are_those_of_their_time() -> None:
    text = written(HEAD, "x = 1", "y = x + 1", "x = 10", "@app.get('/a')\ndef a(): return x, y")
    assert execute(text)["a"]() == (10, 2)


def test_a_name_of_its_own_in_each_of_two_cells() -> None:
    text = written(
        HEAD + "\nfrom web import Router",
        "r = Router()\n@r.get('/one')\ndef one(): ...\napp.include_router(r, prefix='/1')",
        "r = Router()\n@r.get('/two')\ndef two(): ...\napp.include_router(r, prefix='/2')",
    )
    routers = [router for _, _, router in execute(text)["app"].served]
    assert [[path for _, path, _ in router.served] for router in routers] == [["/one"], ["/two"]]


def test_inclusions_follow_the_name_of_a_router() -> None:
    text = written(
        HEAD + "\nfrom web import Router",
        "r = Router()",
        "@r.get('/x')\ndef x(): ...",
        "app.include_router(r, prefix='/p')",
        "r = Router(title='New')",
    )
    [(_, _, router)] = execute(text)["app"].served
    assert (router.title, len(router.served)) == ("New", 1)
    assert text.count("r = Router(") == 1


def test_a_definition_from_a_later_cell_is_pulled_up() -> None:
    notebook = Notebook()
    notebook.run(HEAD, "a")
    notebook.run("@app.get('/a')\ndef a(): ...", "b")
    notebook.run("class Item: ...\ndef get(item=Item): ...", "c")
    notebook.run("@app.get('/a')\ndef a(item=Item, got=get): ...\nx = 1", "b")
    text = write_module(notebook.request()).text
    assert text.index("class Item") < text.index("def get") < text.index("def a(")
    assert execute(text)["app"].served


def test_routes_stay_in_the_order_of_their_cells() -> None:
    notebook = Notebook()
    notebook.run(HEAD + "\nlast = None", "a")
    notebook.run("@app.get('/b')\ndef b(): return last", "b")
    notebook.run("@app.get('/c')\ndef c(): ...", "c")
    notebook.run(HEAD + "\nlast = c", "a")
    text = write_module(notebook.request()).text
    # `last = c` stands first and pulls c up, which must not be matched before b for that.
    assert [path for _, path, _ in execute(text)["app"].served] == ["/b", "/c"]


def test_a_rerun_cell_counts_once() -> None:
    notebook = Notebook()
    notebook.run(HEAD, "a")
    notebook.run("LIMIT = 1", "b")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "c")
    notebook.run("LIMIT = 2", "b")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT + 1", "c")
    text = write_module(notebook.request()).text
    assert text.count("LIMIT = ") == 1
    assert execute(text)["a"]() == 3


def test_a_failed_run_gives_nothing() -> None:
    notebook = Notebook()
    notebook.run(HEAD, "a")
    notebook.run("LIMIT = 1", "b")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "c")
    failed = notebook.run("LIMIT = 2\n1 / 0\n@app.get('/z')\ndef z(): ...", "b")
    assert failed.failed_line == 2
    module = write_module(notebook.request())
    assert execute(module.text)["a"]() == 1
    assert "LIMIT: cell 4 failed at line 2 after binding it again" in module.notes[0]


def test_after_an_undo_the_older_source_is_exported() -> None:
    notebook = Notebook()
    notebook.run(HEAD, "a")
    notebook.run("@app.get('/a')\ndef a(): return 1", "b")
    older = notebook.registered
    notebook.run("@app.get('/a')\ndef a(): return 2", "b")
    newer = [r for r in notebook.registered if r.live]
    undone = [*older, *(type(r)(r.run, r.line, r.label, r.endpoint, live=False) for r in newer)]
    notebook.registered = undone
    text = write_module(notebook.request()).text
    assert execute(text)["a"]() == 1


def test_an_application_that_the_session_made() -> None:
    notebook = Notebook(namespace={"__name__": "__main__", **execute(HEAD)})
    notebook.run("@app.get('/a')\ndef a(): ...", "a")
    text = write_module(notebook.request(implicit=True)).text
    assert text.startswith("from notebookapi import NotebookAPI\n\napp = NotebookAPI()\n")


def test_the_application_may_have_another_name() -> None:
    text = write_module(_named("service").request(application="service")).text
    assert "    uvicorn.run(service, " in text


def _named(name: str) -> Notebook:
    notebook = Notebook()
    notebook.run(f"from web import API\n{name} = API()\n@{name}.get('/a')\ndef a(): ...")
    return notebook


def test_lines_lead_back_to_cells() -> None:
    notebook = Notebook()
    notebook.run("import math\n" + HEAD)
    notebook.run(
        "# about\n\n%time LIMIT = 1\n@app.get('/a')\ndef a():\n    return (\n        math.pi+LIMIT)"
    )
    module = write_module(notebook.request())
    lines = module.text.splitlines()
    origins = {
        text: str(module.origin(lines.index(text) + 1))
        for text in (
            "import math",
            "app = API()",
            "LIMIT = 1",
            '@app.get("/a")',
            "def a():",
            "    return math.pi + LIMIT",
        )
    }
    assert origins == {
        "import math": "cell 1, line 1",
        "app = API()": "cell 1, line 3",
        "LIMIT = 1": "cell 2, line 3",
        '@app.get("/a")': "cell 2, line 4",
        "def a():": "cell 2, line 5",
        "    return math.pi + LIMIT": "cell 2, line 6",
    }


def test_the_same_bytes_twice() -> None:
    cells = [
        HEAD,
        "import os, sys\nfrom math import *\nX = {1, 2}",
        "@app.get('/a')\ndef a(): return X, sys, os, pi",
    ]
    assert written(*cells) == written(*cells)
