"""A notebook run without a front end, cell by cell, in a real kernel.

nbclient does the work; what is added is the cell id that front ends send with each execution
(Jupyter messaging: metadata of `execute_request`), so that a cell that runs again is known again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbformat import NotebookNode

    from notebookapi.export.read import NotebookCell

_HEARING = 5.0
"""Seconds that a cell has to end once it is interrupted."""


class HeadlessNotebook:
    """A notebook and the kernel that runs it. `notebook` holds the outputs afterwards."""

    def __init__(self, notebook: NotebookNode, client: NotebookClient, kernel: Any) -> None:
        self.notebook = notebook
        self._client = client
        self._kernel = kernel

    def run(self, cell_id: str) -> list[NotebookNode]:
        """Run one cell and return its outputs.

        Raises nbclient's CellExecutionError, and CellTimeoutError: the cell is interrupted then.
        """
        from nbclient.exceptions import CellTimeoutError

        index, cell = self._find(cell_id)
        self._kernel.session.cell_id = cell_id
        try:
            self._client.execute_cell(cell, index)
        except CellTimeoutError:
            self._interrupt()
            raise
        return list(cell.outputs)

    def _interrupt(self) -> None:
        """End the running cell: a kernel that is told to end in the middle of one complains."""
        from jupyter_core.utils import run_sync

        manager: Any = self._client.km
        run_sync(manager.interrupt_kernel)()
        with suppress(Empty):  # it does not hear; it is ended all the same
            while not _is_idle(run_sync(self._kernel.get_iopub_msg)(timeout=_HEARING)):
                continue

    def attempt(self, cell_id: str) -> str:
        """Run one cell; return why it failed, "failed at line 3: NameError: …"; empty if not."""
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        try:
            self.run(cell_id)
        except CellExecutionError as error:
            line = _failed_line(self._find(cell_id)[1].outputs)
            # A syntax error names the file that the kernel made of the cell.
            said = re.sub(r" \(\d+\.py, line \d+\)$", "", error.evalue)
            return f"failed{line}: {error.ename}: {said}"
        except CellTimeoutError:
            return (
                "took too long; give it more time (`--cell-timeout`), or do its slow work elsewhere"
            )
        except DeadKernelError:
            return "ended the kernel"
        return ""

    @property
    def is_alive(self) -> bool:
        """Whether the kernel's process runs."""
        from jupyter_core.utils import run_sync

        manager: Any = self._client.km
        return bool(run_sync(manager.is_alive)())

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

    def evaluate(
        self,
        expression: str,
        *,
        timeout: float = 60,
        printed: Callable[[str], None] = lambda text: None,
    ) -> str:
        """Return the text of an expression's value in the kernel, without a cell of its own.

        timeout: seconds. printed: told what it prints meanwhile.
        """
        from jupyter_core.utils import run_sync

        def output(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                printed(message["content"]["text"])

        reply = run_sync(self._kernel.execute_interactive)(
            "",
            silent=True,
            user_expressions={"value": expression},
            timeout=timeout,
            output_hook=output,
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


def _is_idle(message: dict[str, Any]) -> bool:
    """Tell whether a kernel says that it has done what it was asked (Jupyter messaging)."""
    is_status: bool = message["msg_type"] == "status"
    return is_status and bool(message["content"]["execution_state"] == "idle")


def _failed_line(outputs: Sequence[NotebookNode]) -> str:
    """Return ` at line 3`, where the traceback names a line of a cell."""
    traces = ["\n".join(each.traceback) for each in outputs if each.output_type == "error"]
    plain = re.sub(r"\x1b\[[\d;]*m", "", traces[-1]) if traces else ""
    found = re.search(r"Cell In\[\d+\], line (\d+)", plain)
    return f" at line {found[1]}" if found else ""


@contextmanager
def opened(path: Path, *, directory: Path, timeout: int = 120) -> Iterator[HeadlessNotebook]:
    """Open a notebook in a kernel of its own; the kernel ends with the block.

    directory: where the kernel runs. timeout: seconds that a cell may take.
    """
    import nbformat

    formats: Any = nbformat  # it has no types
    with _kernel_of(formats.read(path, as_version=4), directory, timeout) as running:
        yield running


@contextmanager
def opened_cells(
    cells: Sequence[NotebookCell], *, directory: Path, timeout: int = 120
) -> Iterator[HeadlessNotebook]:
    """Open cells that were read from a file of any format; the rest is as with `opened`."""
    import nbformat

    formats: Any = nbformat  # it has no types
    made = [formats.v4.new_code_cell(cell.source, id=cell.key) for cell in cells]
    with _kernel_of(formats.v4.new_notebook(cells=made), directory, timeout) as running:
        yield running


@contextmanager
def _kernel_of(notebook: NotebookNode, directory: Path, timeout: int) -> Iterator[HeadlessNotebook]:
    from nbclient import NotebookClient

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
