"""Variables of the environment: what of the code becomes settings, and what stays as it is."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from notebookapi.export.project.settings import lift_settings
from tests.notebook.conftest import Notebook

from .driver import export, files_of

# (code, the same with settings, `field: type = default` for each)
LIFTED = [
    ('x = os.environ["URL"]', "x = settings.url", ["url: str"]),
    ('x = os.environ["API_TOKEN"]', "x = settings.api_token.get_secret_value()",
     ["api_token: SecretStr"]),
    ('x = os.getenv("URL")', "x = settings.url", ["url: str | None = None"]),
    ('x = os.environ.get("URL", None)', "x = settings.url", ["url: str | None = None"]),
    ('x = os.getenv("URL", "/a")', "x = settings.url", ["url: str = '/a'"]),
    ('x = int(os.environ["SIZE"]) * 2', "x = settings.size * 2", ["size: int"]),
    ('x = float(os.getenv("RATE", "0.5"))', "x = settings.rate", ["rate: float = 0.5"]),
    ('x = os.getenv("DEBUG", "0") == "1"', 'x = settings.debug == "1"', ["debug: str = '0'"]),
    ('def f(): return f"ü{getenv(\'A\')}"', 'def f(): return f"ü{settings.a}"',
     ["a: str | None = None"]),
    ('x = environ["A"] + environ["B"]  # both', "x = settings.a + settings.b  # both",
     ["a: str", "b: str"]),
    ('settings = os.environ["A"]', "settings = app_settings.a", ["a: str"]),
]  # fmt: skip
KEPT = [
    "x = os.environ[name]",
    'x = os.getenv("A", default)',
    'x = os.getenv("A", "1")\ny = os.getenv("A", "2")',
    'x = os.environ["A"]\ny = os.environ["a"]',
    'os.environ["A"] = "1"\nx = os.environ["A"]',
    'os.environ.setdefault("A", "1")\nx = os.environ["A"]',
    'os.environ.update(A="1")\nx = os.environ["A"]',
    'x = os.environ["SCHEMA"]',
    'x = "A" in os.environ',
    'x = os.environ["_A"]',
]


@pytest.mark.parametrize(("code", "expected", "fields"), LIFTED, ids=lambda value: str(value)[:40])
def test_lifted(code: str, expected: str, fields: list[str]) -> None:
    lifted = lift_settings(code)
    assert lifted.text == expected
    found = [
        f"{each.field}: {each.type}" + (f" = {each.default}" if each.default else "")
        for each in lifted.settings
    ]
    assert found == fields
    ast.parse(lifted.text)


@pytest.mark.parametrize("code", KEPT)
def test_kept(code: str) -> None:
    lifted = lift_settings(code)
    assert (lifted.text, list(lifted.settings)) == (code, [])


CELL = """
import os
LIMIT = int(os.environ["LIMIT"])
KEY = os.environ["API_KEY"]
NAME = os.getenv("NAME", "shop")
@app.get("/limit")
def limit(n: int = LIMIT) -> str:
    return f"{NAME}: {n}, {len(KEY)}"
"""


def test_a_project_with_settings(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMIT", "7")
    monkeypatch.setenv("API_KEY", "k-12345678")
    report = export(notebook, tmp_path / "shop", CELL)
    assert report.proved
    files = files_of(tmp_path / "shop")
    assert "import os" not in files["app/main.py"]
    assert "from app.settings import settings\n" in files["app/main.py"]
    assert (
        '    limit: int\n    api_key: SecretStr\n    name: str = "shop"\n'
        in files["app/settings.py"]
    )
    assert files[".env.example"].splitlines()[1:] == [
        "LIMIT=1", "API_KEY=change-me", "# NAME=shop",
    ]  # fmt: skip
    assert 'os.environ.setdefault("LIMIT", "1")' in files["tests/conftest.py"]
    assert "pydantic-settings>=" in files["pyproject.toml"]
    assert "secretRef:\n                name: shop\n" in files["kubernetes/deployment.yaml"]
    assert not any(os.environ["API_KEY"] in text for text in files.values())


def test_a_credential_that_a_cell_spells_out(notebook: Notebook, tmp_path: Path) -> None:
    secret = "k-123456789-abcdef"
    code = f"""
        API_KEY = "{secret}"
        @app.get("/length")
        def length() -> int: return len(API_KEY)
    """
    report = export(notebook, tmp_path / "shop", code)
    assert report.proved, str(report)
    files = files_of(tmp_path / "shop")
    assert "    api_key: SecretStr\n" in files["app/settings.py"]
    assert not any(secret in text for text in files.values())
