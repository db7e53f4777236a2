"""How far long work has come: one line, written over, and gone at the end."""

from __future__ import annotations

import io
from typing import Any

import pytest

from notebookapi.notebook.kernel import progress

from .driver import Kernel

TELLS = """
import notebookapi.notebook.kernel.progress as _progress
_progress._SOON = {soon}
with _progress.telling() as _tell:
    _tell("one")
    _tell("two")
"""


def test_in_a_cell(kernel: Kernel) -> None:
    ran = kernel.run(TELLS.format(soon=0))
    assert (ran.displays, ran.stream, ran.error) == ([{"text/plain": "one"}], "", "")
    assert ran.left == [{"text/plain": ""}]


def test_what_is_shown_next_takes_its_place(kernel: Kernel) -> None:
    kernel.run("from notebookapi.notebook.views.model import Message")
    show = "api.screen.show(Message({!r}))\n"
    ran = kernel.run(TELLS.format(soon=0) + show.format("a") + show.format("b"))
    assert [each["text/plain"].split()[-1] for each in ran.left] == ["a", "b"]
    assert [each["text/plain"] for each in ran.displays[:1]] == ["one"]


def test_what_another_cell_shows_is_shown_there(kernel: Kernel) -> None:
    kernel.run("from notebookapi.notebook.views.model import Message")
    assert kernel.run(TELLS.format(soon=0)).left == [{"text/plain": ""}]
    (shown,) = kernel.run("api.screen.show(Message('a'))").displays
    assert shown["text/plain"].endswith("a")


def test_what_is_done_soon_is_not_told(kernel: Kernel) -> None:
    assert kernel.run(TELLS.format(soon=600)).displays == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "written"),
    [(Terminal(), "\rlonger\rone   \r      \r"), (io.StringIO(), "")],
    ids=["terminal", "pipe"],
)
def test_in_a_terminal(stream: Any, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_SOON", 0)
    monkeypatch.setattr("sys.stdout", stream)
    with progress.telling() as tell:
        tell("longer")
        tell("one")
    assert stream.getvalue() == written
