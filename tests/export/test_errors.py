"""What cannot be exported, said with place and cure."""

from collections.abc import Callable

import pytest

from notebookapi.export import ExportError, errors, write_module
from tests.export.notebook import Notebook

HEAD = "from web import API\napp = API()"


def only_in_a_deleted_cell(notebook: Notebook) -> None:
    notebook.run("LIMIT = 1", "x")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "y")
    notebook.deleted.add("x")


def only_in_an_older_version(notebook: Notebook) -> None:
    notebook.run("LIMIT = 1", "x")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "y")
    notebook.run("OTHER = 1", "x")


def only_in_a_failed_cell(notebook: Notebook) -> None:
    notebook.run("LIMIT = 1\n1 / 0", "x")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "y")


def only_after_a_failure(notebook: Notebook) -> None:
    notebook.run("1 / 0\nLIMIT = 1", "x")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "y")


def bound_by_no_cell(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "y")


def perhaps_by_run(notebook: Notebook) -> None:
    notebook.run("%run setup.py", "x")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "y")


def deleted_by_name(notebook: Notebook) -> None:
    notebook.run("LIMIT = 1", "x")
    notebook.run("@app.get('/a')\ndef a(): return LIMIT", "y")
    notebook.run("del LIMIT", "z")


def future_annotation_of_a_deleted_cell(notebook: Notebook) -> None:
    notebook.run("class LIMIT: ...", "x")
    notebook.run("@app.get('/a')\ndef a(i: 'LIMIT'): ...", "y")
    notebook.deleted.add("x")


def the_route_itself_was_deleted(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(): ...", "y")
    notebook.deleted.add("y")


HIDDEN: list[tuple[Callable[[Notebook], None], str]] = [
    (only_in_a_deleted_cell, "LIMIT, read by cell 3, line 2 (a), lives only in cell 2, which was"),
    (
        only_in_an_older_version,
        "LIMIT, read by cell 3, line 2 (a), was bound by an older version of cell 2 (now cell 4).",
    ),
    (only_in_a_failed_cell, "LIMIT, read by cell 3, line 2 (a), was bound only by cell 2, which"),
    (
        only_after_a_failure,
        "LIMIT, read by cell 3, line 2 (a), is bound only by cell 2, which failed at line 1 before",
    ),
    (bound_by_no_cell, "LIMIT, read by cell 2, line 2 (a), is bound by no cell that ran."),
    (perhaps_by_run, "perhaps cell 2, line 1 does it (`%run setup.py`)"),
    (deleted_by_name, "LIMIT, read by cell 3, line 2 (a), was deleted by cell 4, line 1."),
    (future_annotation_of_a_deleted_cell, "LIMIT, read by cell 3, line 2 (a), lives only in"),
    (the_route_itself_was_deleted, "GET /a (a) is served, but cell 2, which registered it, was"),
]


@pytest.mark.parametrize(("arrange", "message"), HIDDEN, ids=[h[0].__name__ for h in HIDDEN])
def test_hidden_state(arrange: Callable[[Notebook], None], message: str) -> None:
    notebook = Notebook()
    notebook.run(HEAD, "head")
    arrange(notebook)
    with pytest.raises(errors.HiddenState) as caught:
        write_module(notebook.request())
    assert message in str(caught.value)
    assert caught.value.names in (("LIMIT",), ("a",))


def test_all_hidden_names_are_reported_together() -> None:
    notebook = Notebook()
    notebook.run(HEAD)
    notebook.run("@app.get('/a')\ndef a(): return X, Y")
    with pytest.raises(errors.HiddenState) as caught:
        write_module(notebook.request())
    assert caught.value.names == ("X", "Y")


def test_another_cell_binds_the_name_now() -> None:
    notebook = Notebook()
    notebook.run(HEAD, "head")
    only_in_a_deleted_cell(notebook)
    notebook.run("LIMIT = 2", "z")
    assert "LIMIT = 2" in write_module(notebook.request()).text


ROUTE = "@app.get('/a')\ndef a(): return value"

# cells, error, parts of its message
REFUSED = [
    (["value = get_ipython().getoutput('ls')", ROUTE], errors.NeededMagic, "cell 2, line 1: `!ls`"),
    (
        ["x = 1\nvalue = %sql select 1", ROUTE],
        errors.NeededMagic,
        "cell 2, line 2: `%sql select 1`",
    ),
    (
        ["@app.get('/a')\ndef a(): return api.get('/b')"],
        errors.NotebookOnly,
        "cell 2, line 2 (a) reads `api`, the notebook's session",
    ),
    (
        ["value = []", "for i in []: value.append(api.get(i))", ROUTE],
        errors.NotebookOnly,
        "reads `api`",
    ),
    (["@app.get('/a')\ndef a():\n    display(1)"], errors.NotebookOnly, "reads `display`"),
    (
        ["from IPython.display import HTML as value", ROUTE],
        errors.NotebookOnly,
        "`from IPython.display import HTML as value`",
    ),
]


@pytest.mark.parametrize(("cells", "error", "message"), REFUSED, ids=[r[2] for r in REFUSED])
def test_refused(cells: list[str], error: type[ExportError], message: str) -> None:
    notebook = Notebook()
    for cell in [HEAD, *cells]:
        notebook.run(cell)
    with pytest.raises(error) as caught:
        write_module(notebook.request())
    assert message in str(caught.value)


def test_a_name_is_missing_once_however_many_read_it() -> None:
    notebook = Notebook()
    notebook.run(HEAD)
    for path in "abc":
        notebook.run(f"@app.get('/{path}')\ndef {path}(): ...")
    notebook.run("del app")
    with pytest.raises(errors.HiddenState) as caught:
        write_module(notebook.request())
    assert str(caught.value) == (
        "app, read by cell 2, line 2 (a) and 2 more, was deleted by cell 5, line 1. "
        "Take the `del` out, run it again."
    )


CURE = (
    "bound before the extension was loaded, so the cells are not known. Run them again, then "
    "export again."
)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("A", f"A was {CURE}"),
        ("A B", f"A and B were {CURE}"),
        ("A B C", f"A, B and C were {CURE}"),
        ("A B C D E", f"A, B, C and 2 more were {CURE}"),
    ],
)
def test_names_of_cells_that_nobody_has_seen_are_named_together(names: str, said: str) -> None:
    notebook = Notebook()
    for name in names.split():
        notebook.namespace[name] = 1
    notebook.run(HEAD)
    notebook.run(f"@app.get('/a')\ndef a(): return {', '.join(names.split())}, OTHER")
    with pytest.raises(errors.HiddenState) as caught:
        write_module(notebook.request(preloaded=frozenset({*names.split(), "unused"})))
    other = "OTHER, read by cell 2, line 2 (a), is bound by no cell that ran."
    assert str(caught.value).splitlines() == [f"{other} Define it in a cell and run it.", said]


def test_routes_of_cells_that_nobody_has_seen() -> None:
    document: dict[str, object] = {"paths": {"/a": {}}}
    with pytest.raises(errors.NothingToExport, match="was registered before the extension was lo"):
        write_module(Notebook().request(preloaded=frozenset({"app"}), openapi=document))


def test_nothing_to_export() -> None:
    notebook = Notebook()
    notebook.run(HEAD)
    with pytest.raises(errors.NothingToExport, match="no cell has registered a route"):
        write_module(notebook.request())


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("import sys\nsys.path.append('lib')", "cell 3, line 2 changes sys.path"),
        ("token = 'abcdefgh1'", "cell 3, line 1: token reads like a credential, so its value"),
        ("!touch x", "magics that the module does without: `!touch x` (cell 3, line 1)."),
    ],
)
def test_notes(cell: str, note: str) -> None:
    notebook = Notebook()
    for source in (HEAD, "pi = 3\ntoken = ''", cell, "@app.get('/a')\ndef a(): return pi, token"):
        notebook.run(source)
    [found] = write_module(notebook.request()).notes
    assert note in found


def test_a_credential_in_the_environment_is_left_out() -> None:
    notebook = Notebook()
    notebook.run(HEAD)
    notebook.run("import os\nos.environ['API_KEY'] = 'abc'\n%env DB_PASSWORD=xyz")
    notebook.run("@app.get('/a')\ndef a(): return os.environ['API_KEY'], os.environ['DB_PASSWORD']")
    module = write_module(notebook.request())
    assert "abc" not in module.text and "xyz" not in module.text
    assert [note.split(",")[0] for note in module.notes] == [
        "cell 2",
        "cell 2",
    ]
    assert "A fresh process needs API_KEY in its environment" in module.notes[0]


def test_a_change_of_an_object_made_anew_since_is_noted() -> None:
    notebook = Notebook()
    notebook.run(HEAD, "head")
    notebook.run("ITEMS = []", "x")
    notebook.run("ITEMS.append(1)", "y")
    notebook.run("@app.get('/a')\ndef a(): return ITEMS", "z")
    notebook.run("ITEMS = [0]", "x")
    assert write_module(notebook.request()).notes == (
        "cell 3, line 1 changes ITEMS, which cell 5 has made anew since: "
        "the module makes it, then changes it.",
    )


def test_a_star_import_is_noted_and_kept_for_names_that_no_cell_binds() -> None:
    notebook = Notebook()
    notebook.run(HEAD)
    notebook.run("from math import *")
    notebook.run("@app.get('/a')\ndef a(): return pi")
    module = write_module(notebook.request())
    assert "from math import *\n" in module.text
    assert module.notes == (
        "cell 2, line 1 has a star import, kept as it is; import by name and unused names go.",
    )
