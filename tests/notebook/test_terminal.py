"""IPython in a terminal, through a pseudo-terminal."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

_PROMPTS = re.compile(r"In \[\d+\]: |   \.\.\.: ")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07]*\x07|\x1b[=>]")


class Terminal:
    """An IPython session. Its prompt is the plain one: the other redraws what is typed."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit"],
            cwd=folder,
            env={**os.environ, "IPYTHONDIR": str(folder / "ipython"), "TERM": "xterm"}
            | environment,
            dimensions=(40, 100),
            encoding="utf-8",
            timeout=30,
            echo=False,
        )
        self._number = 0
        self.wait()

    def wait(self) -> str:
        """Wait for the next prompt; return what was printed before it."""
        self._number += 1
        self.child.expect_exact(f"In [{self._number}]: ")
        return _PROMPTS.sub("", self.child.before or "").replace("\r\n", "\n").strip()

    def run(self, *lines: str) -> str:
        """Type lines, and return what they printed, as it is."""
        for line in lines:
            self.child.sendline(line)
        if len(lines) > 1:
            self.child.sendline("")
        return self.wait()

    def text(self, *lines: str) -> str:
        """Type lines, and return what they printed, without colours and escapes."""
        return _ESCAPES.sub("", self.run(*lines))

    def leave(self) -> float:
        """Leave the session; return the seconds it took."""
        began = time.monotonic()
        self.child.sendline("exit")
        self.child.expect(pexpect.EOF)
        self.child.close()
        return time.monotonic() - began


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.child.close(force=True)


WELCOME = (
    "i `app` registers endpoints, `api` sends requests to them; `%api help` lists the commands."
).split()


@pytest.mark.slow
def test_first_minute_in_the_terminal(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.text("%load_ext notebookapi").split() == WELCOME
    card = terminal.text("@app.get('/a')", "def read(): return {'n': 1}")
    assert re.search(r"\+ GET +/a +read +added\nserving at http://127\.0\.0\.1:\d+, docs at", card)
    assert '"n": 1' in terminal.text("api.get('/a')")
    renamed = terminal.text("@app.get('/b')", "def read(): return {'n': 2}")
    assert re.search(r"~ GET +/a → /b +read +replaced", renamed)
    assert "404 Not Found" in terminal.text("api.get('/a')")
    routes = terminal.text("%api routes")
    assert re.search(r"GET +/b +read +cell 4 +2 +0", routes)
    assert "✓ Proved: api.py" in terminal.text("%api export api.py")
    assert "def read():" in (tmp_path / "api.py").read_text()
    failed = terminal.text("exec('@app.get(\"/c\")\\ndef c(): ...'); 1/0")
    assert "ZeroDivisionError" in failed
    assert "! Cell 8 did not end well; GET /c not registered" in failed
    assert "/c" not in terminal.text("%api routes")
    assert terminal.leave() < 5


@pytest.mark.slow
def test_what_happened_in_the_terminal(terminal: Terminal) -> None:
    assert terminal.text("%load_ext notebookapi").split() == WELCOME
    terminal.run("@app.get('/x/{n}')", "def x(n: int):", "    print('said')", "    return 1 / n")
    assert terminal.text("api.get('/x/2')").startswith("said\n")
    assert terminal.text("%api examples save") == "✓ Kept in memory: get-x-n, GET /x/2."
    failed = terminal.text("api.get('/x/0')")
    assert "Cell In[2], line 4, in x\n    return 1 / n\nZeroDivisionError" in failed
    log = terminal.text("%api log")
    assert re.search(r"\n 1 .+ GET +/x/2 +200 .+\n 2 .+ GET +/x/0 +500 .+ cell 2 +x", log)
    opened = terminal.text("%api log 2")
    assert "\nPrinted\nsaid\n" in opened
    assert "ZeroDivisionError: division by zero" in opened
    card = terminal.text("@app.get('/x/{n}')", "def x(n: int, m: int): return 2 / n")
    assert re.search(r"~ GET +/x/\{n\} +x +replaced, 1 change, 1 breaking", card)
    assert "! query m: added, required" in card
    assert "! Example get-x-n changed: status: 200 → 422" in card
    changed = terminal.text("%api history GET /x/{n} 1 2")
    assert "-def x(n: int):\n" in changed
    assert "+def x(n: int, m: int): return 2 / n" in changed
    assert "as it was before" in terminal.text("%api undo")
    assert "0.5" in terminal.text("api.get('/x/2').text")
    assert re.search(r"get-x-n +GET /x/2 +GET /x/\{n\} +200 +yes", terminal.text("%api examples"))
    assert "IPython in a terminal" in terminal.text("%api doctor")
    assert "2 failed" not in terminal.text("%api")
    terminal.child.sendline("%api debug")
    terminal.child.expect("ipdb> ")
    terminal.child.sendline("p n")
    terminal.child.expect("ipdb> ")
    assert _ESCAPES.sub("", terminal.child.before or "").split()[-1] == "0"
    terminal.child.sendline("q")
    assert "Left the debugger of request 2." in _ESCAPES.sub("", terminal.wait())
    terminal.leave()


@pytest.mark.slow
def test_interrupt_in_the_terminal(terminal: Terminal) -> None:
    assert terminal.text("%load_ext notebookapi").split() == WELCOME
    terminal.run("@app.get('/a')", "def read(): return 1")
    terminal.child.sendline(
        "import time; app.get('/b')(lambda: 2); print('go' + 'ing'); time.sleep(3600)"
    )
    terminal.child.expect("going")
    terminal.child.sendintr()
    printed = _ESCAPES.sub("", terminal.wait())
    assert "KeyboardInterrupt" in printed
    assert "GET /b not registered" in " ".join(printed.split())
    assert "1" in terminal.text("api.get('/a').json()")
    assert terminal.leave() < 5


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"]
)
def test_terminal_without_colour(tmp_path: Path, environment: dict[str, str]) -> None:
    terminal = Terminal(tmp_path, **environment)
    assert terminal.text("%load_ext notebookapi").split() == WELCOME
    card = terminal.run("@app.get('/a')", "def read(): return 1")
    assert re.search(r"\+ GET +/a +read +added", card)
    state = terminal.run("%api")
    assert "Routes" in state
    assert "\x1b" not in card + state
    terminal.leave()


@pytest.mark.slow
def test_terminal_that_knows_ascii_only(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert terminal.text("%load_ext notebookapi").split() == WELCOME
    assert "Routes" in terminal.text("%api")
    terminal.leave()
