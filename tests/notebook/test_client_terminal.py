"""Requests from cells in IPython's terminal: in colour, with the time that they took."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .test_terminal import Terminal

APP = (
    "@app.get('/x')",
    "def x(n: int = 0): return {'n': n, 'bell': '\\x07\\x1b[2J'}",
)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    terminal.run("%load_ext notebookapi")
    terminal.run(*APP)
    yield terminal
    terminal.child.close(force=True)


@pytest.mark.slow
def test_requests_in_the_terminal(terminal: Terminal) -> None:
    raw = terminal.run("api.client.get('/x')")
    assert "\x1b[32m200 OK" in raw, "in green"
    assert "\x07" not in raw and "\x1b[2J" not in raw, "nothing that an answer says is obeyed"
    line = re.compile(r"200 OK · GET /x(\?n=2)? · application/json · \d+ bytes · [\d.]+ (ms|µs|s)")
    assert line.search(terminal.text("await api.aclient.get('/x', params={'n': 2})"))
    # As IPython runs `%%http`: the plain prompt does not know where a cell magic ends.
    run = "get_ipython().run_cell_magic('http', '', {!r})"
    shown = terminal.text(run.format("GET /x?n={{1 + 1}}\n###\nGET /x?n=y"))
    assert line.search(shown) and '"n": 2' in shown
    assert "422 Unprocessable" in shown
    assert "query → n: Input should be a valid integer" in shown
    assert "[200, 422]" in terminal.text("[each.status_code for each in _responses]")
    wrong = terminal.text(run.format("GET /x?n={{nope}}"))
    assert "%%http, line 2: `{{nope}}` failed with NameError" in " ".join(wrong.split())
    talk = terminal.text("with api.websocket('/ws') as ws: pass")
    assert "Refused: The WebSocket /ws was refused with 403" in talk
