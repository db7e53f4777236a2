"""The immutable segment tree: which entries match a path that is not static.

A node is one place in a path. `patch` gives a new tree that shares every node that no change
passes through; building a whole tree is patching the empty one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from notebookapi._records import record
from notebookapi._table.pattern import Kind, Pattern, Segment

Accepts = Callable[[str], object]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@record(frozen=True, slots=True, eq=False)
class Entry:
    """A route in a table; compared by identity.

    order: its place in declaration order, unique in a table.
    methods: None for every method (mounts, plain ASGI routes).
    route: whatever the caller wants back; the table does not look into it.
    """

    order: tuple[int, ...]
    pattern: Pattern
    methods: frozenset[str] | None
    route: Any


@record(frozen=True, slots=True, eq=False)
class Leaf:
    """The entries that match one path, in order.

    by_method: for each method that an entry names, the first entry that serves it.
    default: the first entry that serves every method.
    """

    entries: tuple[Entry, ...]
    by_method: Mapping[str, Entry]
    default: Entry | None


@record(frozen=True, slots=True, eq=False)
class Node:
    """One place in a path.

    leaf: the entries whose template ends here.
    ways, ends: `matched` and `rests` as a request walks them.
    """

    leaf: Leaf | None = None
    literals: Mapping[str, "Node"] = field(default_factory=dict)
    matched: Mapping[Segment, "Node"] = field(default_factory=dict)
    rests: Mapping[Segment, Leaf] = field(default_factory=dict)
    ways: tuple[tuple[Accepts, "Node"], ...] = ()
    ends: tuple[tuple[Accepts, Leaf], ...] = ()


EMPTY = Node()


def make_leaf(entries: Iterable[Entry]) -> Leaf | None:
    """A leaf of these entries, in any order; None when there are none."""
    ordered = tuple(sorted(entries, key=lambda entry: entry.order))
    if not ordered:
        return None
    by_method: dict[str, Entry] = {}
    default: Entry | None = None
    for entry in ordered:
        if entry.methods is None:
            default = entry
            # Later entries are never reached: this one serves whatever is left.
            break
        for method in entry.methods:
            by_method.setdefault(method, entry)
    return Leaf(ordered, by_method, default)


def patch_leaf(leaf: Leaf | None, removed: Iterable[Entry], added: Iterable[Entry]) -> Leaf | None:
    """A leaf with some entries taken out, others put in; None when none is left."""
    gone = set(removed)
    kept = () if leaf is None else leaf.entries
    return make_leaf([*(entry for entry in kept if entry not in gone), *added])


ASTRAY: Sequence[Leaf] = ()
"""No leaves, nor are there any at the path with a slash more or less at its end."""


def find_leaves(root: Node, path: str) -> Sequence[Leaf]:
    """The leaves that match a path without newlines, in no particular order.

    ASTRAY only where that is known at once.
    """
    node = root
    parts = path.split("/")
    del parts[0]
    for part in parts:
        if node.ends:
            return _find_all(root, path)
        following = node.literals.get(part)
        for accepts, child in node.ways:
            if accepts(part):
                if following is not None:  # more than one way on is rare
                    return _find_all(root, path)
                following = child
        if following is None:
            return ASTRAY if part else []
        node = following
    return [] if node.leaf is None else [node.leaf]


def _find_all(root: Node, path: str) -> list[Leaf]:
    parts = path.split("/")
    count = len(parts)
    found: list[Leaf] = []
    # More than one way on: they wait here while the first is followed.
    waiting = [(root, 1)]
    while waiting:
        node, index = waiting.pop()
        while True:
            if index == count:
                if node.leaf is not None:
                    found.append(node.leaf)
                break
            if node.ends:
                rest = "/".join(parts[index:])
                found += [leaf for accepts, leaf in node.ends if accepts(rest)]
            part = parts[index]
            index += 1
            following = node.literals.get(part)
            for accepts, child in node.ways:
                if accepts(part):
                    if following is None:
                        following = child
                    else:
                        waiting.append((child, index))
            if following is None:
                break
            node = following
    return found


def patch(
    node: Node, removed: Iterable[Entry], added: Iterable[Entry], depth: int = 0
) -> Node | None:
    """A tree with some entries taken out, others put in; None when nothing is left.

    Every entry's pattern has segments and passes through this node, `depth` segments from the
    root.
    """
    literals, matched, rests = dict(node.literals), dict(node.matched), dict(node.rests)
    leaf = node.leaf
    for step, change in _by_step(removed, added, depth).items():
        if step is None:
            leaf = patch_leaf(leaf, change.removed, change.added)
        elif step.kind is Kind.REST:
            _put(rests, step, patch_leaf(rests.get(step), change.removed, change.added))
        elif step.kind is Kind.LITERAL:
            _put(literals, step.text, _patch_child(literals.get(step.text), change, depth))
        else:
            _put(matched, step, _patch_child(matched.get(step), change, depth))
    if leaf is None and not (literals or matched or rests):
        return None
    return Node(
        leaf,
        literals,
        matched,
        rests,
        ways=tuple((step.accepts, child) for step, child in matched.items()),
        ends=tuple((step.accepts, end) for step, end in rests.items()),
    )


@dataclass(frozen=True, slots=True)
class _Change:
    removed: list[Entry] = field(default_factory=list)
    added: list[Entry] = field(default_factory=list)


def _by_step(
    removed: Iterable[Entry], added: Iterable[Entry], depth: int
) -> dict[Segment | None, _Change]:
    """Changes by the step that they take from a node; None for those that end there."""
    changes: dict[Segment | None, _Change] = {}
    for entry in removed:
        changes.setdefault(_step(entry, depth), _Change()).removed.append(entry)
    for entry in added:
        changes.setdefault(_step(entry, depth), _Change()).added.append(entry)
    return changes


def _step(entry: Entry, depth: int) -> Segment | None:
    segments = entry.pattern.segments or ()
    return segments[depth] if depth < len(segments) else None


def _patch_child(child: Node | None, change: _Change, depth: int) -> Node | None:
    return patch(child or EMPTY, change.removed, change.added, depth + 1)


def _put(children: dict[_Key, _Value], key: _Key, value: _Value | None) -> None:
    if value is None:
        children.pop(key, None)
    else:
        children[key] = value
