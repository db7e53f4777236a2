"""The commands that show something: openapi, routes, doctor, shell, and the help."""

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pexpect
import pytest

import notebookapi
from notebookapi._installed import Finding, Requirement, cures, parsed
from tests.cli.conftest import Run
from tests.cli.driver import PATIENCE, SHOP, command, environment, write

COMMANDS = (
    "dev", "run", "lab", "new", "serve", "export", "openapi", "routes", "shell", "doctor",
)  # fmt: skip
ROUTES = """
import functools
from notebookapi import APIRouter, NotebookAPI, WebSocket

router = APIRouter(prefix="/stock")

def logged(call):
    @functools.wraps(call)
    def inner(*args, **kwargs):
        return call(*args, **kwargs)
    return inner

@router.get("/{name}")
@logged
def count(name: str) -> int:
    return 1

app = NotebookAPI()
app.include_router(router, prefix="/v1")

@app.api_route("/orders", methods=["PUT", "POST"])
def order() -> None: ...

@app.websocket("/live")
async def live(socket: WebSocket) -> None: ...

app.mount("/inner", NotebookAPI())
"""


class TestProgram:
    def test_version(self, run: Run) -> None:
        assert run("--version").out == f"notebookapi {notebookapi.__version__}\n"

    def test_help_names_the_commands(self, run: Run) -> None:
        done = run("--help")
        assert done.code == 0
        listed = done.out.partition("Commands:")[2].splitlines()
        assert tuple(line.split()[0] for line in listed if line.strip()) == COMMANDS
        assert [line for line in listed if line.endswith("...")] == []  # Nothing is cut off.

    def test_without_a_command(self, run: Run) -> None:
        done = run()
        assert done.code == 2
        assert "Commands:" in done.out + done.err

    @pytest.mark.parametrize("name", COMMANDS)
    def test_help_of_a_command(self, run: Run, name: str) -> None:
        done = run(name, "--help")
        assert done.code == 0
        assert f"Usage: notebookapi {name} " in done.out
        assert run(name, "-h").out == done.out

    def test_every_option_of_serving(self, run: Run) -> None:
        common = (
            "--host --port --reload --reload-dir --root-path --app --entrypoint -e"
            " --proxy-headers --forwarded-allow-ips"
        ).split()
        dev, serve = (run(name, "--help").out for name in ("dev", "run"))
        assert [option for option in common if option not in dev] == []
        assert [option for option in [*common, "--workers"] if option not in serve] == []

    def test_console_script(self) -> None:
        (script,) = metadata.entry_points(group="console_scripts", name="notebookapi")
        assert script.load() is notebookapi.cli.main

    def test_help_loads_nothing_that_serves(self, tmp_path: Path) -> None:
        code = (
            "import sys; from notebookapi.cli import main; main(['--help'])\n"
            "print([n for n in ('uvicorn', 'IPython', 'httpx2') if n in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=50
        )
        assert done.stdout.splitlines()[-1] == "[]"


class TestOpenapi:
    def test_shows_the_document(self, tmp_path: Path) -> None:
        write(tmp_path, {"shop.py": SHOP})
        done = command("openapi", "shop", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        document = json.loads(done.stdout)
        assert document["info"]["title"] == "Shop"
        assert list(document["paths"]) == ["/items/{item_id}"]

    def test_writes_a_file(self, run: Run, folder: Path) -> None:
        write(folder, {"shop.py": SHOP})
        shown = run("openapi", "shop:app")
        done = run("openapi", "shop:app", "-o", "openapi.json")
        assert (done.code, done.out) == (0, "")
        assert done.err == "openapi.json: 1 operation of shop:app\n"
        assert (folder / "openapi.json").read_text() == shown.out


class TestRoutes:
    def test_in_a_pipe(self, run: Run, folder: Path) -> None:
        write(folder, {"main.py": ROUTES})
        lines = ROUTES.splitlines()
        done = run("routes")
        assert (done.code, done.err) == (0, "")
        heading, *rows = (re.split(r"  +", line) for line in done.out.splitlines())
        assert heading == ["Method", "Path", "Endpoint", "Defined in"]
        at = {
            "count": lines.index('@router.get("/{name}")') + 1,
            "order": lines.index('@app.api_route("/orders", methods=["PUT", "POST"])') + 1,
            "live": lines.index('@app.websocket("/live")') + 1,
        }
        assert sorted(rows) == [
            ["GET", "/v1/stock/{name}", "count", f"main.py:{at['count']}"],
            ["MOUNT", "/inner", "NotebookAPI"],
            ["POST, PUT", "/orders", "order", f"main.py:{at['order']}"],
            ["WEBSOCKET", "/live", "live", f"main.py:{at['live']}"],
        ]

    def test_none_yet(self, run: Run, folder: Path) -> None:
        write(folder, {"main.py": "from notebookapi import NotebookAPI\napi = NotebookAPI()"})
        done = run("routes")
        assert (done.code, done.out, done.err) == (0, "", "main:api has no routes yet.\n")

    @pytest.mark.parametrize(("more", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
    def test_on_a_terminal(self, tmp_path: Path, more: dict[str, str], is_coloured: bool) -> None:
        write(tmp_path, {"main.py": "1 / 0", "shop.py": SHOP})
        shown = on_a_terminal(["routes", "shop"], tmp_path, more)
        assert "─" in shown
        assert "/items/{item_id}" in shown
        failed = on_a_terminal(["routes", "main"], tmp_path, more)
        assert bool(re.search(r"\x1b\[[\d;]*3\d", failed)) is is_coloured


def on_a_terminal(words: list[str], folder: Path, more: dict[str, str]) -> str:
    """Run a command on a terminal of 100 columns and return what it writes."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "notebookapi", *words],
        cwd=str(folder),
        env=environment(folder, TERM="xterm-256color", **more),
        dimensions=(40, 100),
        encoding="utf-8",
        timeout=PATIENCE,
    )
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before)


class TestShell:
    def test_serves_and_changes(self, tmp_path: Path) -> None:
        write(tmp_path, {"shop.py": SHOP})
        entered = (
            "print('first', api.get('/items/7').json())\n"
            "_ = app.get('/new')(lambda: 'brand-new')\n"
            "print('second', api.get('/new').json())\n"
            "print('third', shop.app is app)\n"
            "exit\n"
        )
        done = command("shell", "shop", folder=tmp_path, entered=entered)
        assert done.returncode == 0, done.stderr
        assert "first 7" in done.stdout
        assert "second brand-new" in done.stdout
        assert "third True" in done.stdout
        assert re.search(r"Serving at +http://127\.0\.0\.1:\d+", done.stderr)

    def test_module_named_like_the_session(self, tmp_path: Path) -> None:
        write(tmp_path, {"api.py": SHOP})
        entered = "print('it is', api.get('/items/7').json())\nexit\n"
        assert "it is 7" in command("shell", folder=tmp_path, entered=entered).stdout

    def test_start_up_that_fails(self, tmp_path: Path) -> None:
        text = SHOP.replace('title="Shop"', "lifespan=broken").replace(
            "app =",
            "async def broken(app):\n    raise RuntimeError('no database')\n    yield\n\napp =",
        )
        write(tmp_path, {"shop.py": f"{text}"})
        done = command("shell", "shop", folder=tmp_path, entered="exit\n")
        assert done.returncode == 1
        assert "no database" in done.stderr
        assert done.stderr.splitlines()[-1].startswith("Error: ")


class TestDoctor:
    def test_names_what_is_here(self, run: Run) -> None:
        done = run("doctor")
        rows = [line.split() for line in done.out.splitlines()]
        assert ["starlette", metadata.version("starlette")] in rows
        assert ["uvicorn", metadata.version("uvicorn"), "standard"] in rows
        assert ["ipykernel", metadata.version("ipykernel"), "notebook"] in rows
        assert done.code == 0

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (["starlette<2,>=1.6"], [Requirement("starlette", "1.6")]),
            (
                ["rich>=14; extra == 'all'", "rich>=14; extra == 'standard'"],
                [Requirement("rich", "14", "standard")],
            ),
            (
                ['uvicorn[standard]>=0.40; extra == "standard"'],
                [Requirement("uvicorn", "0.40", "standard")],
            ),
            (["notebookapi[standard]; extra == 'notebook'"], []),
            (["plain"], [Requirement("plain")]),
        ],
    )
    def test_reads_requirements(self, lines: list[str], expected: list[Requirement]) -> None:
        assert parsed(lines) == expected

    @pytest.mark.parametrize(
        ("least", "version", "is_well"),
        [
            ("1.6", "1.10.0", True),
            ("1.6", "1.5.9", False),
            ("2.0", "2", True),
            ("0.0.20", "0.0.3", False),
            ("9", "9.0rc1", True),
            ("", "1", True),
            ("1", None, False),
        ],
    )
    def test_judges_versions(self, least: str, version: str | None, is_well: bool) -> None:
        assert Finding(Requirement("x", least), version).is_well is is_well

    def test_cures(self) -> None:
        findings = [
            Finding(Requirement("starlette", "1.6"), "1.2"),
            Finding(Requirement("rich", "14", "standard"), "15"),
            Finding(Requirement("ipython", "9", "notebook"), None),
            Finding(Requirement("ruff", "0.12", "notebook"), None),
        ]
        assert cures(findings) == [
            'starlette: pip install --upgrade "notebookapi"',
            'ipython, ruff: pip install --upgrade "notebookapi[notebook]"',
        ]
        assert findings[0].remark == "too old; 1.6 or newer is needed"
        assert findings[2].remark == "missing"
