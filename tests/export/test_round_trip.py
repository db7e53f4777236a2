"""Random small notebooks: the module does what the cells have done.

Each fragment is a cell that binds one name and may read others. Where a name is bound again, what
was made of the older value keeps it, as in the notebook.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from notebookapi.export import write_module
from tests.export.notebook import Notebook, execute

HEAD = "from web import API\napp = API()"
NAMES = ("a", "b", "c")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A cell; `{0}` is the name that it binds or changes, `{1}` one that it reads."""

    template: str
    changes: bool = False
    """It needs its own name to be bound before."""


FRAGMENTS = (
    Fragment("{0} = [1]"),
    Fragment("{0} = ['x', *{1}]"),
    Fragment("{0} = list({1}) + [2]  # made of {1}"),
    Fragment("import math\n{0} = [math.floor(2.5), len({1})]"),
    Fragment("{0} = []\nfor item in {1}:\n    {0}.append(item)"),
    Fragment("{0} = [item for item in {1} if item]"),
    Fragment("if {1}:\n    {0} = ['some']\nelse:\n    {0} = ['none']"),
    Fragment("{0}.append(len({1}))", changes=True),
    Fragment("{0} += [3]", changes=True),
    Fragment("{0}[0:1] = [4, 5]", changes=True),
    Fragment("def extend(what):\n    what.append(6)\nextend({0})", changes=True),
    Fragment("{0} = {0} + [7]", changes=True),
    Fragment("print({0})\n{0}.copy()\nassert {0} is not None", changes=True),
    Fragment("scratch = [{1}]\nscratch.clear()"),
)


@dataclass(frozen=True, slots=True)
class Step:
    fragment: Fragment
    own: str
    other: str

    def source(self) -> str:
        return self.fragment.template.format(self.own, self.other)


def route(number: int, name: str) -> str:
    return (
        f"@app.get('/{number}')\ndef read_{number}(default=len({name})):\n"
        f"    return default, {name}"
    )


steps = st.builds(Step, st.sampled_from(FRAGMENTS), st.sampled_from(NAMES), st.sampled_from(NAMES))


@given(st.lists(steps, max_size=8), st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
def test_the_module_answers_as_the_notebook(made: Sequence[Step], routes: Sequence[str]) -> None:
    notebook = Notebook()
    notebook.run(HEAD)
    for name in NAMES:
        notebook.run(f"{name} = [0]")
    for step in made:
        assert notebook.run(step.source()).succeeded
    for number, name in enumerate(routes):
        notebook.run(route(number, name))
    request = notebook.request()
    text = write_module(request).text
    assert answers(execute(text)["app"]) == answers(notebook.namespace["app"]), text
    assert "scratch" not in text and "print" not in text
    assert write_module(request).text == text


def answers(app: Any) -> list[tuple[str, Any]]:
    """What each route answers, in the order in which they match."""
    return [(path, endpoint()) for _, path, endpoint in app.served]


@given(
    positions=st.permutations(NAMES),
    reruns=st.lists(
        st.tuples(st.sampled_from(NAMES), st.integers(1, 9), st.booleans()), max_size=8
    ),
)
def test_cells_that_ran_out_of_order(
    positions: Sequence[str], reruns: Sequence[tuple[str, int, bool]]
) -> None:
    """`a` may read `b`, and `b` may read `c`, wherever their cells stand.

    The module has the values that the current sources give, routes in the order of the cells.
    """
    notebook = Notebook()
    notebook.run(HEAD, "head")
    sources = {name: definition(name, 0, reads=False) for name in NAMES}
    for name in positions:
        notebook.run(sources[name], name)
    for name, value, reads in reruns:
        sources[name] = definition(name, value, reads=reads)
        assert notebook.run(sources[name], name).succeeded
    module = execute(write_module(notebook.request()).text)
    expected: dict[str, Any] = execute(HEAD)  # type: ignore[assignment]  # a fresh one, to fill
    for name in reversed(NAMES):
        exec(sources[name], expected)
    assert {name: module[name] for name in NAMES} == {name: expected[name] for name in NAMES}
    assert sorted(path for path, _ in answers(module["app"])) == [f"/{name}" for name in NAMES]
    if not any(reads for _, _, reads in reruns):
        assert [path for path, _ in answers(module["app"])] == [f"/{name}" for name in positions]


def definition(name: str, value: int, *, reads: bool) -> str:
    read = {"a": "b", "b": "c"}.get(name) if reads else None
    return (
        f"{name} = [{value}, *{read or []}]\n"
        f"@app.get('/{name}')\ndef read_{name}(first={name}):\n    return first, {name}"
    )
