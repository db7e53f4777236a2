"""Three notebooks that differ, from the file to two replicas: everything that a project promises.

A model that was trained in one cell, settings with a pool in the lifespan, a module for each tag.
"""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.driver import command
from tests.conftest import IS_FULL

from .dockerfile import Image, carried_out
from .running import PATIENCE, ROOT, check_rules, in_loopback, run, served, tool

BESIDE = Path(__file__).parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not IS_FULL, reason="installs three projects: scripts/test --full"),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and its answer: status, and document."""

    method: str
    path: str
    status: int
    answer: object
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A notebook, what it is exported with, and what is known of its project.

    exported, served: of the environment; another when it serves than when it was exported.
    tests: how many the project has. requires: the names of its distributions.
    """

    notebook: Path
    words: Sequence[str]
    exported: Mapping[str, str]
    served: Mapping[str, str]
    files: frozenset[str]
    requires: Sequence[str]
    tests: int
    asked: Sequence[Asked]

    @property
    def name(self) -> str:
        return self.notebook.name


BOOKING = {"room": 7, "guest": "Mary"}
MODEL = Case(
    notebook=BESIDE.parent / "notebooks" / "model",
    words=("--freeze", "model"),
    exported={},
    served={},
    files=frozenset({"main.py", "health.py", "model.joblib"}),
    requires=("notebookapi[standard]", "joblib", "pydantic", "starlette"),
    # The contract, the probe, the paths, and an example.
    tests=4,
    # It was trained with 2x + 1, and some noise.
    asked=[Asked("GET", "/predict?x=2", 200, {"value": pytest.approx(5, abs=0.5), "version": "1"})],
)
BOOKINGS = Case(
    notebook=BESIDE / "notebooks" / "bookings",
    words=(),
    exported={"HOTEL_NAME": "Ritz", "BOOKINGS_API_TOKEN": "not-to-be-written"},
    served={"HOTEL_NAME": "Grand", "BOOKINGS_API_TOKEN": "key-of-ours", "POOL_SIZE": "2"},
    files=frozenset({"main.py", "health.py", "settings.py"}),
    requires=("notebookapi[standard]", "pydantic", "pydantic-settings", "starlette"),
    # The contract, the probe, two that need nothing, the paths, and three examples.
    tests=8,
    asked=[
        Asked("GET", "/hotel", 200, {"name": "Grand", "connections": 2}),
        Asked("GET", "/bookings?most=1", 200, [{"room": 12, "guest": "Ada"}]),
        Asked("PUT", "/bookings/7", 200, BOOKING,
              {"json": BOOKING, "headers": {"X-API-Key": "key-of-ours"}}),
        Asked("PUT", "/bookings/7", 403, {"detail": "This key is not known."},
              {"json": BOOKING, "headers": {"X-API-Key": "not-to-be-written"}}),
    ],
)  # fmt: skip
TAGS = ("lengths", "masses", "times", "temperatures", "speeds")
MEASURES = Case(
    notebook=BESIDE / "notebooks" / "measures",
    words=(),
    exported={},
    served={},
    files=frozenset({"main.py", "health.py", "models.py", "shared.py", "routers/__init__.py"})
    | {f"routers/{tag}.py" for tag in TAGS},
    requires=("notebookapi[standard]", "pydantic", "starlette"),
    # The contract, the probe, four that need nothing, the paths, and four examples.
    tests=11,
    asked=[
        Asked("GET", "/lengths", 200, ["m", "km", "mile"]),
        Asked("POST", "/lengths/convert", 200, {"value": 2000, "unit": "m"},
              {"json": {"value": 2, "unit": "km"}}),
        Asked("GET", "/temperatures/kelvin?value=10", 200, 283.15),
        Asked("GET", "/speeds/5?metres=10", 200, 2),
    ],
)  # fmt: skip
CASES = (MODEL, BOOKINGS, MEASURES)


@dataclass(frozen=True, slots=True)
class Made:
    case: Case
    folder: Path


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Made]:
    """Each notebook's project, by the command that a person writes."""
    made = {}
    for case in CASES:
        beside = tmp_path_factory.mktemp("notebooks") / case.name
        left_out = shutil.ignore_patterns("api.py", "__pycache__", ".notebookapi")
        shutil.copytree(case.notebook, beside, ignore=left_out)
        folder = beside.parent / f"{case.name}-service"
        words = ("export", "notebook.py", "--project", str(folder), *case.words)
        done = command(*words, folder=beside, patience=4 * PATIENCE, **case.exported)
        assert done.returncode == 0, done.stderr
        made[case.name] = Made(case, folder)
    return made


@pytest.fixture(scope="module", params=[case.name for case in CASES])
def made(request: pytest.FixtureRequest, everything: Mapping[str, Made]) -> Made:
    found: Made = everything[request.param]
    return found


@pytest.fixture(scope="module")
def image(
    made: Made, wheels: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Image]:
    root = tmp_path_factory.mktemp("image")
    yield carried_out(made.folder, root / "root", wheels)
    shutil.rmtree(root)


def test_what_it_is_made_of(made: Made) -> None:
    package = made.folder / "app"
    here = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    assert here - {"__init__.py", "ray.py"} == made.case.files
    project = tomllib.loads((made.folder / "pyproject.toml").read_text())["project"]
    assert [line.partition(">")[0] for line in project["dependencies"]] == [*made.case.requires]
    texts = [path.read_bytes() for path in made.folder.rglob("*") if path.is_file()]
    assert not any(b"not-to-be-written" in text for text in texts)
    check_rules(made.folder)


def test_installed_where_nothing_is_it_serves(made: Made, image: Image) -> None:
    with served(image, made.case.served) as (process, port):
        run(image.on_port(image.health, port), image.workdir, **image.env)
        ask(f"http://127.0.0.1:{port}", made.case)
        process.terminate()
        assert process.wait(PATIENCE) in (0, -15)


def test_its_own_tests_pass(made: Made, image: Image) -> None:
    python = f"{image.root}/opt/venv/bin/python"
    run([python, "-m", "pip", "install", "-q", f"{made.folder}[test]"], made.folder, **image.env)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
    shown = run([python, *words], made.folder, **image.env)
    assert f"{made.case.tests} passed" in shown


def ask(url: str, case: Case) -> None:
    with httpx2.Client(base_url=url, trust_env=False, timeout=PATIENCE) as client:
        for each in case.asked:
            answer = client.request(each.method, each.path, **each.options)
            assert (answer.status_code, answer.json()) == (each.status, each.answer), each


RAY = """
import importlib, json, sys, tempfile
import httpx2
import ray
from ray import serve

results = {}
with tempfile.TemporaryDirectory() as place:
    ray.init(num_cpus=4, include_dashboard=False, object_store_memory=200 * 2**20, _temp_dir=place)
    serve.start(http_options={"host": "127.0.0.1", "port": 8123})
    client = httpx2.Client(base_url="http://127.0.0.1:8123", trust_env=False, timeout=30)
    for project in json.loads(sys.argv[1]):
        name, folder = project["name"], project["folder"]
        for known in [each for each in sys.modules if each.partition(".")[0] == "app"]:
            del sys.modules[known]
        sys.path[0] = folder
        service = importlib.import_module("app.ray").Service
        environment = {"runtime_env": {"env_vars": project["env"]}}
        deployment = service.options(ray_actor_options=environment).bind()
        serve.run(deployment, name=name, route_prefix=f"/{name}")
        states = serve.status().applications[name].deployments["Service"].replica_states
        answers = []
        for method, path, options in project["asked"]:
            answer = client.request(method, f"/{name}{path}", **options)
            answers.append([answer.status_code, answer.json()])
        results[name] = [dict(states), answers]
        serve.delete(name)
    serve.shutdown()
    ray.shutdown()
print("RESULT", json.dumps(results))
"""


def test_two_replicas_on_ray(everything: Mapping[str, Made], tmp_path: Path) -> None:
    """One Ray serves all three, one after the other."""
    (tmp_path / "program.py").write_text(RAY)
    told = [_told(made, tmp_path) for made in everything.values()]
    words = [tool("python"), str(tmp_path / "program.py"), json.dumps(told)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
    shown = in_loopback(words, tmp_path, **env)
    (line,) = [line for line in shown.splitlines() if line.startswith("RESULT ")]
    assert json.loads(line.removeprefix("RESULT ")) == {
        case.name: [{"RUNNING": 2}, [[each.status, each.answer] for each in case.asked]]
        for case in CASES
    }


def _told(made: Made, folder: Path) -> dict[str, Any]:
    env = {
        **made.case.served,
        "PYTHONPATH": f"{ROOT}:{made.folder}",
        # Ray's workers have folders of their own.
        "BOOKINGS_DATABASE": str(folder / "bookings.db"),
    }
    asked = [(each.method, each.path, dict(each.options)) for each in made.case.asked]
    return {"name": made.case.name, "folder": str(made.folder), "env": env, "asked": asked}
