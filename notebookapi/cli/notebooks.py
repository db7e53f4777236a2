"""`notebookapi serve NOTEBOOK`: a notebook run without a front end, and served by its kernel."""

from __future__ import annotations

import ast
import json
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notebookapi.cli import doorway, screen
from notebookapi.cli.errors import NotServed
from notebookapi.cli.exporting import check_kernel
from notebookapi.serving.sockets import listen

if TYPE_CHECKING:
    from notebookapi.export.read import NotebookCell
    from notebookapi.notebook.headless import HeadlessNotebook

Tell = Callable[[str], None]

_TICK = 1.0
"""Seconds between two looks whether the kernel lives."""

_START = 60.0
"""Seconds that the application has to start up."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asked for. application: its name; None for what the session chooses.

    cell_timeout: seconds that one cell may take.
    """

    notebook: Path
    application: str | None
    host: str
    port: int
    cell_timeout: int
    watch: bool


def is_notebook(path: Path) -> bool:
    """Tell whether a file is to be run cell by cell."""
    if path.suffix == ".ipynb":
        return True
    if path.suffix != ".py" or not path.is_file():
        return False
    from notebookapi.export.read import is_percent_format

    return is_percent_format(path.read_text("utf-8", errors="replace"))


def serve_notebook(wanted: Wanted) -> None:
    """Run a notebook and serve it until a signal ends it. Raises CommandError and ServingError."""
    check_kernel()
    cells = _cells(wanted.notebook)
    with ExitStack() as stack:
        stack.enter_context(_ended_by_signals())
        house = stack.enter_context(_opened(wanted))
        try:
            with screen.progress() as tell:
                facts = house.move_in(cells, tell)
            _announce(facts, wanted)
            if wanted.watch:
                _follow(house, cells)
            else:
                house.wait()
        except KeyboardInterrupt:
            return


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM ends it as Ctrl+C does: the kernel ends with it."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _opened(wanted: Wanted) -> Iterator[_House]:
    """The port is bound here and kept: kernels come and go behind it."""
    listener = listen(wanted.host, wanted.port)
    try:
        has_doors = hasattr(socket, "send_fds")
        opening: AbstractContextManager[str | None] = (
            doorway.opened(listener) if has_doors else _without_door(listener.close)
        )
        with opening as door:
            house = _House(wanted, listener.port, door)
            try:
                yield house
            finally:
                house.leave()
    finally:
        listener.close()


@contextmanager
def _without_door(close: Callable[[], None]) -> Iterator[None]:
    """Where sockets cannot be handed over, each kernel binds the port itself."""
    close()
    yield None


@dataclass(slots=True)
class _House:
    """Where the application is found: one kernel lives there, and another may follow it."""

    wanted: Wanted
    port: int
    door: str | None
    _kernel: HeadlessNotebook | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def move_in(self, cells: Sequence[NotebookCell], tell: Tell) -> dict[str, Any]:
        """Run cells in a new kernel and serve what they come to; the one before ends.

        Raises NotServed; the one before serves on then.
        """
        from notebookapi.notebook.from_disk import load_extension, without_export
        from notebookapi.notebook.headless import opened_cells

        wanted = self.wanted
        runnable = [without_export(cell) for cell in cells]
        directory = wanted.notebook.resolve().parent
        with ExitStack() as stack:
            tell(f"starting a kernel for {wanted.notebook.name}")
            opening = opened_cells(runnable, directory=directory, timeout=wanted.cell_timeout)
            kernel = stack.enter_context(opening)
            load_extension(kernel)
            for cell in runnable:
                tell(f"running cell {cell.number} of {len(cells)}")
                if reason := kernel.attempt(cell.key):
                    raise NotServed(
                        f"Cell {cell.number} of {wanted.notebook.name} {reason.rstrip('.')}. "
                        "Mend the cell."
                    )
            if self.door is None and self._kernel is not None:
                _call(self._kernel, "stop_here")
            facts = self._serve(kernel)
            stayed = stack.pop_all()
        self.leave()
        self._kernel, self._open = kernel, stayed
        return facts

    def _serve(self, kernel: HeadlessNotebook) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            _call(
                kernel,
                "serve_here",
                self.wanted.application,
                self.wanted.host,
                self.port,
                self.door,
            )
        )
        if "refused" in answer:
            reason = answer["refused"].rstrip(".")
            raise NotServed(f"{self.wanted.notebook.name} cannot be served: {reason}.")
        return answer

    def leave(self) -> None:
        """End the kernel, when the requests that run have ended, or after a second."""
        kernel, self._kernel = self._kernel, None
        if kernel is not None and kernel.is_alive:
            _call(kernel, "stop_here")
        self._open.close()

    def wait(self) -> None:
        """Return never. Raises NotServed where the kernel has ended."""
        import threading

        forever = threading.Event()
        while not forever.wait(_TICK):
            self.check()

    def check(self) -> None:
        if self._kernel is not None and not self._kernel.is_alive:
            self._kernel = None
            raise NotServed("The kernel has ended: something in the notebook ended its process.")


def _call(kernel: HeadlessNotebook, function: str, *arguments: object) -> Any:
    """Call a function of `inside` in the kernel."""
    module = "notebookapi.cli.inside"
    called = f"__import__({module!r}, fromlist=['x']).{function}({', '.join(map(repr, arguments))})"
    return ast.literal_eval(kernel.evaluate(called, timeout=_START))


def _follow(house: _House, cells: Sequence[NotebookCell]) -> None:
    """Serve each version of the notebook that runs; one that does not is told."""
    from watchfiles import watch

    notebook = house.wanted.notebook.resolve()
    # The folder: editors put a new file in the place of the old one.
    changes = watch(
        notebook.parent,
        watch_filter=lambda _, path: Path(path).name == notebook.name,
        recursive=False,
        raise_interrupt=True,
        yield_on_timeout=True,
        rust_timeout=int(_TICK * 1000),
    )
    for change in changes:
        house.check()
        if not change:
            continue
        try:
            newer = _cells(house.wanted.notebook)
            if [cell.source for cell in newer] == [cell.source for cell in cells]:
                continue  # outputs were saved, or a text
            with screen.progress() as tell:
                house.move_in(newer, tell)
        except NotServed as error:
            screen.complain(f"{error} What served before serves on.")
        else:
            cells = newer
            screen.remarks().print(f"{house.wanted.notebook.name}: this version serves now.")


def _cells(notebook: Path) -> Sequence[NotebookCell]:
    from notebookapi.export import ExportError
    from notebookapi.export.read import read_notebook

    try:
        return read_notebook(notebook)
    except ExportError as error:
        raise NotServed(str(error)) from error


def _announce(facts: dict[str, Any], wanted: Wanted) -> None:
    url = facts["url"]
    shown = [("Application", f"{facts['application']} of {wanted.notebook.name}")]
    shown.append(("Serving at", url))
    if facts["docs"]:
        shown.append(("Docs at", f"{url}{facts['docs']}"))
    if facts["token"]:
        shown.append(("Token", f"{facts['token']} (others send it as X-NotebookAPI-Token)"))
    if wanted.watch:
        shown.append(("Watching", str(wanted.notebook)))
    screen.show_panel("notebookapi serve", shown, "Ctrl+C stops it.")
