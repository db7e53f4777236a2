"""A client generated from the document works against the application that serves it."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv-clients" / "bin"
"""Has the generator, and no notebookapi: `scripts/test` makes it."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the application is served, by uvicorn in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "tests.clients.served:app",
         "--host", "127.0.0.1", "--port", "0", "--no-access-log"],
        cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if process.stderr is None:  # a pipe was asked for
        raise RuntimeError("uvicorn has no stderr.")
    said: list[str] = []
    found = None
    while found is None and (line := process.stderr.readline()):
        said.append(line)
        found = re.search(r"running on (http://127\.0\.0\.1:\d+)", line)
    try:
        if found is None:
            raise RuntimeError("".join(said))
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def run(*command: str | Path, cwd: Path) -> str:
    path = os.pathsep.join([str(TOOLS), os.environ["PATH"]])  # it formats what it has made
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=150,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(cwd)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def answers(url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program got that uses the client made from the document that is served."""
    if not TOOLS.exists():
        pytest.skip("There is no generator: scripts/test installs it.")
    place = tmp_path_factory.mktemp("client")
    with urllib.request.urlopen(f"{url}/openapi.json", timeout=20) as response:
        document = json.load(response)
    OpenAPIV31SpecValidator(document).validate()
    (place / "openapi.json").write_text(json.dumps(document))
    run(
        TOOLS / "openapi-python-client", "generate", "--path", "openapi.json",
        "--output-path", "shop", "--meta", "none", "--fail-on-warning", cwd=place,
    )  # fmt: skip
    program = Path(__file__).with_name("program.py")
    made: dict[str, Any] = json.loads(run(TOOLS / "python", program, url, cwd=place))
    return made


EXPECTED: dict[str, Any] = {
    "made": {
        "name": "Novel", "price": 1.5, "since": "2026-01-02", "colours": ["red"],
        "what": {"kind": "book", "pages": 300}, "partsByName": {"leaf": 3}, "with_tax": 3.0,
        "source": "shelf",
    },
    "kinds": ["Book", "Film"],
    "since": True,
    "page": [1, ["Novel"]],
    "none": [404, True],
    "invalid": [["query", "limit"]],
    "hello": "hello you",
    "gone": 204,
    "left": ["Western"],
}  # fmt: skip


@pytest.mark.parametrize("what", EXPECTED)
def test_the_client_gets(answers: dict[str, Any], what: str) -> None:
    assert answers[what] == EXPECTED[what]
