"""What goes wrong is said in one line, with the cure, and by the exit code."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.driver import SHOP, command, write

FASTAPI = "import sys, types\nFastAPI = type('FastAPI', (), {'__module__': 'fastapi.applications'})"

# The text of shop.py, the words of the command, exit code, parts of the last line
FAILURES = [
    (SHOP, "routes shop:nothing", 1, ["shop has no `nothing`", "It has `app`"]),
    (
        "nothing = 1",
        "routes shop:nothing",
        1,
        ["`nothing` in shop is of the type int", "NotebookAPI()"],
    ),
    ("", "routes shop", 1, ["No application found in shop", "app = NotebookAPI()"]),
    ("app = 1", "routes shop", 1, ["`app` is of the type int", "--app"]),
    (f"{FASTAPI}\napp = FastAPI()", "dev shop", 1, ["FastAPI application", "Change the import"]),
    ("def app(scope): ...", "routes shop:app", 1, ["not a NotebookAPI", "FastAPI"]),
    ("1 / 0", "routes shop", 1, ["shop cannot be imported: ZeroDivisionError", "run the command"]),
    ("1 / 0", "openapi shop.py", 1, ["shop.py cannot be imported: ZeroDivisionError"]),
    ("def f(:", "routes shop", 1, ["SyntaxError: invalid syntax (shop.py, line 1)"]),
    ("import lib_x", "routes shop", 1, ["No module named 'lib_x'", "Install what provides lib_x"]),
    ("raise SystemExit(3)", "routes shop", 1, ["it called sys.exit(3)", "__main__"]),
    ("raise ValueError('one\\ntwo')", "routes shop", 1, ["ValueError: one. Correct that"]),
    ("", "routes shopp", 1, ["There is no module shopp in"]),
    ("", "routes shop.web", 1, ["There is no module shop.web in"]),
    ("", "dev nothing.py", 1, ["There is no file nothing.py in", "Correct the path"]),
    ("", "dev", 1, ["No application found in", "main.py, app.py, api.py"]),
    (SHOP, "openapi shop -o none/x.json", 1, ["none/x.json cannot be written", "another file"]),
    (SHOP, "dev shop --host 203.0.113.7", 1, ["'203.0.113.7' is not an address of this computer"]),
    (SHOP, "run shop --workers 2 --reload", 2, ["--reload serves by one process"]),
    (SHOP, "run shop --reload-dir .", 2, ["--reload-dir is for reloading"]),
    (SHOP, "run shop --reload-dir none", 2, ["'none' does not exist", "notebookapi run --help"]),
    (SHOP, "dev shop -e shop:app", 2, ["Both PATH (shop) and --entrypoint (shop:app)"]),
    (SHOP, "dev shop:app --app other", 2, ["--app other and shop:app name two"]),
    (SHOP, "dev shop --port 65536", 2, ["--port", "`notebookapi dev --help`"]),
    (SHOP, "dev shop --prot 1", 2, ["No such option: --prot", "`notebookapi dev --help`"]),
    (SHOP, "dev shop --workers 2", 2, ["No such option: --workers"]),
    (SHOP, "rout", 2, ["No such command 'rout'", "`notebookapi --help`"]),
]


@pytest.mark.parametrize(
    ("text", "words", "code", "parts"), FAILURES, ids=[f"{each[1]}-{each[0]}" for each in FAILURES]
)
def test_failure(
    run: Run, folder: Path, text: str, words: str, code: int, parts: list[str]
) -> None:
    write(folder, {"shop.py": text})
    done = run(*words.split())
    last = done.err.splitlines()[-1]
    assert (done.code, done.out) == (code, "")
    assert last.startswith("Error: ")
    assert [part for part in parts if part not in last] == []


def test_traceback_shows_frames_of_the_person_only(run: Run, folder: Path) -> None:
    text = (
        "import json\n"
        "from pydantic import BaseModel\n"
        "class Item(BaseModel):\n"
        "    price: float\n"
        "def read():\n"
        "    return Item(**json.loads('{\"price\": '))\n"
        "read()\n"
    )
    write(folder, {"shop.py": text})
    done = run("routes", "shop.py")
    files = [line.split('"')[1] for line in done.err.splitlines() if line.startswith("  File ")]
    assert files == [str(folder / "shop.py")] * 2
    assert "json.loads('{\"price\": ')" in done.err


def test_error_in_an_imported_module_names_both(run: Run, folder: Path) -> None:
    write(folder, {"shop.py": "import stock", "stock.py": "items = {}\nitems['pen']"})
    done = run("routes", "shop.py")
    assert 'shop.py", line 1' in done.err
    assert 'stock.py", line 2' in done.err
    assert "importlib" not in done.err


def test_name_that_python_has_taken(run: Run, folder: Path) -> None:
    write(folder, {"json.py": SHOP})
    done = run("routes", "json.py")
    assert (done.code, done.out) == (1, "")
    assert "json.py cannot be imported: the name `json` is taken by" in done.err
    assert done.err.rstrip().endswith("Rename the file.")


@pytest.mark.parametrize("text", ["[tool.notebookapi]\nentrypoint = 1", "[tool"])
def test_pyproject_that_cannot_be_used(run: Run, folder: Path, text: str) -> None:
    write(folder, {"pyproject.toml": text, "main.py": SHOP})
    done = run("routes")
    assert done.code == 1
    assert str(folder / "pyproject.toml") in done.err


def test_document_that_cannot_be_made(run: Run, folder: Path) -> None:
    broken = f"{SHOP}\ndef broken():\n    raise KeyError('x')\napp.openapi = broken\n"
    write(folder, {"shop.py": broken})
    done = run("openapi", "shop")
    assert (done.code, done.out) == (1, "")
    assert "The OpenAPI document of shop:app cannot be made: KeyError: 'x'" in done.err
    assert "in broken" in done.err


def test_port_in_use(folder: Path) -> None:
    write(folder, {"main.py": SHOP})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command("run", "--host", "127.0.0.1", "--port", str(port), folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: Port {port} on 127.0.0.1 is in use")
    assert "choose another port" in line


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_start_up_that_fails(folder: Path, workers: str) -> None:
    text = (
        "from contextlib import asynccontextmanager\n"
        "from notebookapi import NotebookAPI\n"
        "@asynccontextmanager\n"
        "async def lifespan(app):\n"
        "    raise RuntimeError('no database')\n"
        "    yield\n"
        "app = NotebookAPI(lifespan=lifespan)\n"
    )
    write(folder, {"main.py": text})
    words = ["run", "--host", "127.0.0.1", "--port", "0", "--workers", workers]
    done = command(*words, folder=folder)
    assert done.returncode == 1
    assert "RuntimeError: no database" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: The application did not start")


MISSING = [
    ("typer", "routes main", "typer", "standard"),
    ("rich", "routes main", "rich", "standard"),
    ("uvicorn", "dev main --port 0", "uvicorn", "standard"),
    ("uvicorn", "run main --host 127.0.0.1 --port 0", "uvicorn", "standard"),
    ("IPython", "shell main", "IPython", "notebook"),
]


@pytest.mark.parametrize(("library", "words", "named", "extra"), MISSING)
def test_missing_library(tmp_path: Path, library: str, words: str, named: str, extra: str) -> None:
    write(tmp_path, {"main.py": SHOP})
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        f"from notebookapi.cli import main; sys.exit(main({words.split()!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert named in line
    assert line.endswith(f'pip install "notebookapi[{extra}]"')
