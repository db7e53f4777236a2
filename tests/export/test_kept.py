"""Which statements a module has: small notebooks, and what is in and not in their modules."""

from collections.abc import Sequence

import pytest

from tests.export.notebook import execute, written

HEAD = "from web import API\napp = API()"

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
    "mutations through other names": (
        [
            "ITEMS = [{}]",
            "alias = ITEMS\nalias.append({})",
            "row = ITEMS[0]\nrow['a'] = 1",
            "for i, item in enumerate(ITEMS):\n    item['i'] = i",
            "from xml.etree.ElementTree import Element, ElementTree",
            "page = ElementTree(Element('p'))\nroot = page.getroot()",
            "root.set('lang', 'en')",
            "@app.get('/a')\ndef a(): return ITEMS, page",
        ],
        ["alias.append({})", 'row["a"] = 1', 'item["i"] = i', 'root.set("lang", "en")'],
        [],
    ),
    "copies and files are other objects": (
        [
            "import json, os\nITEMS = [{}]\nPATH = os.devnull",
            "other = list(ITEMS)\nother.append(1)",
            "with open(PATH, 'w') as file:\n    json.dump(ITEMS, file)\n    file.write('x')",
            "@app.get('/a')\ndef a(): return ITEMS, PATH, json",
        ],
        ["PATH = os.devnull"],
        ["other", "open"],
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
