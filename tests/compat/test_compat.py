"""install_as_fastapi(): each case in a process of its own, as it changes what `import` means."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from notebookapi.compat import RealFastAPIError
from notebookapi.exceptions import NotebookAPIError

ROOT = Path(__file__).parents[2]

INSTALL = """
from notebookapi.compat import install_as_fastapi
install_as_fastapi()
"""

CASES = {
    "a module is the same under both names": """
        import fastapi.routing, fastapi.openapi.docs, notebookapi.routing, notebookapi.openapi.docs
        assert fastapi.routing is notebookapi.routing
        assert fastapi.openapi.docs is notebookapi.openapi.docs
        assert notebookapi.routing.__spec__.name == "notebookapi.routing"
    """,
    "a name is the same under both names": """
        import fastapi, notebookapi
        from fastapi import APIRouter, Depends
        assert (APIRouter, Depends) == (notebookapi.APIRouter, notebookapi.Depends)
        assert "Query" in dir(fastapi)
    """,
    "what is patched on one name is patched on the other": """
        import fastapi, fastapi.routing, notebookapi, notebookapi.routing
        fastapi.routing.APIRoute = fastapi.Depends = "patched"
        assert notebookapi.routing.APIRoute == notebookapi.Depends == "patched"
        notebookapi.Query = "patched too"
        assert fastapi.Query == "patched too"
        del fastapi.Query
        assert not hasattr(notebookapi, "Query")
    """,
    "each has its own version": """
        import fastapi, notebookapi
        assert fastapi.__version__ == "0.165.0" != notebookapi.__version__
    """,
    "FastAPI is an application with its own title": """
        from fastapi import FastAPI
        from fastapi.applications import FastAPI as the_same
        from notebookapi import NotebookAPI
        assert the_same is FastAPI
        assert (FastAPI().title, FastAPI(title="Mine").title) == ("FastAPI", "Mine")
        assert NotebookAPI().title == "NotebookAPI"
        assert FastAPI().openapi()["info"]["title"] == "FastAPI"
    """,
    "every application is an instance of FastAPI": """
        from fastapi import FastAPI
        from notebookapi import APIRouter, NotebookAPI
        class Own(NotebookAPI): pass
        assert isinstance(NotebookAPI(), FastAPI) and isinstance(Own(), FastAPI)
        assert issubclass(Own, FastAPI) and issubclass(FastAPI, NotebookAPI)
        assert not isinstance(APIRouter(), FastAPI)
    """,
    "FastAPI says nothing of routes that clash, and documents the last": """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/")
        def first() -> int: ...
        @app.get("/")
        def last() -> int: ...
        assert app.openapi()["paths"]["/"]["get"]["summary"] == "Last"
    """,
    "a subclass of FastAPI has its own instances only": """
        from fastapi import FastAPI
        from notebookapi import NotebookAPI
        class Own(FastAPI): pass
        assert isinstance(Own(), Own) and isinstance(Own(), FastAPI)
        assert not isinstance(FastAPI(), Own) and not isinstance(NotebookAPI(), Own)
        assert not issubclass(NotebookAPI, Own)
    """,
    "the signature tells the title": """
        import inspect
        from fastapi import FastAPI
        parameters = inspect.signature(FastAPI).parameters
        assert parameters["title"].default == "FastAPI"
        assert "openapi_url" in parameters
    """,
    "modules are loaded when they are asked for": """
        import sys, fastapi
        assert "notebookapi.testclient" not in sys.modules
        from fastapi.testclient import TestClient
        assert sys.modules["notebookapi.testclient"].TestClient is TestClient
    """,
    "a second call changes nothing": """
        import sys, fastapi
        finders = list(sys.meta_path)
        install_as_fastapi()
        import fastapi as again
        assert again is fastapi and sys.meta_path == finders
    """,
    "pickles name our modules": """
        import pickle
        from fastapi import HTTPException
        assert b"notebookapi.exceptions" in pickle.dumps(HTTPException)
    """,
    "mocks reach the modules": """
        from unittest import mock
        import notebookapi.routing
        with mock.patch("fastapi.routing.APIRoute", "mocked"):
            assert notebookapi.routing.APIRoute == "mocked"
        assert notebookapi.routing.APIRoute != "mocked"
    """,
}


def run(code: str, *, path: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """Run a program. path: where it imports from, before all other places."""
    program = f"import sys; sys.path.insert(0, {str(path)!r})\n{dedent(code)}"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT, capture_output=True, text=True, timeout=50,
    )  # fmt: skip


@pytest.mark.parametrize("code", CASES.values(), ids=CASES)
def test_posing(code: str) -> None:
    done = run(INSTALL + dedent(code))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder with a package that has FastAPI's name, as an installed one has."""
    (tmp_path / "fastapi").mkdir()
    for name in ("__init__", "routing", "nothing_of_ours"):
        (tmp_path / "fastapi" / f"{name}.py").write_text("raise_if_loaded = True\n")
    return tmp_path


def test_installed_fastapi_is_not_loaded(other: Path) -> None:
    code = """
        import fastapi, fastapi.routing
        assert not hasattr(fastapi, "raise_if_loaded")
        assert not hasattr(fastapi.routing, "raise_if_loaded")
        import fastapi.nothing_of_ours
    """
    done = run(INSTALL + dedent(code), path=other)
    assert done.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: No module named 'fastapi.nothing_of_ours': notebookapi poses as "
        "fastapi and has no 'nothing_of_ours'"
    )


@pytest.mark.parametrize("early", ["fastapi", "fastapi.routing"])
def test_too_late_after_fastapi(early: str, other: Path) -> None:
    done = run(f"import {early}\n{INSTALL}", path=other)
    assert done.returncode == 1
    told = done.stderr.splitlines()[-1]
    assert told.startswith(
        "notebookapi.compat.RealFastAPIError: `fastapi` is loaded already, from "
        f"{other / 'fastapi' / '__init__.py'}, so `notebookapi` cannot answer to its name."
    )
    assert "before the first import" in told


def test_error_is_an_import_error() -> None:
    assert issubclass(RealFastAPIError, ImportError)
    assert issubclass(RealFastAPIError, NotebookAPIError)
