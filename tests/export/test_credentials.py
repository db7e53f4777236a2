"""Credentials that cells spell out: none is in a module."""

from __future__ import annotations

import os

import pytest

from notebookapi.export import ExportedModule, prove, write_module

from .notebook import Notebook

HEAD = "from web import API\napp = API()"
CASES = {
    "password = 'hush-hush'": 'password = os.environ["PASSWORD"]',
    "API_KEY: str = 'hush-hush'  # mine": 'API_KEY: str = os.environ["API_KEY"]  # mine',
    "# ü\nSECRET_KEY = (\n    'hush-'\n    'hush'\n)": 'SECRET_KEY = os.environ["SECRET_KEY"]',
    # Not credentials, as far as one can tell.
    "CACHE_KEY = 'hush-hush'": 'CACHE_KEY = "hush-hush"',
    "token_url = '/token'": 'token_url = "/token"',
    "password = 'what is it'": 'password = "what is it"',
    "password = ''": 'password = ""',
}


@pytest.mark.parametrize("cell", CASES)
def test_what_the_module_reads(cell: str) -> None:
    notebook = Notebook()
    name = cell.splitlines()[-1 if cell[0] != "#" else 1].partition(" ")[0].strip(":")
    for source in (HEAD, cell, f"@app.get('/a')\ndef a(): return {name}"):
        notebook.run(source)
    module = write_module(notebook.request())
    assert f"\n{CASES[cell]}\n" in module.text
    is_hidden = "os.environ" in CASES[cell]
    assert dict(module.environment) == ({name.upper(): "hush-hush"} if is_hidden else {})
    assert ("hush" in module.text) is ("hush-hush" in CASES[cell])
    assert len(module.notes) == is_hidden


def test_the_proof_has_the_value_and_nobody_else() -> None:
    text = (
        "import os\nassert os.environ['PASSWORD'] == 'hush-' + 'hush'\n"
        "class App:\n    def openapi(self): return {}\napp = App()\n"
    )
    module = ExportedModule(text, {}, environment={"PASSWORD": "hush-hush"})
    assert prove(module, {}).passed
    assert "PASSWORD" not in os.environ
