"""Modules in a clean process."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from notebookapi.cells import Cell
from notebookapi.export import CellLine, ExportedModule, Proof, prove
from notebookapi.export.differences import compare
from notebookapi.export.errors import ProofTimeout

APP = "class App:\n    def openapi(self): return {'paths': {'/a': {}}}\n"
DOCUMENT: dict[str, Any] = {"paths": {"/a": {}}}


def proof_of(text: str, document: Mapping[str, Any] = DOCUMENT, **options: Any) -> Proof:
    return prove(ExportedModule(text, {}), document, **options)


def test_proved() -> None:
    said: list[str] = []
    proof = proof_of(APP + "app = App()\nprint('noise')", progress=said.append)
    assert proof == Proof() and proof.passed
    assert said == ["importing api in a clean process", "comparing the OpenAPI documents"]


def test_differences_are_listed_by_path() -> None:
    proof = proof_of(APP + "app = App()", {"paths": {"/a": {"get": 1}, "/b": {}}})
    assert not proof.passed
    assert [str(difference) for difference in proof.differences] == [
        "$.paths./a.get: 1 live, missing in the module",
        "$.paths./b: {} live, missing in the module",
    ]


def test_a_failed_import_leads_back_to_the_cell() -> None:
    cell = Cell("k", 4, 4, "", "", True)
    module = ExportedModule("x = 1\ndef f():\n    return y\nf()\n", {3: CellLine(cell, 7)})
    failure = prove(module, {}, name="shop").failure
    assert failure is not None
    lines = failure.splitlines()
    assert lines[0] == "NameError: name 'y' is not defined"
    assert lines[-1] == "  shop.py, line 3 = cell 4, line 7, in f: return y"


FAILURES = [
    ("import IPython", "ModuleNotFoundError"),
    ("raise SystemExit(3)", "SystemExit: 3"),
    (
        "import os\nprint('gone')\nos.system('true')\nimport sys; sys.stdout.flush(); os._exit(4)",
        "the process ended with code 4 before it was done\ngone",
    ),
    ("x = 1", "AttributeError: module 'api' has no attribute 'app'"),
    ("x = (", "SyntaxError"),
]


@pytest.mark.parametrize(("text", "failure"), FAILURES, ids=[f[0] for f in FAILURES])
def test_failures(text: str, failure: str) -> None:
    assert failure in (proof_of(text).failure or "")


def test_libraries_that_want_ipython_if_it_is_there_fall_back() -> None:
    text = "import importlib.util\nassert importlib.util.find_spec('IPython') is None\n"
    assert proof_of(text + APP + "app = App()").passed


def test_modules_beside_the_notebook_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(APP)
    (tmp_path / "api.py").write_text("raise RuntimeError('the older export')")
    assert proof_of("from own import App\napp = App()", directory=tmp_path).passed
    assert "No module named 'own'" in (proof_of("import own").failure or "")


def test_the_environment_of_python_does_not_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lying_about.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "No module named 'lying_about'" in (proof_of("import lying_about").failure or "")


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what is left")
def test_a_timeout_ends_the_process_and_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    text = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(600)"
    )
    with pytest.raises(ProofTimeout, match=r"api was not imported within 2 s\. Give the export"):
        proof_of(text, timeout=2)
    assert [pid for pid in note.read_text().split() if is_alive(int(pid))] == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what is left")
def test_an_interrupt_ends_the_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    text = f"import os, time\nopen({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"

    def interrupt(line: str) -> None:
        # The first line of progress that gives a time comes when the process runs.
        if " s of " in line and note.exists() and note.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        proof_of(text, progress=interrupt)
    assert not is_alive(int(note.read_text()))


GET: dict[str, Any] = {"get": {}}

# live document, the module's, what is said
COMPARED: list[tuple[Any, Any, list[str]]] = [
    ({"a": 1}, {"a": 1}, []),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
    ({"a": 1}, {"a": True}, ["$.a: 1 live, true in the module"]),
    ({"a": {}}, {"a": {"b": "c"}}, ['$.a.b: not there live, "c" in the module']),
    ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["$.a[0].b: 1 live, 2 in the module"]),
    ({"a": [1]}, {"a": [1, 2]}, ["$.a: [1] live, [1, 2] in the module"]),
    ({"a": "x" * 200}, {"a": None}, [f'$.a: "{"x" * 78}… live, null in the module']),
    ({"paths": {"/a": GET, "/b": GET}}, {"paths": {"/b": GET, "/a": GET}}, []),
    (
        {"paths": {"/me": GET, "/{id}": GET}},
        {"paths": {"/{id}": GET, "/me": GET}},
        [
            "$.paths: /me is matched before /{id} live, after it in the module; "
            "some requests match both"
        ],
    ),
    (
        {"paths": {"/me": GET, "/{id}": {"post": {}}}},
        {"paths": {"/{id}": {"post": {}}, "/me": GET}},
        [],
    ),
]


@pytest.mark.parametrize(("live", "module", "said"), COMPARED)
def test_compare(live: Any, module: Any, said: list[str]) -> None:
    assert [str(difference) for difference in compare(live, module)] == said


def test_relative_paths_are_read_beside_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text("/a")
    (tmp_path / "helper.py").write_text("NAME = 1")
    text = (
        "import helper\n"
        "class App:\n"
        "    def openapi(self): return {'paths': {PATH: {}}}\n"
        "PATH = open('model.txt').read()\napp = App()"
    )
    proof = proof_of(text, directory=tmp_path)
    assert proof == Proof()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["helper.py", "model.txt"]


def test_a_failed_import_names_no_frames_of_the_import_system() -> None:
    text = "from importlib import import_module\nimport_module('no_such_module_here')"
    failure = proof_of(text).failure or ""
    assert "no_such_module_here" in failure
    assert "_bootstrap" not in failure
    assert [line.split(",")[0].strip() for line in failure.splitlines()[1:]] == ["api.py"]


SERVED = (
    "class App:\n"
    "    def openapi(self): return {'paths': {'/a': {}}}\n"
    "    openapi_url = '/docs/openapi.json'\n"
    "    async def __call__(self, scope, receive, send):\n"
    "        if scope['type'] != 'http': return\n"
    "        assert (scope['method'], scope['path']) == ('GET', '/docs/openapi.json')\n"
    "        start = {'type': 'http.response.start', 'status': STATUS, 'headers': []}\n"
    "        await send(start)\n"
    "        for part in BODY:\n"
    "            await send({'type': 'http.response.body', 'body': part, 'more_body': True})\n"
    "        await send({'type': 'http.response.body', 'body': b''})\n"
    "app = App()\n"
)


def test_the_document_is_compared_as_it_is_served() -> None:
    whole = "STATUS = 200\nBODY = [b'{\"paths\": {\"/a\"', b': {}}}']\n"
    assert proof_of(whole + SERVED) == Proof()
    other = "STATUS = 200\nBODY = [b'{\"paths\": {}}']\n"
    assert [str(each) for each in proof_of(other + SERVED).differences] == [
        "$.paths./a: {} live, missing in the module"
    ]


def test_an_application_that_fails_every_request_is_not_proved() -> None:
    failure = proof_of("STATUS = 500\nBODY = [b'Internal Server Error']\n" + SERVED).failure
    assert failure == (
        "GET /docs/openapi.json was answered with 500 in the clean process: Internal Server Error"
    )


@pytest.mark.parametrize(
    "text",
    [
        "STATUS = 401\nBODY = [b'Who are you?']\n" + SERVED,
        "STATUS = 500\nBODY = [b'']\n" + SERVED + "app.user_middleware = ['needs a lifespan']\n",
        "STATUS = 500\nBODY = [b'']\n" + SERVED + "app.openapi_url = None\n",
    ],
)
def test_a_document_that_no_request_gets_is_compared_as_it_is_made(text: str) -> None:
    assert proof_of(text) == Proof()


def test_variables_of_the_environment_are_passed_on_and_written_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = (
        "import os, pathlib\n"
        "assert os.environ['SHOP_KEY'] == 'hush' + '-hush'\n"
        "place = pathlib.Path(__file__).parents[1]\n"
        "value = b'hush' + b'-hush'\n"
        "assert not [f for f in place.rglob('*') if f.is_file() and value in f.read_bytes()]\n"
    )
    monkeypatch.setenv("SHOP_KEY", "hush-hush")
    assert proof_of(text + APP + "app = App()") == Proof()
