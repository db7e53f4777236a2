"""Commands run in this process: quick, and with nothing left behind."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from notebookapi.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Run the command line with some words, in the empty folder."""
    for name in ("PORT", "NOTEBOOKAPI_PORT", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NOTEBOOKAPI_ENV", "FASTAPI_ENV"):
        monkeypatch.setenv(name, "")  # `dev` sets them; this takes that back
    # What the commands import, and the folder that they import it from, go again.
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)

    def run(*words: str) -> Done:
        code = main(words)
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    yield run
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) is None:
            continue
        if str(sys.modules[name].__file__).startswith(str(folder)):
            del sys.modules[name]
