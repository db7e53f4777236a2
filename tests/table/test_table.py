"""Finding routes: case tables, patching, and convertors of one's own."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from starlette.convertors import CONVERTOR_TYPES, Convertor, register_url_convertor

from notebookapi._table import Entry, RouteTable, compile_pattern

Declaration = tuple[str, str]
"""Methods separated by spaces ("*" for all) and a template; the template is the route."""


def declare(*declarations: Declaration) -> list[Entry]:
    return [
        Entry(
            (number,),
            compile_pattern(template),
            None if methods == "*" else frozenset(methods.split()),
            f"{methods} {template}",
        )
        for number, (methods, template) in enumerate(declarations)
    ]


def find(table: RouteTable, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    match = table.find(method, path)
    return None if match is None else (match.entry.route, match.path_params)


KEY = uuid.UUID("12345678-1234-5678-1234-567812345678")

ONE_TEMPLATE = [
    ("/", "/", {}),
    ("/", "", None),
    ("/", "//", None),
    ("/items", "/items", {}),
    ("/items", "/items/", None),
    ("/items", "/Items", None),
    ("/items/", "/items/", {}),
    ("/items/", "/items", None),
    ("/a//b", "/a//b", {}),
    ("/a//b", "/a/b", None),
    ("/items/{id}", "/items/7", {"id": "7"}),
    ("/items/{id}", "/items/a b%é", {"id": "a b%é"}),
    ("/items/{id}", "/items/", None),
    ("/items/{id}", "/items//", None),
    ("/items/{id}", "/items/7/", None),
    ("/items/{id}", "/items/7/8", None),
    ("/items/{id}/", "/items/7/", {"id": "7"}),
    ("/items/{id:int}", "/items/007", {"id": 7}),
    ("/items/{id:int}", "/items/-7", None),
    ("/items/{id:int}", "/items/7.0", None),
    ("/items/{id:int}", "/items/٣", None),
    ("/items/{x:float}", "/items/1", {"x": 1.0}),
    ("/items/{x:float}", "/items/1.25", {"x": 1.25}),
    ("/items/{x:float}", "/items/1.", None),
    ("/items/{x:float}", "/items/.5", None),
    ("/items/{x:float}", "/items/1e5", None),
    ("/items/{key:uuid}", f"/items/{KEY}", {"key": KEY}),
    ("/items/{key:uuid}", f"/items/{KEY.hex.upper()}", {"key": KEY}),
    ("/items/{key:uuid}", "/items/1234", None),
    ("/files/{p:path}", "/files/", {"p": ""}),
    ("/files/{p:path}", "/files/a/b//c/", {"p": "a/b//c/"}),
    ("/files/{p:path}", "/files", None),
    ("/{p:path}", "/", {"p": ""}),
    ("/{p:path}", "", None),
    ("/{p:path}/raw", "/a/b/raw", {"p": "a/b"}),
    ("/{p:path}/raw", "//raw", {"p": ""}),
    ("/{p:path}/raw", "/raw", None),
    ("/{p:path}/{id:int}", "/a/b/7", {"p": "a/b", "id": 7}),
    ("/x{p:path}", "/xa/b", {"p": "a/b"}),
    ("/{name}.json", "/a.b.json", {"name": "a.b"}),
    ("/{name}.json", "/.json", None),
    ("/{name}.json", "/axjson", None),
    ("/{a}-{b}", "/1-2-3", {"a": "1-2", "b": "3"}),
    ("/{a}{b:int}", "/x12", {"a": "x1", "b": 2}),
    ("/{a:int}/x/{b:int}", "/1/x/2", {"a": 1, "b": 2}),
    # `$` matches before a newline at the end; `.` matches none, `[^/]` does.
    ("/items", "/items\n", {}),
    ("/items", "/items\n\n", None),
    ("/items/{id}", "/items/a\n", {"id": "a\n"}),
    ("/items/{id}", "/items/a\nb", {"id": "a\nb"}),
    ("/items/{id:int}", "/items/7\n", {"id": 7}),
    ("/files/{p:path}", "/files/a\n", {"p": "a"}),
    ("/files/{p:path}", "/files/a\nb", None),
    ("/a\n", "/a\n", {}),
    ("/a\n", "/a\n\n", {}),
    ("/a\n", "/a", None),
]


@pytest.mark.parametrize(("template", "path", "expected"), ONE_TEMPLATE)
def test_one_template(template: str, path: str, expected: dict[str, Any] | None) -> None:
    table = RouteTable.of(declare(("GET", template)))
    match = table.find("GET", path)
    assert (None if match is None else match.path_params) == expected
    assert table.methods_at(path) == (frozenset() if expected is None else {"GET"})


ORDER = [
    # A static path is found by dictionary, and still gives way to what was declared before it.
    ([("GET", "/users/me"), ("GET", "/users/{id}")], "/users/me", "GET /users/me"),
    ([("GET", "/users/{id}"), ("GET", "/users/me")], "/users/me", "GET /users/{id}"),
    ([("GET", "/users/{id:int}"), ("GET", "/users/me")], "/users/me", "GET /users/me"),
    ([("POST", "/users/{id}"), ("GET", "/users/me")], "/users/me", "GET /users/me"),
    ([("*", "/{p:path}"), ("GET", "/users/me")], "/users/me", "* /{p:path}"),
    # Several ways through the tree: the first declared, not the most specific.
    ([("GET", "/{a}/x"), ("GET", "/y/{b}")], "/y/x", "GET /{a}/x"),
    ([("GET", "/y/{b}"), ("GET", "/{a}/x")], "/y/x", "GET /y/{b}"),
    ([("GET", "/{a}/{b}/1"), ("GET", "/y/{b}/2")], "/y/x/1", "GET /{a}/{b}/1"),
    ([("GET", "/{id}"), ("GET", "/{id:int}")], "/7", "GET /{id}"),
    ([("GET", "/{id:int}"), ("GET", "/{id}")], "/7", "GET /{id:int}"),
    ([("GET", "/{id:int}"), ("GET", "/{id}")], "/x", "GET /{id}"),
    ([("GET", "/{p:path}"), ("GET", "/a/{id}")], "/a/1", "GET /{p:path}"),
    ([("GET", "/a/{id}"), ("GET", "/{p:path}")], "/a/1", "GET /a/{id}"),
    ([("GET", "/{n}.json"), ("GET", "/{n}")], "/a.json", "GET /{n}.json"),
    # One template, several methods.
    ([("POST", "/x/{a}"), ("GET", "/x/{b}")], "/x/1", "GET /x/{b}"),
    ([("GET", "/x/{a}"), ("*", "/x/{a}")], "/x/1", "GET /x/{a}"),
    ([("*", "/x/{a}"), ("GET", "/x/{a}")], "/x/1", "* /x/{a}"),
    ([("GET", "/x"), ("GET", "/x")], "/x", "GET /x"),
]


@pytest.mark.parametrize(("declarations", "path", "expected"), ORDER)
def test_the_first_declared_serves(
    declarations: Sequence[Declaration], path: str, expected: str
) -> None:
    entries = declare(*declarations)
    for table in (RouteTable.of(entries), RouteTable.of(reversed(entries))):
        # Twice: what a static path leads to is remembered.
        for _ in range(2):
            found = find(table, "GET", path)
            assert found is not None and found[0] == expected


METHODS = [
    ("/x", {"GET", "POST", "PUT", "DELETE"}),
    ("/y", {"PUT", "DELETE"}),
    ("/y/z", {"PATCH"}),
    ("/y/", {"PATCH"}),
    ("/", frozenset()),
    ("/z", {"PUT"}),
    ("x", frozenset()),
]


@pytest.mark.parametrize(("path", "expected"), METHODS)
def test_methods_at(path: str, expected: set[str]) -> None:
    table = RouteTable.of(
        declare(
            ("GET POST", "/x"), ("PUT", "/{a}"), ("DELETE", "/{b:letter}"), ("PATCH", "/y/{p:path}")
        )
    )
    assert table.methods_at(path) == expected


class Letter(Convertor[str]):
    """Stays opaque to the table: x or y, given back as a capital."""

    regex = "[xy]"

    def convert(self, value: str) -> str:
        return value.upper()

    def to_string(self, value: str) -> str:
        return value.lower()


class Anything(Letter):
    regex = "[a-z/]+"


@pytest.fixture(autouse=True)
def convertors() -> Iterator[None]:
    before = dict(CONVERTOR_TYPES)
    register_url_convertor("letter", Letter())
    register_url_convertor("anything", Anything())
    yield
    CONVERTOR_TYPES.clear()
    CONVERTOR_TYPES.update(before)


CUSTOM = [
    ([("GET", "/{a:letter}")], "/x", ("GET /{a:letter}", {"a": "X"})),
    ([("GET", "/{a:letter}")], "/z", None),
    ([("GET", "/{a:anything}/end")], "/a/b/end", ("GET /{a:anything}/end", {"a": "A/B"})),
    ([("GET", "/{a}"), ("GET", "/{b:letter}")], "/x", ("GET /{a}", {"a": "x"})),
    ([("GET", "/{b:letter}"), ("GET", "/{a}")], "/x", ("GET /{b:letter}", {"b": "X"})),
    ([("GET", "/{b:letter}"), ("GET", "/x")], "/x", ("GET /{b:letter}", {"b": "X"})),
    ([("POST", "/{b:letter}"), ("GET", "/x")], "/x", ("GET /x", {})),
]


@pytest.mark.parametrize(("declarations", "path", "expected"), CUSTOM)
def test_convertors_of_ones_own(
    declarations: Sequence[Declaration], path: str, expected: tuple[str, dict[str, Any]] | None
) -> None:
    assert find(RouteTable.of(declare(*declarations)), "GET", path) == expected


class Refusing(Letter):
    regex = "[0-9]+"

    def convert(self, value: str) -> str:
        raise ValueError(f"no such number: {value}")


def test_what_a_convertor_raises_is_raised() -> None:
    register_url_convertor("refusing", Refusing())
    table = RouteTable.of(declare(("GET", "/{a:refusing}")))
    assert table.methods_at("/1") == {"GET"}
    assert table.find("POST", "/1") is None
    with pytest.raises(ValueError, match="no such number: 1"):
        table.find("GET", "/1")


def test_parameters_are_the_callers_own() -> None:
    table = RouteTable.of(declare(("GET", "/x"), ("GET", "/{a}/y")))
    for path in ("/x", "/1/y"):
        first, second = table.find("GET", path), table.find("GET", path)
        assert first is not None and second is not None
        first.path_params["more"] = 1
        assert "more" not in second.path_params


NOWHERE = [
    ("/none", True),
    ("/items/7/none", True),
    ("/none/items/7", True),
    ("/none/", True),
    ("/items/7", False),
    ("/items/7/", False),
    ("/items", False),
    ("/about/", False),
    ("/about", False),
    ("/files/none", False),
    ("/items//", False),
    ("/none\n", False),
]


@pytest.mark.parametrize(("path", "is_nowhere"), NOWHERE, ids=str)
def test_seek_tells_what_is_nowhere_at_once(path: str, is_nowhere: bool) -> None:
    # Not at "/files", below which anything may be; nor where a slash more or less would do.
    routes = declare(("GET", "/items/{id}"), ("GET", "/about"), ("GET", "/files/{path:path}"))
    table = RouteTable.of(routes)
    assert (table.seek("PUT", path) is False) is is_nowhere
    assert table.entry_for("PUT", path) is None


def test_nothing_is_nowhere_where_only_expressions_know() -> None:
    table = RouteTable.of(declare(("GET", "/a{rest:path}z")))
    assert table.seek("GET", "/none") is None


def test_iterates_in_order() -> None:
    entries = declare(("GET", "/b"), ("GET", "/{x}"), ("GET", "/a"), ("GET", "/{x:letter}"))
    table = RouteTable.of([entries[2], entries[0], entries[3], entries[1]])
    assert list(table) == entries
    assert len(table) == 4


def test_patched_replaces_in_place_and_leaves_the_old_table() -> None:
    first, last = declare(("GET", "/{a}"), ("GET", "/{b}/c"))
    old = RouteTable.of([first, last])
    replacement = Entry(first.order, compile_pattern("/{a:int}"), frozenset({"PUT"}), "new")
    new = old.patched([first], [replacement])
    assert find(new, "PUT", "/7") == ("new", {"a": 7})
    assert new.methods_at("/x") == frozenset()
    assert list(new) == [replacement, last]
    assert find(old, "GET", "/x") == ("GET /{a}", {"a": "x"})
    assert old.methods_at("/7") == {"GET"}
    assert list(old) == [first, last]


def test_an_earlier_dynamic_route_that_comes_or_goes_counts_at_once() -> None:
    dynamic, static = declare(("GET", "/{a}"), ("GET", "/x"))
    alone = RouteTable.of([static])
    assert find(alone, "GET", "/x") == ("GET /x", {})
    both = alone.patched([], [dynamic])
    assert find(both, "GET", "/x") == ("GET /{a}", {"a": "x"})
    assert find(both.patched([dynamic], []), "GET", "/x") == ("GET /x", {})


@pytest.mark.parametrize("template", ["/x", "/{a}", "/{a:letter}"])
def test_removing_what_is_not_there(template: str) -> None:
    stranger, resident = declare(("GET", template), ("GET", "/resident"))
    with pytest.raises(ValueError, match=r"\(0,\).*not in this table"):
        RouteTable.of([resident]).patched([stranger], [])


@pytest.mark.parametrize("template", ["/x", "/{a}"])
def test_two_entries_of_one_order(template: str) -> None:
    first, second = (declare(("GET", path))[0] for path in (template, "/other"))
    message = r"'/other'.*same order \(0,\).*place of its own"
    with pytest.raises(ValueError, match=message):
        RouteTable.of([first, second])
    with pytest.raises(ValueError, match=message):
        RouteTable.of([first]).patched([], [second])


def test_patching_shares_what_is_unchanged() -> None:
    """One route of two thousand changes: every other branch is the very same object."""
    entries = declare(*(("GET", f"/r{i}/{{a}}/{{b}}") for i in range(2000)))
    table = RouteTable.of(entries)
    node = table._root
    patched = table.patched([entries[7]], [entries[7]])._root
    changed = [name for name in node.literals if node.literals[name] is not patched.literals[name]]
    assert changed == ["r7"]
