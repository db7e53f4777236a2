"""A project runs at once: installed where nothing is, tested, served, checked and stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

from tests.conftest import IS_FULL
from tests.export.importing import imports_from
from tests.notebook.conftest import Notebook

from .dockerfile import Image, carried_out
from .driver import export
from .running import PATIENCE, ROOT, check_rules, in_loopback, run, served, tool, wait_for

CELLS = (
    """
    import os
    import time
    from pathlib import Path
    import stock
    from notebookapi import APIRouter, NotebookAPI

    app = NotebookAPI(title="Shop", description="What is in stock.")
    GREETING = os.environ["GREETING"]
    LIMIT = int(os.getenv("LIMIT", "10"))
    """,
    """
    @app.get("/stock")
    def read_stock(limit: int = LIMIT) -> list[str]:
        return Path("data/stock.txt").read_text().split()[:limit] + [stock.UNIT]

    @app.get("/greeting/{name}")
    def greet(name: str) -> str:
        return f"{GREETING}, {name}"

    @app.get("/slow/{seconds}")
    def slow(seconds: float) -> str:
        print("begun", flush=True)
        time.sleep(seconds)
        return "done"
    """,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    beside = tmp_path_factory.mktemp("notebooks")
    (beside / "data").mkdir()
    (beside / "data" / "stock.txt").write_text("tea rice")
    (beside / "stock.py").write_text('UNIT = "kg"\n')
    notebook = Notebook()
    with pytest.MonkeyPatch.context() as patch, imports_from(beside):
        patch.chdir(beside)
        patch.setenv("GREETING", "Good day")
        try:
            notebook.load()
            target = tmp_path_factory.mktemp("made") / "shop"
            assert export(notebook, target, *CELLS, beside=beside).proved
        finally:
            notebook.close()
    yield target


@pytest.fixture(scope="module")
def image(
    project: Path, wheels: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Image:
    """The Dockerfile's steps, done in a folder, with a wheel of this package to install."""
    return carried_out(project, tmp_path_factory.mktemp("image") / "root", wheels)


@pytest.mark.slow
@pytest.mark.timeout(400)
class TestImage:
    def test_its_environment_has_the_project_and_no_notebook(self, image: Image) -> None:
        code = (
            "import app.main, stock, importlib.util as u\n"
            "print(app.main.__file__, [n for n in ('IPython', 'ruff', 'pytest') if u.find_spec(n)])"
        )
        env = {**image.env, "GREETING": "Hi"}
        shown = run([f"{image.root}/opt/venv/bin/python", "-c", code], image.workdir, **env)
        where, _, unwanted = shown.strip().partition(" ")
        assert "/site-packages/app/main.py" in where
        assert unwanted == "[]"
        assert image.user == "10001:10001"
        assert "service:" in (image.root / "etc" / "passwd").read_text()

    def test_it_does_not_start_without_its_settings(self, image: Image) -> None:
        done = subprocess.run(
            image.on_port(image.command, 0), cwd=image.workdir, env=image.env,
            capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode != 0
        assert re.search(r"greeting\s+Field required", done.stderr)

    def test_it_serves_and_ends_when_requests_have_ended(self, image: Image) -> None:
        env = {"GREETING": "Good day", "LIMIT": "1"}
        with served(image, env) as (process, port):
            run(image.on_port(image.health, port), image.workdir, **image.env)
            url = f"http://127.0.0.1:{port}"
            client = httpx2.Client(base_url=url, trust_env=False, timeout=PATIENCE)
            assert client.get("/stock").json() == ["tea", "kg"]
            assert client.get("/greeting/Ada").json() == "Good day, Ada"
            answers: list[str] = []
            asking = threading.Thread(target=lambda: answers.append(client.get("/slow/1").json()))
            asking.start()
            wait_for(process, "begun")
            process.send_signal(signal.SIGTERM)
            asking.join(PATIENCE)
            assert answers == ["done"]
            assert process.wait(PATIENCE) in (0, -signal.SIGTERM)

    def test_its_own_tests_pass(self, image: Image, project: Path) -> None:
        python = f"{image.root}/opt/venv/bin/python"
        run([python, "-m", "pip", "install", "-q", f"{project}[test]"], project, **image.env)
        shown = run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], project, **image.env)
        assert "3 passed" in shown

    def test_its_tests_hold_it_to_its_contract(self, image: Image, project: Path) -> None:
        main = project / "app" / "main.py"
        before = main.read_text()
        main.write_text(before.replace('"/greeting/{name}"', '"/hello/{name}"'))
        try:
            done = subprocess.run(
                [f"{image.root}/opt/venv/bin/python", "-m", "pytest", "-q"],
                cwd=project, env=image.env, capture_output=True, text=True, timeout=PATIENCE,
            )  # fmt: skip
        finally:
            main.write_text(before)
        assert done.returncode == 1
        assert "FAILED tests/test_api.py::test_contract_is_kept" in done.stdout


@pytest.mark.timeout(200)
def test_rules(project: Path) -> None:
    check_rules(project)


RAY = """
import json, os, signal, sys, tempfile
import httpx2
import ray
from ray import serve

sys.path.insert(0, os.getcwd())
from app.ray import deployment

url = "http://127.0.0.1:8123"
with tempfile.TemporaryDirectory() as place:
    ray.init(num_cpus=2, include_dashboard=False, object_store_memory=200 * 2**20, _temp_dir=place)
    serve.start(http_options={"host": "127.0.0.1", "port": 8123})
    serve.run(deployment, name="shop", route_prefix="/shop")
    client = httpx2.Client(base_url=url, trust_env=False, timeout=30)
    replicas = serve.status().applications["shop"].deployments["Service"].replica_states
    answers = [client.get("/shop/greeting/Ada").json() for _ in range(5)]
    document = client.get("/shop/openapi.json").json()
    stock = client.get("/shop/stock").json()
    print("RESULT", json.dumps([dict(replicas), answers, list(document["paths"]), stock]))
    serve.shutdown()
    ray.shutdown()
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not IS_FULL, reason="starts Ray: scripts/test --full")
def test_ray_serve(project: Path, tmp_path: Path) -> None:
    """Two replicas on a real Ray."""
    (tmp_path / "program.py").write_text(RAY)
    env = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{project}",
        "GREETING": "Good day",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    shown = in_loopback([tool("python"), str(tmp_path / "program.py")], project, **env)
    (line,) = [line for line in shown.splitlines() if line.startswith("RESULT")]
    assert line == (
        'RESULT [{"RUNNING": 2}, ["Good day, Ada", "Good day, Ada", "Good day, Ada", '
        '"Good day, Ada", "Good day, Ada"], ["/stock", "/greeting/{name}", "/slow/{seconds}"], '
        '["tea", "rice", "kg"]]'
    )
