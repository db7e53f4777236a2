"""A project from cells: what is in it, when it is proved, and what becomes of the folder."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import pytest

from notebookapi.export.errors import BadTarget, TargetEdited
from notebookapi.export.project import export_project
from notebookapi.export.project.writing import writes_files
from tests.export.importing import imports_from
from tests.notebook.conftest import Notebook

from .driver import export, files_of, request_of, run

HELLO = """
from notebookapi import NotebookAPI

app = NotebookAPI(title="Hello", version="1.2")

@app.get("/hello")
def hello(name: str = "you") -> str:
    return f"Hello, {name}"
"""
ALWAYS = {
    ".dockerignore", ".gitignore", ".notebookapi/project.json", "Dockerfile", "README.md",
    "app/__init__.py", "app/health.py", "app/main.py", "app/ray.py", "compose.yaml",
    "kubernetes/autoscaler.yaml", "kubernetes/deployment.yaml", "kubernetes/kustomization.yaml",
    "kubernetes/service.yaml", "pyproject.toml", "tests/conftest.py", "tests/openapi.json",
    "tests/test_api.py",
}  # fmt: skip


def test_a_small_notebook(notebook: Notebook, tmp_path: Path) -> None:
    report = export(notebook, tmp_path / "hello", HELLO)
    assert report.proved and report.written
    assert str(report).splitlines()[0] == f"Proved: {tmp_path / 'hello'} (17 files written)"
    files = files_of(tmp_path / "hello")
    assert set(files) == ALWAYS
    assert files["app/main.py"] == (
        "from notebookapi import NotebookAPI\n"
        "\n"
        "from app.health import Health\n"
        "\n"
        'app = NotebookAPI(title="Hello", version="1.2")\n'
        "\n"
        "\n"
        '@app.get("/hello")\n'
        'def hello(name: str = "you") -> str:\n'
        '    return f"Hello, {name}"\n'
        "\n"
        "\n"
        "# The last one added is asked first: probes need no credentials.\n"
        "app.add_middleware(Health)\n"
    )
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert (project["name"], project["version"]) == ("hello", "1.2")
    names = [line.partition(">")[0] for line in project["dependencies"]]
    assert names == ["notebookapi[standard]", "starlette"]
    assert project["requires-python"] == f">={sys.version_info.major}.{sys.version_info.minor}"
    assert list(json.loads(files["tests/openapi.json"])["paths"]) == ["/hello"]
    assert list(tmp_path.iterdir()) == [tmp_path / "hello"], "nothing is left beside"


def test_its_own_probe_is_asked(notebook: Notebook, tmp_path: Path) -> None:
    export(notebook, tmp_path / "x", '@app.get("/health")\ndef health() -> str: return "well"')
    files = files_of(tmp_path / "x")
    assert "app/health.py" not in files and "Health" not in files["app/main.py"]
    assert "path: /health\n" in files["kubernetes/deployment.yaml"]
    assert "8000/health'" in files["Dockerfile"]


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ('ITEMS = {}\n@app.put("/{n}")\ndef put(n: int) -> None: ITEMS[n] = 1', ["ITEMS"]),
        ('N = 0\n@app.get("/n")\ndef n() -> int:\n    global N\n    N += 1\n    return N', ["N"]),
        ('ITEMS = {1: 2}\n@app.get("/{n}")\ndef get(n: int) -> int: return ITEMS[n]', []),
    ],
    ids=["changed", "counted", "read only"],
)
def test_state_in_memory_keeps_to_one_process(
    cell: str, state: list[str], notebook: Notebook, tmp_path: Path
) -> None:
    export(notebook, tmp_path / "x", cell)
    files = files_of(tmp_path / "x")
    assert ("maxReplicas: 1\n" in files["kubernetes/autoscaler.yaml"]) is bool(state)
    assert f"num_replicas={1 if state else 2}," in files["app/ray.py"]
    assert ("One process" in files["README.md"]) is bool(state)
    assert all(name in files["compose.yaml"] for name in state)


def test_files_beside_the_notebook_go_along(notebook: Notebook, tmp_path: Path) -> None:
    beside = tmp_path / "notebooks"
    (beside / "data").mkdir(parents=True)
    (beside / "data" / "prices.csv").write_text("tea,2\n")
    (beside / "data" / "unread.csv").write_text("")
    (beside / "pricing.py").write_text("from rates import RATE\n")
    (beside / "rates.py").write_text("RATE = 2\n")
    (beside / "scratch.py").write_text("")
    code = """
        import pricing
        from pathlib import Path
        @app.get("/price")
        def price() -> str:
            return Path("data/prices.csv").read_text() * pricing.RATE
    """
    with imports_from(beside):
        report = export(notebook, tmp_path / "shop", code, beside=beside)
    assert report.proved
    files = files_of(tmp_path / "shop")
    assert set(files) - ALWAYS == {"data/prices.csv", "pricing.py", "rates.py"}
    tool = tomllib.loads(files["pyproject.toml"])["tool"]
    wheel = tool["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {"only-include": ["app", "pricing.py", "rates.py"]}
    assert 'COPY ["data/prices.csv", "./data/prices.csv"]' in files["Dockerfile"]


WRITES = [
    ('URL = "sqlite+aiosqlite:///shop.db"', True),
    ('URL = "sqlite:///:memory:"', False),
    ("with open('log.txt', 'a') as f: f.write(name)", True),
    ("with open('rate.csv') as f: f.read()", False),
    ("Path('x').write_text(name)", True),
    ("sqlite3.connect(':memory:')", False),
    ("sqlite3.connect('file:x?mode=memory&cache=shared', uri=True)", False),
    ("sqlite3.connect(database='x.db')", True),
]


@pytest.mark.parametrize(("line", "expected"), WRITES)
def test_it_is_seen_whether_files_are_written(line: str, expected: bool) -> None:
    assert writes_files(f"def f(name):\n    {line}") is expected


def test_who_writes_files_may_do_so(notebook: Notebook, tmp_path: Path) -> None:
    body = "open('log.txt', 'a').write(name)"
    export(notebook, tmp_path / "x", f"@app.post('/')\ndef log(name: str) -> int: return {body}")
    files = files_of(tmp_path / "x")
    assert "RUN chown 10001:10001 /srv\n" in files["Dockerfile"]
    assert "readOnlyRootFilesystem: false\n" in files["kubernetes/deployment.yaml"]
    assert "    read_only: false\n" in files["compose.yaml"]
    assert "## Files\n" in files["README.md"]


LEAVES = """
from contextlib import asynccontextmanager
from pathlib import Path
from notebookapi import NotebookAPI

@asynccontextmanager
async def lifespan(app):
    kept = Path("kept", name)
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("rows")
    Path("data.csv").write_text("spoilt")
    yield

name = "shop.db"
app = NotebookAPI(lifespan=lifespan)

@app.get("/data")
def data() -> str:
    return Path("data.csv").read_text()
"""


def test_what_the_proof_leaves_is_no_part_of_it(notebook: Notebook, tmp_path: Path) -> None:
    beside = tmp_path / "notebooks"
    beside.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(beside)
        run(notebook, LEAVES)
        (beside / "data.csv").write_text("tea")
        report = export_project(request_of(notebook, beside), tmp_path / "x")
    assert report.proved
    files = files_of(tmp_path / "x")
    assert set(files) - ALWAYS == {"data.csv"}
    assert files["data.csv"] == "tea"
    assert not (tmp_path / "x" / "kept").exists()


LEARNED = """
import wheels
from decimal import Decimal

wheel = wheels.Wheel()
wheel.price = Decimal("2.5")
wheel.console = __import__("rich.console", fromlist=["x"]).ConsoleDimensions(80, 25)

@app.get("/price")
def price() -> float:
    return float(wheel.price)
"""


def test_frozen_objects_bring_what_they_are_made_of(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No code names them any more: a module of the person's own, and a distribution."""
    (tmp_path / "wheels.py").write_text("import rims\nclass Wheel(rims.Rim): ...\n")
    (tmp_path / "rims.py").write_text("class Rim: ...\n")
    monkeypatch.chdir(tmp_path)
    with imports_from(tmp_path):
        run(notebook, LEARNED)
        assert notebook.run("%api export --project shop --freeze wheel", "export").error is None
    assert notebook.shown[-1].headline == "Proved: shop (20 files written)"
    assert "wheels" not in (tmp_path / "shop" / "app" / "main.py").read_text()
    assert {path.name for path in (tmp_path / "shop").glob("*.py")} == {"rims.py", "wheels.py"}
    project = tomllib.loads((tmp_path / "shop" / "pyproject.toml").read_text())["project"]
    names = [line.partition(">")[0] for line in project["dependencies"]]
    assert names == ["notebookapi[standard]", "joblib", "rich", "starlette"]


def test_text_of_the_person_is_quoted(notebook: Notebook, tmp_path: Path) -> None:
    title = 'A "quoted" | title\\n: {{ name }}'
    export(notebook, tmp_path / "x", HELLO.replace('"Hello"', repr(title)))
    files = files_of(tmp_path / "x")
    assert tomllib.loads(files["pyproject.toml"])["project"]["description"] == title


@pytest.mark.parametrize(
    ("folder", "name"),
    [("Shop API_2", "shop-api-2"), ("2024", "api-2024"), ("Käse", "k-se"), ("…", "api")],
)
def test_name(folder: str, name: str, notebook: Notebook, tmp_path: Path) -> None:
    export(notebook, tmp_path / folder, HELLO)
    text = (tmp_path / folder / "pyproject.toml").read_text()
    assert tomllib.loads(text)["project"]["name"] == name


class TestAgain:
    def test_the_same_bytes(self, notebook: Notebook, tmp_path: Path) -> None:
        export(notebook, tmp_path / "x", HELLO)
        before = files_of(tmp_path / "x")
        report = export(notebook, tmp_path / "x", HELLO)
        assert report.changed == []
        assert str(report) == f"Proved: {tmp_path / 'x'} (unchanged)"
        assert files_of(tmp_path / "x") == before

    def test_what_changed_is_replaced(self, notebook: Notebook, tmp_path: Path) -> None:
        export(notebook, tmp_path / "x", HELLO)
        (tmp_path / "x" / "notes.txt").write_text("mine")
        report = export(notebook, tmp_path / "x", HELLO.replace("Hello, ", "Good day, "))
        assert report.changed == ["app/main.py"]
        assert (tmp_path / "x" / "notes.txt").read_text() == "mine"

    def test_what_is_not_made_any_more_goes(self, notebook: Notebook, tmp_path: Path) -> None:
        export(notebook, tmp_path / "x", HELLO)
        report = export(notebook, tmp_path / "x", HELLO.replace("/hello", "/health"))
        assert "app/health.py" in report.changed
        assert not (tmp_path / "x" / "app" / "health.py").exists()

    def test_edited_files_stay(self, notebook: Notebook, tmp_path: Path) -> None:
        export(notebook, tmp_path / "x", HELLO)
        for name in ("Dockerfile", "app/main.py"):
            with (tmp_path / "x" / name).open("a") as file:
                file.write("# mine\n")
        before = files_of(tmp_path / "x")
        changed = HELLO.replace('"Hello"', '"Hi"')
        with pytest.raises(TargetEdited) as caught:
            export(notebook, tmp_path / "x", changed)
        assert str(caught.value) == (
            f"{tmp_path / 'x'}: Dockerfile, app/main.py were edited since the last export, or "
            "written by another program. Nothing was changed. Export to another folder and "
            "compare, or say that they are to be replaced (`--overwrite`)."
        )
        assert files_of(tmp_path / "x") == before
        assert export(notebook, tmp_path / "x", changed, overwrite=True).written
        assert "# mine" not in (tmp_path / "x" / "Dockerfile").read_text()

    def test_files_of_others_stay(self, notebook: Notebook, tmp_path: Path) -> None:
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "README.md").write_text("mine")
        with pytest.raises(TargetEdited, match=r"README.md was not written by an export"):
            export(notebook, tmp_path / "x", HELLO)
        assert files_of(tmp_path / "x") == {"README.md": "mine"}

    def test_all_or_nothing(self, notebook: Notebook, tmp_path: Path) -> None:
        """A file stands where a folder has to be made: found out after others have moved."""
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "kubernetes").write_text("mine")
        with pytest.raises(BadTarget, match="cannot be written"):
            export(notebook, tmp_path / "x", HELLO)
        assert files_of(tmp_path / "x") == {"kubernetes": "mine"}
        assert [path.name for path in tmp_path.iterdir()] == ["x"]


class TestRefused:
    def test_a_failed_proof_writes_nothing(self, notebook: Notebook, tmp_path: Path) -> None:
        cell = HELLO.replace('"Hello"', "__name__")
        report = export(notebook, tmp_path / "x", cell)
        assert not report.written and not (tmp_path / "x").exists()
        assert str(report).splitlines() == [
            f"NOT proved: {tmp_path / 'x'}",
            f"Nothing was written to {tmp_path / 'x'}. Mend what is listed here and export again, "
            "or write it all the same: `--accept`.",
            'differs at $.info.title: "__main__" live, "app.main" in the module',
        ]
        report = export(notebook, tmp_path / "x", cell, accept=True)
        assert report.written and not report.proved and (tmp_path / "x").is_dir()

    def test_no_folder_around(self, notebook: Notebook, tmp_path: Path) -> None:
        with pytest.raises(BadTarget, match="there is no folder"):
            export(notebook, tmp_path / "a" / "b", HELLO)

    def test_a_file(self, notebook: Notebook, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("")
        with pytest.raises(BadTarget, match="is a file"):
            export(notebook, tmp_path / "x", HELLO)


def test_by_the_magic(notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(notebook, HELLO)
    assert notebook.run("%api export --project shop", "export").error is None
    assert notebook.shown[-1].headline == "Proved: shop (17 files written)"
    error = notebook.run("%api export --project shop --framework fastapi", "export").error
    assert "A project is for notebookapi" in str(error)
    error = notebook.run("%api export api.py --project shop", "export").error
    assert "needs one file" in str(error)


def test_examples_become_tests(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(notebook, HELLO)
    notebook.session.get("/hello?name=Ada")
    notebook.run("%api examples save ada", "save")
    assert notebook.run("%api export --project shop", "export").error is None
    text = (tmp_path / "shop" / "tests" / "test_examples.py").read_text()
    assert "from app.main import app" in text
    assert '"Hello, Ada"' in text


TELLS = """
import os
NAME, TOKEN = os.environ["SHOP_NAME"], os.environ["SHOP_TOKEN"]
HOST, LEVEL = os.environ["SHOP_HOST"], os.getenv("SHOP_LEVEL", "low")

@app.get("/about")
def about() -> list[str | int]:
    return [NAME, len(TOKEN), len(HOST), LEVEL]
"""


def test_tests_know_the_settings_that_their_answers_tell(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more of the environment than what stands in the tests already."""
    monkeypatch.chdir(tmp_path)
    values = {"NAME": 'The "corner"', "TOKEN": "a-b-c-d", "HOST": "db.internal", "LEVEL": "high"}
    for name, value in values.items():
        monkeypatch.setenv(f"SHOP_{name}", value)
    run(notebook, TELLS)
    notebook.session.get("/about")
    notebook.run("%api examples save about", "save")
    assert notebook.run("%api export --project shop", "export").error is None
    lines = (tmp_path / "shop" / "tests" / "conftest.py").read_text().splitlines()
    assert [line for line in lines if line.startswith("os.environ")] == [
        """os.environ.setdefault("SHOP_NAME", 'The "corner"')""",
        'os.environ.setdefault("SHOP_TOKEN", "change-me")',
        'os.environ.setdefault("SHOP_HOST", "change-me")',
        'os.environ.setdefault("SHOP_LEVEL", "high")',
    ]
