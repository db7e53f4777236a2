"""Every subcommand of `%api` as a method of `api`."""

import pytest

from notebookapi.notebook.views.docs import Docs
from tests.notebook.conftest import Notebook


def test_a_subcommand_is_a_method(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(): ...", "a")
    shown = notebook.session.forget("GET", "/a")
    assert repr(shown).endswith("Withdrawn: GET /a.")
    assert "Withdrawn" in shown._repr_html_()
    assert notebook.session.routes == []


def test_methods_are_completed_and_documented(notebook: Notebook) -> None:
    api = notebook.session
    assert {"serve", "stop", "forget", "export"} <= set(dir(api))
    assert "withdraw a route" in api.forget.__doc__


def test_a_name_that_is_none_is_told(notebook: Notebook) -> None:
    with pytest.raises(AttributeError, match="`api` has no 'sreve'"):
        _ = notebook.session.sreve


def test_the_value_of_a_cell_is_shown_as_the_magic_shows_it(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(): ...", "a")
    notebook.run("api.docs()", "b")
    (shown,) = [view for view in notebook.shown if isinstance(view, Docs)]
    assert shown.open_live is not None
