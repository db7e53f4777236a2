"""Any order of runs: who serves what follows from a few words, written down here as a model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebookapi._tree import routes_in
from notebookapi.notebook.face import Session
from notebookapi.notebook.swap.recorder import Recorder
from notebookapi.notebook.swap.transaction import Ended

PATHS = ["/a", "/b", "/{id}", "/c/{id}"]
CELLS = ["one", "two", "three", None]

Run = tuple[str | None, list[str], bool]
RUNS = st.lists(
    st.tuples(
        st.sampled_from(CELLS),
        st.lists(st.sampled_from(PATHS), unique=True, max_size=3),
        st.booleans(),
    ),
    max_size=14,
)


class Silent:
    """A screen that nobody looks at."""

    def show(self, view: Any) -> None: ...

    def name_of(self, filename: str) -> str | None:
        return None


class Model:
    """A path is served by the latest run among those of the cells that register it.

    A cell's run replaces what its earlier ones registered; one without an id only what it repeats.
    """

    def __init__(self) -> None:
        self.registered: dict[str, dict[str, int]] = {path: {} for path in PATHS}

    def run(self, number: int, cell: str | None, paths: list[str]) -> None:
        for path, cells in self.registered.items():
            if path in paths:
                cells[cell or "without an id"] = number
            elif cell is not None:
                cells.pop(cell, None)

    def served(self) -> dict[str, str]:
        return {path: f"run_{max(runs.values())}" for path, runs in self.registered.items() if runs}


# A path declared behind a wider one is what the runs are about, not a mistake in them.
@pytest.mark.filterwarnings("ignore::notebookapi.exceptions.RouteConflictWarning")
@given(RUNS)
def test_latest_run_of_the_cells_that_register_it_serves(runs: list[Run]) -> None:
    namespace: dict[str, Any] = {}
    session = Session(namespace, Silent(), run_again=lambda statement, cell: None)
    session.bind_names()
    recorder, model = Recorder(namespace), Model()
    for number, (cell, paths, succeeds) in enumerate(runs):
        info = object()
        recorder.begin(info, session.position_of(cell, ""), cell_id=cell, plan=session.planned)
        for path in paths:
            session.app.get(path, name=f"run_{number}")(lambda: None)
        assert paths_seen(session, number) == set(paths), "the cell sees what it has staged"
        draft = recorder.end(info, succeeded=succeeds)
        session.finish(Ended(cell, number, "", "", succeeds), draft)
        if succeeds:
            model.run(number, cell, paths)
        assert {row.path: row.endpoint for row in session.routes} == model.served()
    owned = {each.registration for each in session.owned if not each.shadowed}
    declared = {placed.registration for placed in session.app.router.declared.placed}
    assert owned == {each for each in declared if each.label.startswith("GET /") and each in owned}
    assert len(owned) == len(model.served())


def paths_seen(session: Session, number: int) -> set[str]:
    """Return the paths that the run which goes on serves, as it sees them itself."""
    routes = routes_in(session.app._seen())
    return {route.path for route in routes if route.name == f"run_{number}"}
