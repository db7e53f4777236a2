"""One template covers another: exactly where it matches every path that the other matches."""

from itertools import product

from notebookapi._table import Entry, RouteTable, compile_pattern
from notebookapi._table.conflicts import (
    Conflict,
    conflict_of,
    covers,
    find_conflicts,
    patched_conflicts,
)

STEPS = ["a", "7", "{%}", "{%:int}", "{%:float}", "v{%}"]
LAST = [*STEPS, "{%:path}", ""]
# For each difference between two steps, a text that shows it.
TEXTS = ["a", "b", "7", "8", "7.5", "vx", "v", ""]


def template(steps: tuple[str, ...]) -> str:
    """Return a path template; each parameter has a name of its own."""
    named = (step.replace("%", f"p{index}") for index, step in enumerate(steps))
    return "/" + "/".join(named)


TEMPLATES = [template((a,)) for a in LAST] + [template((a, b)) for a in STEPS for b in LAST]
PATHS = ["/" + "/".join(texts) for n in (1, 2, 3) for texts in product(TEXTS, repeat=n)]


def test_a_template_covers_what_it_matches_everywhere() -> None:
    patterns = [compile_pattern(each) for each in TEMPLATES]
    matched = [{path for path in PATHS if each.regex.match(path)} for each in patterns]
    wrong = [
        (first.path, second.path)
        for (first, ours), (second, theirs) in product(
            zip(patterns, matched, strict=True), repeat=2
        )
        if covers(first, second) != (theirs <= ours)
    ]
    assert wrong == []


def entry(order: int, path: str, methods: str = "GET") -> Entry:
    return Entry((order,), compile_pattern(path), frozenset(methods.split()), None)


def pairs(conflicts: tuple[Conflict, ...]) -> set[tuple[str, str]]:
    return {(each.first.pattern.path, each.second.pattern.path) for each in conflicts}


def test_a_table_is_searched_once_and_then_where_it_changed() -> None:
    entries = [entry(2 * n, path) for n, path in enumerate(TEMPLATES)]
    expected = {
        (one.pattern.path, other.pattern.path)
        for one, other in product(entries, repeat=2)
        if one.order < other.order and conflict_of(one, other)
    }
    table = RouteTable.of(entries)
    known = find_conflicts(table)
    assert pairs(known) == expected
    # The same table, made bit by bit and in any order.
    made, found = RouteTable.of(()), find_conflicts(RouteTable.of(()))
    for chunk in (entries[1::3], entries[2::3], entries[::3]):
        made = made.patched((), chunk)
        found = patched_conflicts(found, made, (), chunk)
    assert pairs(found) == expected
    gone = entries[::2]
    made = made.patched(gone, ())
    left = {each.pattern.path for each in entries[1::2]}
    assert pairs(patched_conflicts(found, made, gone, ())) == {
        (one, other) for one, other in expected if {one, other} <= left
    }


def test_methods_that_are_shared() -> None:
    (conflict,) = find_conflicts(
        RouteTable.of([entry(1, "/{a}", "GET POST PUT"), entry(2, "/{b}", "PUT GET HEAD")])
    )
    assert conflict.methods == {"GET", "PUT"}
    mount = Entry((0,), compile_pattern("/{path:path}"), None, None)
    assert find_conflicts(RouteTable.of([mount, entry(1, "/a")])) == ()
