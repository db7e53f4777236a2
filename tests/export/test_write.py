"""Cells -> the text of a module: whole texts for the shape, pieces for the rules."""

from notebookapi.export import write_module
from tests.export.notebook import Notebook, execute, written

HEAD = "from web import API\napp = API()"


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


def test_what_another_application_serves_is_left_out() -> None:
    notebook = Notebook()
    notebook.run(HEAD + "\nother = API()\nalias = app")
    notebook.run("@alias.get('/a')\ndef a(): ...")
    notebook.run("LIMIT = 1\n@other.get('/b')\ndef b(): return LIMIT")
    module = write_module(notebook.request())
    assert "other" not in module.text and "LIMIT" not in module.text
    assert [path for _, path, _ in execute(module.text)["app"].served] == ["/a"]
    assert module.notes == (
        "cell 3, line 3 registers on an object that the application does not reach: left out.",
    )
    other = write_module(notebook.request(application="other")).text
    assert [path for _, path, _ in execute(other)["other"].served] == ["/b"]


def test_an_application_that_is_imported() -> None:
    notebook = Notebook()
    notebook.run("from web import app\n@app.get('/a')\ndef a(): ...")
    text = write_module(notebook.request()).text
    assert text.startswith("from web import app\n")
    assert '@app.get("/a")' in text


def test_registrations_in_other_forms() -> None:
    text = written(
        HEAD,
        "def read(): ...\napp.get('/a')(read)\nregister = app.post\nregister('/b')(read)",
        "for path in ('/c', '/d'):\n    app.get(path)(read)",
        "def make(path): return app.get(path)\n@make('/e')\ndef e(): ...",
    )
    served = [path for _, path, _ in execute(text)["app"].served]
    assert served == ["/a", "/b", "/c", "/d", "/e"]


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
