"""IPython's edge: events, the magic, and what is shown. See `kernel` for the other edges."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell
from IPython.core.magic import no_var_expand

from notebookapi._plan.signature import call_places, in_file
from notebookapi.cells import Cell
from notebookapi.editing import publish
from notebookapi.exceptions import DeclarationError
from notebookapi.notebook.commands.nest import old_one_applied
from notebookapi.notebook.contract.served import Served, contract_of
from notebookapi.notebook.errors import NotebookError
from notebookapi.notebook.examples.replay import replayed
from notebookapi.notebook.face import Session
from notebookapi.notebook.kernel.config import NotebookAPI as Settings
from notebookapi.notebook.kernel.debugging import Debugger
from notebookapi.notebook.kernel.files import Files
from notebookapi.notebook.kernel.output import OutputRouter
from notebookapi.notebook.kernel.screen import Screen
from notebookapi.notebook.log.failures import declaration
from notebookapi.notebook.notes.remarks import brought, failing, gone, remarks, waiting_of
from notebookapi.notebook.notes.welcome import Earlier, earlier, welcome
from notebookapi.notebook.server.exchange import still_running
from notebookapi.notebook.server.server import has_sockets
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.rebind import Interpreter
from notebookapi.notebook.swap.recorder import CellDraft, Recorder, is_inside_cell, is_module_level
from notebookapi.notebook.swap.transaction import Ended, Outcome
from notebookapi.notebook.swap.undisturbed import undisturbed
from notebookapi.notebook.views.model import Card, Note, card_of
from notebookapi.serving import ServingError

if TYPE_CHECKING:
    from notebookapi.notebook.commands.acting import Buttons

# What one message explains; its traceback would only hide it.
_EXPLAINED = (NotebookError, ServingError)


def attach(shell: InteractiveShell, session: Session | None) -> Session:
    """Start to listen to a shell; a session that was there before is taken up again."""
    screen = Screen(shell)
    is_first = session is None
    session = session or Session(shell.user_ns, screen, _interpreter(shell))
    session.screen = screen
    listener = _Listener(shell, session)
    _listeners[shell] = listener
    shell.events.register("pre_run_cell", listener.before)
    # Ahead of autoreload, wherever it was loaded: what it registers belongs to the cell's end.
    callbacks = shell.events.callbacks["pre_run_cell"]
    callbacks.insert(0, callbacks.pop())
    shell.events.register("post_run_cell", listener.after)
    # IPython's annotation takes the method for a plain function.
    shell.register_magic_function(listener.magic, "line", "api")  # type: ignore[arg-type]
    shell.register_magic_function(listener.http, "cell", "http")  # type: ignore[arg-type]
    _explain_mistakes(screen)
    listener.output.install()
    listener.files.install()
    session.journal.isolate, session.journal.echo = listener.output.isolate, listener.output.echo
    session.debugger = Debugger(shell)
    listener.config = Settings(session, shell)
    listener.loading()
    notes = [Note("warning", note) for note in session.bind_names()]
    notes += [Note("warning", old)] if (old := old_one_applied()) else []
    if is_first:
        listener.earlier = earlier(session)
        # A configuration that loads has no cell to show anything under.
        notes += welcome(session, listener.earlier) if is_inside_cell(shell.user_ns) else []
    if notes:
        screen.show(Card(notes=notes))
    return session


def detach(shell: InteractiveShell, session: Session) -> None:
    """Stop to listen, and stop the server."""
    listener = _listeners.pop(shell, None)
    if listener is None:
        return
    shell.events.unregister("pre_run_cell", listener.before)
    shell.events.unregister("post_run_cell", listener.after)
    shell.magics_manager.magics["line"].pop("api", None)
    shell.magics_manager.magics["cell"].pop("http", None)
    _explain_no_more()
    listener.output.remove()
    listener.files.remove()
    if listener.config is not None:
        listener.config.remove(shell)
    listener.leave()
    session.widgets.close()
    session.server.pause()


def _explain_mistakes(screen: Screen) -> None:
    """Tell of mistakes in declarations by cells, and without the frames that found them."""

    def place_of(filename: str, line: int) -> str:
        name = screen.name_of(filename)
        return f"{name}, line {line}" if name else in_file(filename, line)

    def shown(error: BaseException) -> list[str]:
        return declaration(error, screen.name_of)

    call_places(place_of)
    # IPython asks the exception for what to show; a person's own handler, if any, stays.
    for kind in _MISTAKES:
        setattr(kind, _SHOWN, shown)


def _explain_no_more() -> None:
    call_places(in_file)
    for kind in _MISTAKES:
        if _SHOWN in vars(kind):
            delattr(kind, _SHOWN)


_SHOWN = "_render_traceback_"
_MISTAKES: tuple[type[Exception], ...] = (DeclarationError, NotebookError)


_NOTHING = Card()

_listeners: WeakKeyDictionary[InteractiveShell, _Listener] = WeakKeyDictionary()


class _Listener:
    """Follows the cells of one shell."""

    def __init__(self, shell: InteractiveShell, session: Session) -> None:
        self._shell = shell
        self._session = session
        self._recorder = Recorder(shell.user_ns)
        self.output = OutputRouter(shell)
        self.files = Files(shell)
        self._cards: dict[str, tuple[str, Card]] = {}
        self._key_of: dict[str, str] = {}  # of the cell that last had a source
        self._loading: object | None = None
        self._is_new = True
        self._orphans: list[Owned] = []
        self._begun: dict[int, float] = {}
        self._duration: float | None = None
        self.earlier = Earlier()
        self.config: Settings | None = None
        self._buttons: Buttons | None = None

    @no_var_expand
    def magic(self, line: str) -> None:
        """Notebookapi's commands; `%api help` lists them."""
        # The commands are loaded when one is used.
        from notebookapi.notebook import magics

        try:
            view = magics.run(self._session, line)
        except _EXPLAINED as error:
            raise UsageError(str(error)) from None
        self._session.screen.show(view)

    @no_var_expand
    def http(self, line: str, cell: str) -> None:
        """Send requests that are written down: `GET /items`, headers, a blank line, a body."""
        from notebookapi.notebook.sending import http_cells

        try:
            http_cells.run(self._session, line, cell)
        except _EXPLAINED as error:
            raise UsageError(str(error)) from None

    def loading(self) -> None:
        """Record the rest of the cell that runs `%load_ext`; its start is past.

        A configuration may load the extension before there are cells.
        """
        if is_inside_cell(self._shell.user_ns):
            self._loading = object()
            self._begin(self._loading, None, "")

    def leave(self) -> None:
        """Publish what the running cell has registered: nobody will see it end."""
        for draft in self._recorder.abandon():
            publish(draft.operations)

    def before(self, info: ExecutionInfo) -> None:
        self._guarded(self._before, info)
        # Last, and first after the cell: what we do ourselves is not the cell's time.
        self._begun[id(info)] = monotonic()

    def after(self, result: ExecutionResult) -> None:
        begun = self._begun.pop(id(result.info), None)
        self._duration = None if begun is None else monotonic() - begun
        self._guarded(self._after, result)

    def _before(self, info: ExecutionInfo) -> None:
        if self._loading and not is_inside_cell(self._shell.user_ns):
            # It was no cell that loaded the extension, but a startup file, which has no end.
            self._loading = None
            self.leave()
        # The front end tells of deletions with the next execution, which may be the export.
        session = self._session
        session.widgets.begin(info.cell_id)
        self._orphans += session.note_deleted(_deleted(info), info.cell_id)
        self._begin(info, info.cell_id, info.raw_cell or "")

    def _begin(self, info: object, cell_id: str | None, source: str) -> None:
        session = self._session
        position = session.position_of(cell_id, source)
        named = session.bindings.owners
        self._recorder.begin(info, position, cell_id=cell_id, named=named, plan=session.planned)

    def _after(self, result: ExecutionResult) -> None:
        info: Any = result.info
        if self._recorder.is_nested(info):
            self._recorder.end(info, succeeded=bool(result.success))
            return
        if info is None or not (info.raw_cell or "").strip():
            return
        started: object = self._loading or info
        self._loading = None
        draft = self._recorder.end(started, succeeded=bool(result.success))
        is_well = bool(result.success) and not (draft and draft.has_failed)
        ended = _ended(result, is_well, self._shell.user_ns, self._duration)
        try:
            passed = self._session.passed(ended, draft)
        except KeyboardInterrupt:  # too late to stop the cell
            passed = None
        if passed is None:
            served = Served.by(self._session.server.app)
            with undisturbed():
                outcome = self._session.finish(ended, draft)
            self._tell(outcome, draft, result.error_in_exec, served)
        elif self._has_to_tell(passed):
            self._tell(Outcome(passed), draft, None, Served.by(self._session.server.app))
        else:
            self._note_card(passed, _NOTHING)
        self._session.widgets.published()

    def _has_to_tell(self, cell: Cell) -> bool:
        """Tell whether there may be something to say after a cell that changed nothing."""
        _, before = self._card_before(cell) or (None, _NOTHING)
        has_said = bool(before or before.url)
        return has_said or self._is_new or bool(self._orphans) or self._session.server.has_news

    def _card_before(self, cell: Cell) -> tuple[str, Card] | None:
        """Return a cell's source and card of its run before. It may have had another id."""
        return self._cards.get(cell.key) or self._cards.get(self._key_of.get(cell.source, ""))

    def _note_card(self, cell: Cell, card: Card) -> None:
        if not cell.is_anonymous:
            self._cards[cell.key] = (cell.source, card)
            self._key_of[cell.source] = cell.key

    def _tell(
        self,
        outcome: Outcome,
        draft: CellDraft | None,
        error: BaseException | None,
        served: Served | None,
    ) -> None:
        notes = [*(Note("warning", each) for each in outcome.warned), *gone(self._still_served())]
        notes += failing(outcome, error, self._session)
        card = self._card(outcome, draft, notes, served)
        if card and self._is_wanted(card):
            self._show(card)

    def _show(self, card: Card) -> None:
        if self._buttons is None:
            # What the buttons do is loaded with the first card.
            from notebookapi.notebook.commands.acting import Buttons

            self._buttons = Buttons(self._session)
        card = replace(card, page=self._buttons.page)
        self._session.screen.show(card)
        # What the front end said with the cell; there is no public name for it.
        kernel = getattr(self._shell, "kernel", None)
        self._buttons.shown(card, is_live=bool(getattr(kernel, "_allow_stdin", False)))

    def _is_wanted(self, card: Card) -> bool:
        is_off = self.config is not None and not self.config.card
        return not is_off or any(note.kind == "error" for note in card.notes)

    def _card(
        self, outcome: Outcome, draft: CellDraft | None, more: list[Note], served: Served | None
    ) -> Card:
        cell = outcome.cell
        now = Served.by(self._session.server.app)
        url, notes = self._serve(outcome, is_anew=now is not None and now.is_other(served))
        notes += brought(outcome, served, now, self._session)
        contract = contract_of(outcome, served, now)
        if outcome.is_published:
            notes += replayed(self._session, outcome)
        if left := self.earlier.left_behind(self._session):
            self.earlier = Earlier()
            notes += left
        before = self._card_before(cell)
        is_same = before is not None and before[0] == cell.source
        notes += [*remarks(outcome, draft, self._session, is_same=is_same), *more]
        waiting = {each.registration for each in waiting_of(outcome.made, self._session)}
        card = card_of(outcome, url=url, notes=notes, waiting=waiting, contract=contract)
        # An unchanged cell that runs again shows the bytes that it showed before, so that the
        # notebook stays the same under version control.
        renews = bool(outcome.change or outcome.rebound.pairs) and outcome.change.only_renews
        if before and is_same and before[1].url and not (card or outcome.change):
            return before[1]
        if before and is_same and renews:
            return replace(card, lines=before[1].lines, url=before[1].url)
        if outcome.is_published:
            self._note_card(cell, card)
        return card

    def _still_served(self) -> list[Owned]:
        """Return what cells go on serving that have been deleted lately.

        The cell that learnt of it may have withdrawn it, or have moved it to another application.
        """
        keys = {each.cell.key for each in self._orphans} & self._session.places.deleted
        self._orphans.clear()
        owned = self._session.owned
        return [each for each in owned if each.cell.key in keys and not each.shadowed]

    def _serve(self, outcome: Outcome, *, is_anew: bool) -> tuple[str | None, list[Note]]:
        session = self._session
        notes = [Note("warning", each) for each in session.server.take_news()]
        if not outcome.is_published:
            return None, notes
        try:
            session.follow(may_start=is_anew or bool(outcome.change) or self._is_new)
            self._is_new = False
        except _EXPLAINED as error:
            return None, [*notes, Note("error", f"Published, but not served: {error}")]
        if outcome.change and not session.server.may_start and session.server.app is not None:
            text = "The server is stopped: nothing is served until `%api serve`."
            if not has_sockets():
                text = "There are no sockets here: `api` and `%%http` ask the application itself."
            return None, [*notes, Note("info", text)]
        if (outcome.change or is_anew) and (left := session.server.left):
            notes.append(Note("info", still_running(left)))
        url = session.server.announced() if outcome.change or is_anew else None
        if url and session.server.notice:
            notes.append(Note("info", session.server.notice))
        return url, notes

    def _guarded(self, hook: Callable[[Any], None], argument: Any) -> None:
        """A hook that raised would print a traceback under every cell from now on."""
        try:
            hook(argument)
        except Exception as error:
            message = f"notebookapi failed after this cell: {type(error).__name__}: {error}"
            self._session.screen.show(Card(notes=[Note("error", message)]))


def _interpreter(shell: InteractiveShell) -> Interpreter:
    """Return what runs a statement of a cell again, with the cell's name and line numbers."""

    def run_again(statement: ast.stmt, cell: Cell) -> None:
        name = shell.compile.get_code_name(cell.source, cell.transformed, cell.number or 0)
        module: Any = ast.Module([statement], [])  # annotated as text, taken as a tree too
        exec(shell.compile(module, name, "exec"), shell.user_ns)

    return run_again


def _ended(result: ExecutionResult, is_well: bool, namespace: Any, duration: float | None) -> Ended:
    info: Any = result.info
    return Ended(
        cell_id=info.cell_id,
        number=result.execution_count,
        source=info.raw_cell,
        transformed=info.transformed_cell or info.raw_cell,
        succeeded=is_well,
        failed_line=_failed_line(result.error_in_exec, namespace),
        duration=duration,
    )


def _failed_line(error: BaseException | None, namespace: Any) -> int | None:
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        if is_module_level(trace.tb_frame, namespace):
            return trace.tb_lineno
        trace = trace.tb_next
    return None


def _deleted(info: Any) -> frozenset[str] | None:
    """Return the cells that the front end reports deleted; None of one that reports none ever."""
    meta = getattr(info, "cell_meta", None) or {}
    return frozenset(meta["deletedCells"] or ()) if "deletedCells" in meta else None
