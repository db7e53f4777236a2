"""Credentials that cells spell out: none is in a module."""

from __future__ import annotations

import os

import pytest

from notebookapi.export import ExportedModule, prove, write_module

from .notebook import Notebook, execute

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


# What a route reads, what the module reads instead, the variables that it needs.
SPELLED: dict[str, tuple[str, str, dict[str, str]]] = {
    "an argument": (
        "client = dict(api_key='hush-hush', name='shop')",
        'client = dict(api_key=os.environ["API_KEY"], name="shop")',
        {"API_KEY": "hush-hush"},
    ),
    "a key that is known by its form": (
        "client = str('sk-0123456789abcdef01')  # mine",
        'client = str(os.environ["API_KEY"])  # mine',
        {"API_KEY": "sk-0123456789abcdef01"},
    ),
    "a key by its form, under a name that says little": (
        "client = 'ghp_0123456789abcdef0123'",
        'client = os.environ["GITHUB_TOKEN"]',
        {"GITHUB_TOKEN": "ghp_0123456789abcdef0123"},
    ),
    "a dictionary": (
        "client = {'user': 'ann', 'password': 'hush-hush'}",
        'client = {"user": "ann", "password": os.environ["PASSWORD"]}',
        {"PASSWORD": "hush-hush"},
    ),
    "two of one name": (
        "client = [{'password': 'one-one'}, {'password': 'two-two'}, {'password': 'one-one'}]",
        'client = [\n    {"password": os.environ["PASSWORD"]},\n'
        '    {"password": os.environ["PASSWORD_2"]},\n'
        '    {"password": os.environ["PASSWORD"]},\n]',
        {"PASSWORD": "one-one", "PASSWORD_2": "two-two"},
    ),
    "a header": (
        "client = {'Authorization': 'Bearer abc.def'}",
        'client = {"Authorization": os.environ["AUTHORIZATION"]}',
        {"AUTHORIZATION": "Bearer abc.def"},
    ),
    "a URL": (
        "client = 'postgresql+asyncpg://ann:hush@db/shop'",
        'client = os.environ["DATABASE_URL"]',
        {"DATABASE_URL": "postgresql+asyncpg://ann:hush@db/shop"},
    ),
    "a URL with a name": (
        "client = dict(broker_url='amqp://ann:hush@mq')",
        'client = dict(broker_url=os.environ["BROKER_URL"])',
        {"BROKER_URL": "amqp://ann:hush@mq"},
    ),
    "an f-string": (
        "client = f'mysql://ann:hush@{1 + 1}/shop'",
        """client = f"mysql://ann:{os.environ['DATABASE_PASSWORD']}@{1 + 1}/shop\"""",
        {"DATABASE_PASSWORD": "hush"},
    ),
    "an f-string with a user": (
        "client = f'redis://{\"ann\"}:hush@db'",
        """client = f"redis://{'ann'}:{os.environ['DATABASE_PASSWORD']}@db\"""",
        {"DATABASE_PASSWORD": "hush"},
    ),
    "a default of the environment": (
        "import os\nclient = os.getenv('API_KEY', 'hush-hush')",
        'client = os.environ["API_KEY"]',
        {"API_KEY": "hush-hush"},
    ),
    "what is taken where nothing is set": (
        "import os\nAPI_KEY = client = os.environ.get('NOT_SET') or 'hush-hush'",
        'API_KEY = client = os.environ.get("NOT_SET") or os.environ["API_KEY"]',
        {"API_KEY": "hush-hush"},
    ),
    "bytes": (
        "SECRET = client = b'hush-hush'",
        'SECRET = client = os.environ["SECRET"].encode()',
        {"SECRET": "hush-hush"},
    ),
    "several": (
        "API_KEYS = client = ['hush-one', 'hush-two']",
        'API_KEYS = client = [os.environ["API_KEY"], os.environ["API_KEY_2"]]',
        {"API_KEY": "hush-one", "API_KEY_2": "hush-two"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cell", "read", "variables"), SPELLED.values(), ids=SPELLED)
def test_wherever_it_is_spelled_out(cell: str, read: str, variables: dict[str, str]) -> None:
    notebook = Notebook()
    for source in (HEAD, cell, "@app.get('/a')\ndef a(): return client"):
        assert notebook.run(source).succeeded
    module = write_module(notebook.request())
    assert f"\n{read}\n" in module.text
    assert dict(module.environment) == variables
    assert len(module.notes) == len(variables)
    assert not [value for value in variables.values() if value in module.text]


INSIDE = {
    "a comparison": "if token == 'hush-hush1': key = token",
    "a comparison in constant time": "import hmac\n    hmac.compare_digest(token, 'hush-hush1')",
    "a class": "class Client:\n        api_key = 'hush-hush1'",
    "a default": "def connect(password='hush-hush1'): return password",
    "an attribute": "key.api_key = 'hush-hush1'",
    "a subscript": "key['password'] = 'hush-hush1'",
    "a secret of pydantic": "password = SecretStr('hush-hush1')",
    "the same text elsewhere": "password = 'hush-hush1'\n    key.connect('ann', 'hush-hush1')",
    "a text inside a text": "return f'{key} Bearer sk-hush-hush1-hush-hush1'",
    "comments": "# password: hush-hush1\n    # x = 'sk-hush-hush1-hush-hush1'; http://a:hush-hush1@b",
}


@pytest.mark.parametrize("body", INSIDE.values(), ids=INSIDE)
def test_inside_functions(body: str) -> None:
    notebook = Notebook()
    route = f"@app.get('/a')\ndef a(key=None, token=None):\n    {body}\n    return key"
    for source in (HEAD, "from pydantic import SecretStr", route):
        assert notebook.run(source).succeeded
    module = write_module(notebook.request())
    assert "hush" not in module.text
    assert ("os.environ[" in module.text) is (not body.startswith("#"))
    execute(module.text)


LEFT_ALONE = [
    "token = 'number'",
    "pad_token = '<|endoftext|>'",
    "token_type = 'bearer-token'",
    "API_KEY_HEADER = 'X-API-Key'",
    "API_KEY = 'X-API-Key'",
    "password = 'password'",
    "tokens = ['hush-hush', 'words-words']",
    "url = 'postgresql://db/shop'",
    "url = 'https://example.com/a:b@c'",
    "task = 'task-0123456789abcdef0123'",
    "password = token = 12345678",
]


@pytest.mark.parametrize("cell", LEFT_ALONE)
def test_what_only_looks_like_one(cell: str) -> None:
    notebook = Notebook()
    name = cell.partition(" ")[0]
    for source in (HEAD, cell, f"@app.get('/a')\ndef a(): return {name}  # password: required"):
        assert notebook.run(source).succeeded
    module = write_module(notebook.request())
    assert "os.environ" not in module.text and not module.notes
    assert "# password: required" in module.text


def test_what_the_module_does_without_is_not_asked_for() -> None:
    notebook = Notebook()
    for source in (HEAD, "password = 'hush-hush'", "@app.get('/a')\ndef a(): return 1"):
        notebook.run(source)
    module = write_module(notebook.request())
    assert not module.environment and not module.notes


def test_a_default_gives_way_to_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof has to have what the notebook has."""
    monkeypatch.setenv("API_KEY", "from-outside")
    notebook = Notebook()
    cell = "import os\nclient = os.getenv('API_KEY', 'hush-hush')"
    for source in (HEAD, cell, "@app.get('/a')\ndef a(): return client"):
        notebook.run(source)
    assert write_module(notebook.request()).environment == {"API_KEY": "from-outside"}


def test_the_proof_has_the_value_and_nobody_else() -> None:
    text = (
        "import os\nassert os.environ['PASSWORD'] == 'hush-' + 'hush'\n"
        "class App:\n    def openapi(self): return {}\napp = App()\n"
    )
    module = ExportedModule(text, {}, environment={"PASSWORD": "hush-hush"})
    assert prove(module, {}).passed
    assert "PASSWORD" not in os.environ
