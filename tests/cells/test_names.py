"""What one statement binds, reads and changes."""

import ast

import pytest

from notebookapi.cells.names import Names, names_of

KINDS = ("binds", "hard", "signature", "deferred", "soft")


def analyse(source: str, *, future: bool = False) -> Names:
    return names_of(ast.parse(source).body[0], future_annotations=future)


# statement, then (binds, hard, signature, deferred, soft); a kind that is left out is empty.
READS = [
    ("x = y + z", {"binds": "x", "hard": "y z"}),
    ("x = x + 1", {"binds": "x", "hard": "x"}),
    ("x += 1", {"hard": "x"}),
    ("x: A = b", {"binds": "x", "signature": "A", "hard": "b"}),
    ("x: A", {"signature": "A"}),
    ("(n := m)", {"binds": "n", "hard": "m"}),
    ("[n := m for m in ms]", {"binds": "n", "hard": "ms"}),
    ("a, *b = c", {"binds": "a b", "hard": "c"}),
    ("import a.b, c as d", {"binds": "a d"}),
    ("from a import b as c", {"binds": "c"}),
    ("from a import *", {"binds": "*"}),
    ("del a, b[0]", {"hard": "b"}),
    ("s = f'{a!r:{b}}'", {"binds": "s", "hard": "a b"}),
    ("f = lambda a, b=c: a + d", {"binds": "f", "hard": "c", "deferred": "d"}),
    ("y = [a for a in b if a in c]", {"binds": "y", "hard": "b c"}),
    ("y = {k: v for k, v in d.items() for k in v}", {"binds": "y", "hard": "d"}),
    ("with open(p) as f: x = f.read()", {"binds": "f x", "hard": "open p"}),
    ("for i in a: b = i", {"binds": "i b", "hard": "a"}),
    ("try: import a\nexcept E as e: print(e)", {"binds": "a e", "hard": "E print"}),
    (
        "match a:\n    case {'k': b, **c} if d: e = b\n    case [f, *g]: pass",
        {"binds": "b c e f g", "hard": "a d"},
    ),
    (
        "@a(b)\ndef f(c: D = e) -> F: return c + g",
        {"binds": "f", "signature": "a b D e F", "soft": "g"},
    ),
    ("async def f():\n    async with a as b: return b", {"binds": "f", "soft": "a"}),
    ("def f(a):\n    global g\n    g = a\n    h = k\n    return h", {"binds": "f", "soft": "k"}),
    ("def f():\n    def g(): return a, b\n    a = 1\n    return g", {"binds": "f", "soft": "b"}),
    ("def f(): return [a for a in b]", {"binds": "f", "soft": "b"}),
    ("def f(x: 'list[A]'): ...", {"binds": "f", "deferred": "list A"}),
    ("def f(x: Literal['A']): ...", {"binds": "f", "signature": "Literal"}),
    ("def f(x: Literal['A', B, *C]): ...", {"binds": "f", "signature": "Literal B C"}),
    ("def f(x: Annotated[A, Q('B')]): ...", {"binds": "f", "signature": "Annotated A Q"}),
    (
        "def f(x: Annotated['A', D(g)]): ...",
        {"binds": "f", "signature": "Annotated D g", "deferred": "A"},
    ),
    (
        "class A(B, k=C):\n    x: D = e\n    y = x + f\n    def m(self): return x, y",
        {"binds": "A", "hard": "B C f", "signature": "D e", "soft": "x y"},
    ),
    ("class A:\n    x = x", {"binds": "A", "hard": "x"}),
    ("P = list['Node']", {"binds": "P", "hard": "list", "deferred": "Node"}),
    ("v = d['key']", {"binds": "v", "hard": "d"}),
]


@pytest.mark.parametrize(("source", "expected"), READS, ids=[source for source, _ in READS])
def test_binds_and_reads(source: str, expected: dict[str, str]) -> None:
    names = analyse(source)
    assert {kind: getattr(names, kind) for kind in KINDS} == {
        kind: set(expected.get(kind, "").split()) for kind in KINDS
    }


def test_future_annotations_are_read_later() -> None:
    names = analyse("def f(a: A = b) -> C: ...", future=True)
    assert names.deferred == {"A", "C"}
    assert names.signature == {"b"}


# statement, names whose objects it changes, names changed if they are objects (not libraries)
CHANGES = [
    ("items.append(1)", "items", "items"),
    ("items[0].tags.add(1)", "items", "items"),
    ("items[k] = v", "items", ""),
    ("app.state.x = 1", "app", ""),
    ("del items[0]", "items", ""),
    ("total += 1", "total", ""),
    ("model.anything(x)", "model", ""),
    ("history = model.fit(x)", "", "model"),
    ("last = items.pop()", "", "items"),
    ("for x in xs: items.append(x)", "items", "items"),
    ("with lock: items.clear()", "items", "items"),
    ("[items.append(x) for x in xs]", "items", "items"),
    ("setattr(thing, 'a', 1)", "thing", ""),
    ("@handlers.add\ndef f(): ...", "", "handlers"),
    # looks
    ("items", "", ""),
    ("items.get(1)", "", ""),
    ("frame.head()", "", ""),
    ("assert items.pop() == 1", "", ""),
    ("x = items.copy()", "", ""),
    ("def f(): items.append(1)", "", ""),
    ("def f():\n    items = []\n    items.append(1)", "", ""),
]


@pytest.mark.parametrize(("source", "now", "objects"), CHANGES, ids=[c[0] for c in CHANGES])
def test_changes(source: str, now: str, objects: str) -> None:
    changes = analyse(source).changes
    assert changes.now == set(now.split())
    assert changes.objects == set(objects.split())


def test_changes_that_a_function_makes_when_called() -> None:
    changes = analyse(
        "def fill(into):\n    global done\n    done = 1\n    items.append(2)\n    into['a'] = 1"
    ).changes
    assert changes.inner == {"items"}
    assert changes.assigns_global == {"done"}
    assert changes.of_parameters


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = await f()", 1),
        ("if a:\n    async with b: pass", 2),
        ("async def f(): await g()", None),
        ("x = [a async for a in b]", 1),
    ],
)
def test_top_level_await(source: str, line: int | None) -> None:
    assert analyse(source).awaits == line
