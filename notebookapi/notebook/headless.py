"""A notebook run without a front end, cell by cell, in a real kernel.

nbclient does the work; what is added is the cell id that front ends send with each execution
(Jupyter messaging: metadata of `execute_request`), so that a cell that runs again is known again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbformat import NotebookNode


class HeadlessNotebook:
    """A notebook and the kernel that runs it. `notebook` holds the outputs afterwards."""

    def __init__(self, notebook: NotebookNode, client: NotebookClient, kernel: Any) -> None:
        self.notebook = notebook
        self._client = client
        self._kernel = kernel

    def run(self, cell_id: str) -> list[NotebookNode]:
        """Run one cell and return its outputs. Raises nbclient's CellExecutionError."""
        index, cell = self._find(cell_id)
        self._kernel.session.cell_id = cell_id
        self._client.execute_cell(cell, index)
        return list(cell.outputs)

    @property
    def code_cells(self) -> list[str]:
        """The ids of the code cells, in order."""
        return [cell.id for cell in self.notebook.cells if cell.cell_type == "code"]

    def edit(self, cell_id: str, old: str, new: str) -> None:
        """Change a cell's source. Raises ValueError where `old` is not in it."""
        _, cell = self._find(cell_id)
        if old not in cell.source:
            raise ValueError(f"Cell {cell_id!r} does not contain {old!r}.")
        cell.source = cell.source.replace(old, new)

    def evaluate(self, expression: str) -> str:
        """Return the text of an expression's value in the kernel, without a cell of its own."""
        from jupyter_core.utils import run_sync

        reply = run_sync(self._kernel.execute_interactive)(
            "", silent=True, user_expressions={"value": expression}, timeout=60
        )
        value: dict[str, Any] = reply["content"]["user_expressions"]["value"]
        if value["status"] != "ok":
            raise ValueError(f"{expression!r} failed in the kernel: {value.get('evalue')}")
        return str(value["data"]["text/plain"])

    def _find(self, cell_id: str) -> tuple[int, NotebookNode]:
        for index, cell in enumerate(self.notebook.cells):
            if cell.id == cell_id:
                return index, cell
        raise ValueError(f"There is no cell {cell_id!r} in this notebook.")


@contextmanager
def opened(path: Path, *, directory: Path, timeout: int = 120) -> Iterator[HeadlessNotebook]:
    """Open a notebook in a kernel of its own; the kernel ends with the block.

    directory: where the kernel runs. timeout: seconds that a cell may take.
    """
    import nbformat
    from nbclient import NotebookClient

    formats: Any = nbformat  # it has no types
    notebook = formats.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=timeout, resources={"metadata": {"path": str(directory)}}
    )
    # The kernel would warn of its own connection, which is on loopback and signed.
    client.extra_arguments = ["--log-level=ERROR"]
    with client.setup_kernel():
        kernel: Any = client.kc
        _send_cell_ids(kernel.session)
        yield HeadlessNotebook(notebook, client, kernel)


def _send_cell_ids(session: Any) -> None:
    make = session.msg

    def message(kind: str, *args: Any, **options: Any) -> Any:
        made = make(kind, *args, **options)
        if kind == "execute_request":
            made["metadata"]["cellId"] = session.cell_id
        return made

    session.cell_id = None
    session.msg = message
