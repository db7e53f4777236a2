"""Top-level `await`: done by a lifespan of the module, where that can be."""

from __future__ import annotations

import asyncio

import pytest

from notebookapi.export import errors, write_module
from notebookapi.export.indent import indented

from .notebook import Notebook, execute, written

HEAD = "from web import API\napp = API()"
ASYNC = "import asyncio\nasync def load(n):\n    await asyncio.sleep(0)\n    return [n]"
ROUTE = "@app.get('/x')\ndef x():\n    return value"


def lifespan_of(*cells: str) -> str:
    """The statements of the lifespan, without what stands around them."""
    text = written(*cells)
    _, _, rest = text.partition('before the first request."""\n')
    return rest.partition("    yield\n")[0]


CASES = {
    "a value": (["value = await load(1)"], "    global value\n\n    value = await load(1)\n"),
    "what is made of it": (
        ["raw = await load(1)\nvalue = raw * 2"],
        "    global value\n\n    raw = await load(1)\n    value = raw * 2\n",
    ),
    "what is made of it by a call": (
        ["raw = await load(1)\ndef twice():\n    return raw * 2", "value = twice()"],
        "    global raw, value\n\n    raw = await load(1)\n    value = twice()\n",
    ),
    "an object that is changed": (
        ["value = []", "value.extend(await load(1))"],
        "    value.extend(await load(1))\n",
    ),
    "what reads the object after": (
        ["data = []\ndata += await load(1)\nvalue = len(data)"],
        "    global data, value\n\n    data += await load(1)\n    value = len(data)\n",
    ),
    "text of several lines": (
        ["value = await load('''a\n  b\n''')"],
        "    global value\n\n    value = await load(\"\"\"a\n  b\n\"\"\")\n",
    ),
    "a comment above": (
        ["# once\nvalue = await load(1)  # row"],
        "    global value\n\n    # once\n    value = await load(1)  # row\n",
    ),
    "a loop": (
        ["value = []\nasync def rows():\n    yield 1\nasync for n in rows():\n    value.append(n)"],
        "    async for n in rows():\n        value.append(n)\n",
    ),
    "an awaited scratch cell is left out": (
        ["value = 1", "print(await load(1))", "await asyncio.sleep(0)"],
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_the_lifespan_does(case: str) -> None:
    cells, expected = CASES[case]
    assert lifespan_of(HEAD, ASYNC, *cells, ROUTE) == expected


def test_the_module_answers_when_it_has_started() -> None:
    module = execute(written(HEAD, ASYNC, "value = await load(1)", ROUTE))
    app = module["app"]

    async def started() -> object:
        async with app.options["lifespan"](app):
            return module["x"]()

    assert asyncio.run(started()) == [1]


HEADS = {
    "app = API()": "app = API(lifespan=lifespan)",
    "app = API('A')  # mine": 'app = API("A", lifespan=lifespan)  # mine',
    "app = API(\n    title='A',  # ü, (\n)": 'app = API(\n    title="A",  # ü, (\n'
    "    lifespan=lifespan,\n)",
    "app: API = API(title='A',)": 'app: API = API(title="A", lifespan=lifespan)',
}


@pytest.mark.parametrize("head", HEADS)
def test_the_application_is_given_the_lifespan(head: str) -> None:
    text = written(f"from web import API\n{head}", ASYNC, "value = await load(1)", ROUTE)
    assert HEADS[head] in text


def test_a_name_that_is_taken() -> None:
    cells = (HEAD, ASYNC, "value = await load(1)\ndef lifespan(): return value")
    route = "@app.get('/x')\ndef x():\n    return lifespan()"
    assert "app = API(lifespan=start_up)" in written(*cells, route)


REFUSED = {
    "a default": (
        [HEAD, ASYNC, "value = await load(1)", "@app.get('/x')\ndef x(n=value): ..."],
        r"cell 4, line 2 \(x\) is read when the module is imported and needs what cell 3, line 1 "
        r"makes by an `await`",
    ),
    "a function that awaits in its default": (
        [HEAD, ASYNC, "@app.get('/x')\ndef x(n=await load(1)): ..."],
        r"cell 3, line 2: `x` awaits while the module is imported",
    ),
    "a lifespan that is there": (
        ["from web import API\ndef life(): ...\napp = API(lifespan=life)", ASYNC,
         "value = await load(1)", ROUTE],
        r"cell 3, line 1: .* `app` has start-up code of its own \(cell 1, line 3\)",
    ),
    "a factory": (
        ["from web import API\ndef make():\n    return API()\napp = make()", ASYNC,
         "value = await load(1)", ROUTE],
        "`app` is not made by a plain call",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_lifespan_cannot_do_is_named(case: str) -> None:
    cells, message = REFUSED[case]
    notebook = Notebook()
    for cell in cells:
        assert notebook.run(cell).succeeded
    with pytest.raises(errors.TopLevelAwait, match=message):
        write_module(notebook.request())


def test_the_note_says_where_it_went() -> None:
    notebook = Notebook()
    for cell in (HEAD, ASYNC, "value = await load(1)\nvalue += await load(2)", ROUTE):
        notebook.run(cell)
    assert write_module(notebook.request()).notes == (
        "cell 3, line 1 and 1 more: `await` is done by `lifespan` when the module starts. Close "
        "there, after its `yield`, what has to be closed.",
    )


def test_indented() -> None:
    text = 'x = f"""a\n{1}\n"""\n\n# c\ny = [\n    1,\n]'
    assert indented(text) == '    x = f"""a\n{1}\n"""\n\n    # c\n    y = [\n        1,\n    ]'


def test_what_the_lifespan_uses_stands_above_the_application() -> None:
    helper = "def half(n):\n    return n // PART\n\nPART = 2"
    using = "async def load(n):\n    return [half(n)]"
    below = "@app.get('/y')\ndef y():\n    return PART"
    text = written(HEAD, using, helper, "value = await load(1)", ROUTE, below)
    order = ["def half(", "PART = 2", "def load(", "def lifespan(", "\napp = ", "def x(", "def y("]
    places = [text.index(each) for each in order]
    assert sorted(places[:3]) + places[3:] == sorted(places)


def test_what_needs_the_application_stays_below_it() -> None:
    using = "async def load(n):\n    return [app.title, n]"
    text = written(HEAD, using, "value = await load(1)", ROUTE)
    assert text.index("def load(") < text.index("def lifespan(") < text.index("\napp = ")
    title = "TITLE = app.title\nasync def load(n):\n    return [TITLE, n]"
    text = written(HEAD, title, "value = await load(1)", ROUTE)
    assert text.index("def lifespan(") < text.index("\napp = ") < text.index("TITLE = app.title")
