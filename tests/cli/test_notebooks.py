"""`notebookapi new`, `lab`, `export` and `serve` with notebooks: real commands, real kernels."""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
from pathlib import Path

import httpx2
import nbformat
import pytest

from tests.cli.conftest import Run
from tests.cli.driver import PATIENCE, Serving, command, write

LONG = 120.0
"""Seconds that a command may take which runs a notebook, and proves what comes of it."""

pytestmark = pytest.mark.timeout(300)

HELLO = """\
# %%
from notebookapi import NotebookAPI
app = NotebookAPI(title="Hello")

# %%
@app.get("/hello")
def hello() -> str:
    return "first"

# %% [markdown]
# The end.
"""
FAILS = """\
# %%
from notebookapi import NotebookAPI
app = NotebookAPI()
# %%
@app.get("/hello")
def hello() -> str:
    return undefined
# %%
x = 1
y = x / 0
"""

LIVES = """\
# %%
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from notebookapi import NotebookAPI

def note(text: str) -> None:
    with Path("lives.txt").open("a") as file:
        file.write(f"{text}\\n")

@asynccontextmanager
async def lifespan(app: NotebookAPI) -> AsyncIterator[None]:
    note("up")
    yield
    note("down")

app = NotebookAPI(lifespan=lifespan)

@app.get("/hello")
def hello() -> str:
    return "first"

# %%
note(api.get("/hello").json())
"""


class TestNew:
    def test_it_is_a_notebook_that_is_never_replaced(self, run: Run, folder: Path) -> None:
        done = run("new")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines() == [
            "api.ipynb is written.",
            "Open it:  notebookapi lab api.ipynb",
            "Serve it: notebookapi serve api.ipynb",
        ]
        formats = vars(nbformat)
        formats["validate"](formats["read"](folder / "api.ipynb", as_version=4))
        (folder / "api.ipynb").write_text("mine")
        done = run("new")
        assert (done.code, done.out) == (1, "")
        assert done.err == "Error: api.ipynb is there already. Choose another name.\n"
        assert (folder / "api.ipynb").read_text() == "mine"

    @pytest.mark.parametrize(
        ("name", "code", "said"),
        [
            ("shop", 0, "shop.ipynb is written"),
            ("shop.py", 2, "shop.py is not the name of a notebook. Write shop.ipynb."),
            (
                "no/where.ipynb",
                1,
                "no/where.ipynb cannot be written: No such file or directory. Ch",
            ),
        ],
    )
    def test_names(self, name: str, code: int, said: str, run: Run) -> None:
        done = run("new", name)
        assert done.code == code
        assert said in done.out + done.err


class TestLab:
    def test_without_jupyterlab(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "jupyterlab", None)
        done = run("lab")
        assert done.code == 1
        assert done.err == (
            "Error: This command needs JupyterLab, which is not installed. "
            'Run: pip install "notebookapi[lab]"\n'
        )

    def test_a_path_that_is_nowhere(self, run: Run) -> None:
        pytest.importorskip("jupyterlab")
        assert "Error: There is no folder no." in run("lab", "no/x.ipynb").err
        assert "Error: There is neither a folder nor a notebook no." in run("lab", "no").err

    def test_it_opens_with_a_notebook_to_begin_with(self, folder: Path) -> None:
        pytest.importorskip("jupyterlab")
        words = ("lab", "--no-browser", "--port", "0", "--ServerApp.ip=127.0.0.1", "--allow-root")
        places = {
            name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")
        }
        lab = Serving(*words, folder=folder, **places)
        try:
            lab.wait_for("Jupyter Server")
            lab.wait_for("open this file in a browser")
            pages = [page.read_text() for page in (folder / "JUPYTER_RUNTIME_DIR").glob("*.html")]
            url = re.findall(
                r'href="(http://[^"]+/lab/tree/api\.ipynb\?token=[^"]+)"', "".join(pages)
            )
            # One that is told to end before its loop runs does not: wait for an answer.
            assert httpx2.get(url[0], timeout=PATIENCE, trust_env=False).status_code == 200
            lab.process.send_signal(signal.SIGTERM)
            assert lab.process.wait(PATIENCE) == 0
        finally:
            lab.end()
        assert (folder / "api.ipynb").exists()


@pytest.mark.slow
class TestExport:
    def test_percent_format(self, folder: Path) -> None:
        write(folder, {"hello.py": HELLO})
        done = command("export", "hello.py", "-o", "api.py", folder=folder, patience=LONG)
        assert (done.returncode, done.stdout) == (0, f"Proved: {folder / 'api.py'}\n"), done.stderr
        assert "running cell 2 of 2 ...\n" in done.stderr
        text = (folder / "api.py").read_text()
        assert 'app = NotebookAPI(title="Hello")' in text and "The end" not in text

    def test_a_notebook_to_begin_with_becomes_a_project(self, folder: Path) -> None:
        command("new", folder=folder)
        done = command("export", "api.ipynb", "--project", "shop", folder=folder, patience=LONG)
        assert done.returncode == 0, done.stderr
        assert done.stdout == (
            f"Proved: {folder / 'shop'} (17 files written)\n"
            "note: PUT /items/1 of the log: no test, as it may change something. Save it as an "
            "example with `--replay`.\n"
        )
        (folder / "shop" / "Dockerfile").write_text("mine")
        done = command("export", "api.ipynb", "--project", "shop", folder=folder, patience=LONG)
        assert done.returncode == 1
        assert "Dockerfile was edited since the last export" in done.stderr

    def test_a_notebook_that_fails(self, folder: Path) -> None:
        write(folder, {"bad.py": FAILS})
        done = command("export", "bad.py", "-o", "api.py", folder=folder, patience=LONG)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1] == (
            "Error: `api.py` was not written: cell 3 of bad.py failed at line 2: "
            "ZeroDivisionError: division by zero. Mend the cell and export again."
        )
        assert sorted(path.name for path in folder.iterdir() if path.suffix) == ["bad.py"]

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (["hello.py"], 2, "hello.py is the notebook itself. Name another file: --output"),
            (["hello.py", "-o", "a.py", "--project", "b"], 2, "are two exports. Give one."),
            (["hello.py", "-o", "a.py", "--framework", "flask"], 2, "Write notebookapi or fastapi"),
            (["hello.py", "--project", "b", "--framework", "fastapi"], 2, "Leave out --framework,"),
            (["gone.ipynb"], 1, "gone.ipynb cannot be read: No such file or directory."),
            (["hello.py", "-o", "json.py"], 1, "would hide the standard library's `json`"),
            (["hello.py", "--project", "no/where"], 1, "there is no folder no"),
        ],
        ids=str,
    )
    def test_refused_before_anything_runs(
        self, words: list[str], code: int, said: str, run: Run, folder: Path
    ) -> None:
        write(folder, {"hello.py": HELLO})
        done = run("export", *words)
        assert done.code == code
        assert said in done.err.replace(str(folder) + "/", "")
        assert done.err.count("Error: ") == 1


@pytest.mark.slow
class TestServe:
    def test_a_notebook(self, folder: Path) -> None:
        write(folder, {"hello.py": HELLO})
        with Serving("serve", "hello.py", "--port", "0", folder=folder) as serving:
            assert serving.client.get("/hello").json() == "first"
            assert any("app of hello.py" in line for line in serving.lines)
            assert serving.stop() == 0
        with pytest.raises(httpx2.TransportError):
            httpx2.get(f"{serving.url}/hello", trust_env=False)

    def test_it_follows_its_file(self, folder: Path) -> None:
        """No request fails while versions change; one that does not run changes nothing."""
        write(folder, {"hello.py": HELLO})
        with Serving("serve", "hello.py", "--port", "0", "--watch", folder=folder) as serving:
            serving.wait_for("Ctrl+C")
            asked = _Asking(f"{serving.url}/hello")
            write(folder, {"hello.py": HELLO.replace("first", "second")})
            serving.wait_for("this version serves now")
            write(folder, {"hello.py": FAILS})
            line = serving.wait_for("Error: ")
            assert line == (
                "Error: Cell 3 of hello.py failed at line 2: ZeroDivisionError: division by zero. "
                "Mend the cell. What served before serves on.\n"
            )
            assert serving.client.get("/hello").json() == "second"
            write(folder, {"hello.py": "# %%\nx = 1"})
            line = serving.wait_for("Error: ")
            assert "hello.py cannot be served: no cell declares a route. What served" in line
            write(folder, {"hello.py": HELLO.replace("first", "third")})
            serving.wait_for("this version serves now")
            assert serving.client.get("/hello").json() == "third"
            answers = asked.stop()
            assert serving.stop() == 0
        assert list(dict.fromkeys(answers)) == ["first", "second", "third"]

    def test_saved_outputs_are_no_new_version(self, folder: Path) -> None:
        command("new", folder=folder)
        notebook = json.loads((folder / "api.ipynb").read_text())
        with Serving("serve", "api.ipynb", "--port", "0", "--watch", folder=folder) as serving:
            serving.wait_for("Ctrl+C")
            notebook["metadata"]["saved"] = True
            write(folder, {"api.ipynb": json.dumps(notebook)})
            notebook["cells"][-2]["source"] = "1 / 0"
            write(folder, {"api.ipynb": json.dumps(notebook)})
            serving.wait_for("ZeroDivisionError")
        assert sum("starting a kernel" in line for line in serving.lines) == 2

    def test_it_starts_up_once(self, folder: Path) -> None:
        """What the cells send requests to is what serves in the end."""
        write(folder, {"hello.py": LIVES})
        with Serving("serve", "hello.py", "--port", "0", folder=folder) as serving:
            assert serving.client.get("/hello").json() == "first"
            assert (folder / "lives.txt").read_text().split() == ["up", "first"]
            assert serving.stop() == 0
        assert (folder / "lives.txt").read_text().split() == ["up", "first", "down"]

    def test_an_application_by_its_name(self, folder: Path) -> None:
        text = HELLO.replace("app", "shop").replace("import NotebookAPI", "import NotebookAPI")
        write(folder, {"hello.py": text})
        words = ("serve", "hello.py", "--port", "0", "--app", "shop")
        with Serving(*words, folder=folder) as serving:
            assert serving.client.get("/hello").json() == "first"

    def test_a_module(self, folder: Path) -> None:
        write(folder, {"shop.py": HELLO.replace("# %%", "#")})
        with Serving("serve", "shop.py", "--port", "0", folder=folder) as serving:
            assert serving.client.get("/hello").json() == "first"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (FAILS, "Cell 3 of x.py failed at line 2: ZeroDivisionError: division by zero."),
            ("# %%\nimport os\nos._exit(3)\n", "Cell 1 of x.py ended the kernel."),
            (
                "# %%\ndef f(:\n",
                "Cell 1 of x.py failed at line 1: SyntaxError: invalid syntax. Mend",
            ),
            ("# %% [markdown]\n# text\n", "x.py has no cell with code in it."),
        ],
        ids=["fails", "ends the kernel", "syntax", "no code"],
    )
    def test_what_cannot_be_served(self, text: str, said: str, folder: Path) -> None:
        write(folder, {"x.py": text})
        done = command("serve", "x.py", "--port", "0", folder=folder, patience=LONG)
        assert done.returncode == 1
        assert said in done.stderr.splitlines()[-1]
        assert done.stderr.splitlines()[-1].startswith("Error: ")

    def test_a_cell_that_takes_too_long(self, folder: Path) -> None:
        """It is said in one line; the kernel, which is ended in the middle, has nothing to add."""
        write(folder, {"x.py": HELLO + "# %%\nimport threading\nthreading.Event().wait()\n"})
        done = command("serve", "x.py", "--cell-timeout", "1", folder=folder, patience=LONG)
        assert done.returncode == 1
        said = [line for line in done.stderr.splitlines() if not line.endswith(" ...")]
        assert len(said) == 1
        assert said[0].startswith("Error: Cell 3 of x.py took too long; give it more time")

    def test_a_kernel_that_ends_ends_it(self, folder: Path) -> None:
        text = HELLO + "# %%\nimport os\n@app.get('/end')\ndef end() -> None: os._exit(3)\n"
        write(folder, {"x.py": text})
        serving = Serving("serve", "x.py", "--port", "0", folder=folder)
        with serving:
            with pytest.raises(httpx2.TransportError):
                serving.client.get("/end")
            serving.wait_for("Error: The kernel has ended")
            assert serving.process.wait(PATIENCE) == 1


class _Asking:
    """Asks again and again from a thread; a request that fails is found out at the end."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopped = threading.Event()
        self._answers: list[object] = []
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        while not self._stopped.is_set():
            try:
                answer = httpx2.get(self._url, trust_env=False, timeout=PATIENCE).json()
            except httpx2.TransportError as error:
                answer = repr(error)
            self._answers.append(answer)

    def stop(self) -> list[object]:
        self._stopped.set()
        self._thread.join(PATIENCE)
        return self._answers


@pytest.mark.parametrize(
    "name", ["dev", "run", "openapi", "routes", "shell", "doctor", "lab", "new", "serve", "export"]
)
def test_help(name: str, run: Run) -> None:
    done = run(name, "--help")
    assert done.code == 0
    assert f"Usage: notebookapi {name}" in done.out


def test_completion(folder: Path) -> None:
    done = command(folder=folder, _NOTEBOOKAPI_COMPLETE="complete_bash", COMP_WORDS="notebookapi e",
                   COMP_CWORD="1")  # fmt: skip
    assert done.stdout.split() == ["export"], done.stderr


@pytest.mark.parametrize("words", [("serve", "x.ipynb"), ("export", "x.ipynb")], ids=str)
def test_without_a_kernel(
    words: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    done = run(*words)
    assert done.code == 1
    assert done.err == (
        "Error: This command needs ipykernel, which is not installed. "
        'Run: pip install "notebookapi[notebook]"\n'
    )
