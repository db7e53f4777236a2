"""`%api debug` and `%api doctor`: where a person can be asked, and where nobody sits."""

from __future__ import annotations

from pathlib import Path

import pytest

from notebookapi.notebook.kernel.frontend import named
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.checkup import Checkup
from notebookapi.notebook.views.model import Message

from .conftest import Notebook
from .driver import TIMEOUT, Kernel
from .test_terminal import Terminal

FAILS = "@app.get('/fails')\ndef fails():\n    secret = 6 * 7\n    return {}['name']\n"


def test_without_a_terminal_the_traceback_is_shown(notebook: Notebook) -> None:
    notebook.run(FAILS, "a")
    assert "No request has failed by an exception" in str(notebook.run("%api debug").error)
    notebook.session.get("/fails")
    notebook.run("%api debug")
    view = notebook.shown[0]
    assert isinstance(view, Message) and view.good is False
    assert view.headline == "No debugger can be opened: there is no terminal."
    assert view.details[-1] == "KeyError: 'name'"


def test_a_request_that_has_no_frames_is_told(notebook: Notebook) -> None:
    notebook.run(FAILS, "a")
    notebook.session.get("/nowhere")
    assert "Request 1 has no frames" in str(notebook.run("%api debug 1").error)
    assert "Request 7 is not in the log" in str(notebook.run("%api debug 7").error)


def test_a_front_end_that_takes_no_input(kernel: Kernel) -> None:
    kernel.run(FAILS, "a")
    kernel.run("api.get('/fails')", "b")
    shown = kernel.run("%api debug", "c").shown
    assert "this front end takes no input while a cell runs" in shown
    assert "line 4, in fails" in shown
    look = "import sys; hasattr(sys, 'last_value') and 'name' in str(sys.last_value)"
    assert kernel.run(look, "d").result["text/plain"] == "False", "only the debugger sets it"


def test_a_debugger_in_a_kernel(kernel: Kernel) -> None:
    kernel.run(FAILS, "a")
    kernel.run("api.get('/fails')", "b")
    client = kernel.client
    asked: list[str] = []
    answers = iter(["p secret", "up", "q"])

    def answer(message: dict[str, object]) -> None:
        asked.append(message["content"]["prompt"])  # type: ignore[index]  # a message's content
        client.input(next(answers))

    printed: list[str] = []
    client.execute_interactive(
        "%api debug",
        timeout=TIMEOUT,
        stdin_hook=answer,
        output_hook=lambda m: printed.append(m["content"].get("text", "")),
    )
    assert asked == ["ipdb>  "] * 3 or [each.strip() for each in asked] == ["ipdb>"] * 3
    assert "42" in "".join(printed), "the local variable of the endpoint"
    assert "Oldest frame" in "".join(printed), "frames of the server are left out"


@pytest.mark.slow
def test_in_the_terminal(tmp_path: Path) -> None:
    shell = Terminal(tmp_path)
    shell.text("%load_ext notebookapi")
    shell.text(
        "@app.get('/fails')", "def fails():", "    secret = 6 * 7", "    print('quiet'); 1/0"
    )
    asked = shell.text(
        "try:",
        "    import urllib.request as u; u.urlopen(api.url + '/fails')",
        "except Exception as error: print('five hundred', error)",
    )
    assert "five hundred" in asked and "quiet" not in asked
    assert "quiet" in shell.text("api.log[-1]")
    assert "quiet" in shell.text("api.get('/fails')"), "it appears where it was asked for"
    shell.child.sendline("%api debug")
    shell.child.expect("ipdb> ")
    shell.child.sendline("p secret")
    shell.child.expect("42")
    shell.child.sendline("q")
    assert "Left the debugger" in shell.wait()
    assert "IPython in a terminal" in shell.text("%api doctor")
    assert shell.leave() < 5


TRACES = {
    "terminal": ({}, {}, (), False, True, "IPython in a terminal"),
    "lab": ({}, {"JPY_SESSION_NAME": "/n.ipynb"}, (), True, True, "JupyterLab or Notebook"),
    "hub": (
        {}, {"JPY_SESSION_NAME": "/n.ipynb", "JUPYTERHUB_SERVICE_PREFIX": "/user/x/"}, (), True,
        True, "JupyterLab or Notebook on JupyterHub",
    ),
    "code": ({"__vsc_ipynb_file__": "/n.ipynb"}, {}, (), True, True, "VS Code"),
    "colab": ({}, {}, ("google.colab",), True, True, "Colab"),
    "nbclient": (
        {}, {}, (), True, False, "none that takes input: nbclient, nbconvert or papermill",
    ),
    "console": ({}, {}, (), True, True, "a console, or a front end that does not say its name"),
}  # fmt: skip


@pytest.mark.parametrize("name", TRACES)
def test_front_ends_are_told_apart(name: str) -> None:
    namespace, environment, modules, is_kernel, takes_input, expected = TRACES[name]
    found = named(namespace, environment, modules, is_kernel=is_kernel, takes_input=takes_input)
    assert found == expected


def test_doctor_asks_the_server(notebook: Notebook) -> None:
    notebook.run("@app.get('/x')\ndef x(): ...", "a")
    url = notebook.session.url
    notebook.run("%api doctor")
    assert isinstance(view := notebook.shown[0], Checkup)
    told = {each.name: each for each in view.checks}
    assert told["Server"].found.startswith(f"{url} answers in ") and not told["Server"].cure
    assert len(notebook.session.log) == 0, "no endpoint was asked"
    notebook.run("%api stop")
    notebook.run("%api doctor")
    stopped = {each.name: each for each in notebook.shown[0].checks}["Server"]
    assert (stopped.found, stopped.cure) == ("stopped", "%api serve")
    assert "→ %api serve" in terminal.render(notebook.shown[0], width=80)
    assert "<code>%api serve</code>" in html.rendered(notebook.shown[0])
