"""Notebooks: a shell in this process for most tests, a real kernel for what needs one."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from notebookapi import notebook as side
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Card

from .driver import Kernel

StartKernel = Callable[..., Kernel]


@dataclass(frozen=True)
class Ran:
    """What a cell came to: the extension's line, and the error that the person sees."""

    card: str
    error: BaseException | None


class Notebook:
    """Cells run in this process, with the extension loaded. Ids: as JupyterLab's, or none."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        make: Any = InteractiveShell  # IPython publishes no types for it
        self.shell: Any = make(config=config)
        self.shown: list[Any] = []

    def load(self) -> None:
        self.shell.run_line_magic("load_ext", "notebookapi")
        self.session.screen = self

    @property
    def session(self) -> Session:
        return side.session()

    def show(self, view: Any) -> None:
        self.shown.append(view)

    def name_of(self, filename: str) -> str | None:
        label = self.shell.compile.format_code_name(filename)
        return " ".join(label) if label else None

    def run(self, code: str, cell_id: str | None = None) -> Ran:
        self.shown.clear()
        result = self.shell.run_cell(code, store_history=True, silent=False, cell_id=cell_id)
        cards = [view for view in self.shown if isinstance(view, Card)]
        line = replace(cards[-1], url=None).line if any(cards) else "notebookapi: "
        return Ran(
            line.removeprefix("notebookapi: "), result.error_before_exec or result.error_in_exec
        )

    def run_before_loading(self, code: str) -> None:
        self.shell.run_cell(code)

    def get(self, path: str) -> Any:
        """Return the JSON that is served, or the status of an error."""
        response = self.session.get(path)
        return response.json() if response.is_success else response.status_code

    def routes(self) -> list[str]:
        return [f"{row.methods} {row.path} {row.endpoint}" for row in self.session.routes]

    def close(self) -> None:
        side.unload(self.shell)
        side._session = None
        # IPython would keep each shell until this process ends, and collect garbage for each.
        atexit.unregister(self.shell.atexit_operations)


@pytest.fixture
def bare() -> Iterator[Notebook]:
    """A notebook where the extension is not loaded yet."""
    notebook = Notebook()
    yield notebook
    notebook.close()


@pytest.fixture
def notebook(bare: Notebook) -> Notebook:
    bare.load()
    return bare


@pytest.fixture
def shop(request: pytest.FixtureRequest, notebook: Notebook) -> Notebook:
    """A notebook where a cell has defined the test module's ENDPOINTS."""
    assert notebook.run(request.module.ENDPOINTS, "endpoints").error is None
    return notebook


@pytest.fixture(scope="session")
def _shared_kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.stop()


@pytest.fixture
def kernel(_shared_kernel: Kernel) -> Kernel:
    """A real kernel with the extension loaded and nothing else."""
    _shared_kernel.start_anew()
    _shared_kernel.run("%load_ext notebookapi")
    return _shared_kernel


@pytest.fixture
def start_kernel() -> Iterator[StartKernel]:
    """Start kernels of one's own; those that are left at the end are ended."""
    with ExitStack() as stack:

        def start(env: Mapping[str, str] | None = None, cwd: str | None = None) -> Kernel:
            kernel = Kernel(env, cwd)
            stack.callback(_end, kernel)
            return kernel

        yield start


def _end(kernel: Kernel) -> None:
    if kernel.manager.is_alive():
        kernel.stop()
