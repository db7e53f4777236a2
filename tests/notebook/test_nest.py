"""`%api nest`: only when it is asked for, and never beside the predecessor that loses cells."""

from __future__ import annotations

import asyncio
import sys

import pytest

from .conftest import Notebook, StartKernel

RUN = "import asyncio\nasync def main(): return 'ran'\nprint(asyncio.run(main()))"


def test_asyncio_run_in_a_cell(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run("%load_ext notebookapi")
    assert "RuntimeError" in kernel.run(RUN).error, "never by itself"
    assert "until the kernel's end" in kernel.run("%api nest").shown
    assert kernel.run(RUN).stream == "ran\n"
    kernel.run("@app.get('/x')\ndef x(): return 1", "a")
    assert kernel.value("api.get('/x').json()") == 1
    # A cell that is queued while another one waits is not lost.
    first = kernel.begin("async def long(): await asyncio.sleep(0.2)\nasyncio.run(long())")
    second = kernel.begin("print('here')")
    assert kernel.ended(first).error == ""
    assert kernel.ended(second).stream == "here\n"


def test_predecessor_is_refused(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The mark that nest-asyncio 1.6 leaves behind; it cannot be taken off in this process.
    monkeypatch.setattr(asyncio, "_nest_patched", True, raising=False)
    error = notebook.run("%api nest").error
    assert "nest-asyncio 1 is applied" in str(error)
    notebook.run("%unload_ext notebookapi")
    notebook.run("%load_ext notebookapi")
    assert "nest-asyncio 1 is applied" in capsys.readouterr().out


def test_missing_library_is_named(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nest_asyncio2", None)
    error = notebook.run("%api nest").error
    assert '%pip install "notebookapi[notebook]"' in str(error)
