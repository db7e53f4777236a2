"""The table against its definition: a linear scan with starlette's own expressions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import compile_path

from notebookapi._table import Entry, RouteTable, compile_pattern
from notebookapi._table.table import toggled

# Few letters and few forms, so that templates and paths meet often.
LITERALS = st.sampled_from(["a", "b", "1", "a.b", "", "a-1"])
CONVERTORS = st.sampled_from(["", ":int", ":float", ":uuid", ":str", ":path"])
UUID = "12345678-1234-5678-1234-567812345678"
PARTS = st.sampled_from(["a", "b", "1", "2.5", "a.b", "", "a-1", "1-1", "1.json", UUID, "a\n", "é"])
METHODS = st.none() | st.frozensets(st.sampled_from(["GET", "POST", "PUT"]), min_size=1)


@st.composite
def templates(draw: st.DrawFn) -> str:
    names = iter("pqrstuvwxyz")
    segments = []
    for _ in range(draw(st.integers(1, 4))):
        form = draw(st.sampled_from(["{}", "{}", "{0}", "{0}", "{0}.json", "{0}-{1}", "a{0}"]))
        if form == "{}":
            segments.append(draw(LITERALS))
            continue
        parameters = [f"{{{next(names)}{draw(CONVERTORS)}}}" for _ in range(2)]
        segments.append(form.format(*parameters))
    return "/" + "/".join(segments)


@dataclass
class Declared:
    """Entries as the tests hold them: by hand, without a table."""

    entries: list[Entry] = field(default_factory=list)

    def matching(self, path: str) -> Sequence[Entry]:
        ordered = sorted(self.entries, key=lambda entry: entry.order)
        return [e for e in ordered if compile_path(e.pattern.path)[0].match(path)]

    def find(self, method: str, path: str) -> tuple[Entry, dict[str, Any]] | None:
        for entry in self.matching(path):
            if entry.methods is None or method in entry.methods:
                regex, _, convertors = compile_path(entry.pattern.path)
                match = regex.match(path)
                assert match is not None
                return entry, {n: convertors[n].convert(v) for n, v in match.groupdict().items()}
        return None

    def methods_at(self, path: str) -> frozenset[str]:
        return frozenset().union(*(e.methods or () for e in self.matching(path)))


def assert_same(table: RouteTable, declared: Declared, paths: list[str]) -> None:
    for path in paths:
        assert table.methods_at(path) == declared.methods_at(path)
        for method in ("GET", "POST"):
            match = table.find(method, path)
            found = None if match is None else (match.entry, match.path_params)
            assert found == declared.find(method, path)
            if table.seek(method, path) is False:
                assert not declared.matching(path) and not declared.matching(toggled(path))


ENTRIES = st.lists(st.tuples(templates(), METHODS), min_size=1, max_size=8)
PATHS = st.lists(
    st.one_of(
        st.lists(PARTS, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts)),
        # A static template is a path, too.
        templates().filter(lambda template: "{" not in template),
    ),
    min_size=1,
    max_size=8,
)


def make_entries(declarations: list[tuple[str, frozenset[str] | None]]) -> list[Entry]:
    return [
        Entry((number // 3, number), compile_pattern(template), methods, number)
        for number, (template, methods) in enumerate(declarations)
    ]


@settings(deadline=None)
@given(ENTRIES, PATHS)
def test_finds_what_a_scan_finds(
    declarations: list[tuple[str, frozenset[str] | None]], paths: list[str]
) -> None:
    entries = make_entries(declarations)
    assert_same(RouteTable.of(entries), Declared(entries), paths)


@settings(deadline=None)
@given(ENTRIES, PATHS, st.data())
def test_a_chain_of_patches_is_a_table_built_at_once(
    declarations: list[tuple[str, frozenset[str] | None]], paths: list[str], data: st.DataObject
) -> None:
    entries = make_entries(declarations)
    declared = Declared()
    table = RouteTable.of([])
    for _ in range(data.draw(st.integers(1, 4))):
        before = Declared(list(declared.entries))
        chosen = data.draw(st.lists(st.sampled_from(entries), unique_by=lambda e: e.route))
        removed = [e for e in chosen if e in before.entries]
        added = [e for e in chosen if e not in before.entries]
        patched = table.patched(removed, added)
        declared.entries = [e for e in before.entries if e not in removed] + added
        assert_same(patched, declared, paths)
        assert_same(table, before, paths)
        assert list(patched) == list(RouteTable.of(declared.entries))
        table = patched
    assert list(table.patched(list(table), [])) == []
