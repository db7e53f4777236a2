"""The immutable table of routes: which one serves a method and a path."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from notebookapi._table.tree import (
    ASTRAY,
    EMPTY,
    Entry,
    Leaf,
    Node,
    find_leaves,
    make_leaf,
    patch,
    patch_leaf,
)


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """An entry and the converted parameters of the path; the dictionary is the caller's."""

    entry: Entry
    path_params: dict[str, Any]


class RouteTable:
    """Routes, found by path and method; the first declared wins.

    Never changes: `patched` gives another table that shares what is the same. A static path
    costs one dictionary look-up, also where dynamic routes were declared before it.
    """

    __slots__ = ("_entries", "_opaque", "_root", "_settled", "_static")

    def __init__(
        self,
        entries: tuple[Entry, ...],
        static: Mapping[str, Leaf],
        root: Node,
        opaque: tuple[Entry, ...],
    ) -> None:
        """Called by `of` and `patched` only.

        entries: all of them, in order.
        static: by path, for templates without parameters.
        root: the tree of the others.
        opaque: in order, those that only their expression can decide.
        """
        self._entries = entries
        self._static = static
        self._root = root
        self._opaque = opaque
        # Everything that matches a static path, dynamic routes included, filled as paths are
        # asked for. It holds static paths only, so no client can make it grow.
        self._settled: dict[str, Leaf] = {}

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "RouteTable":
        """A table of these entries, given in any order.

        Raises ValueError when two have the same order.
        """
        return cls((), {}, EMPTY, ()).patched((), entries)

    def find(self, method: str, path: str) -> RouteMatch | None:
        """The first entry that serves this method at this path, percent-decoded.

        None when there is none; `methods_at` tells 404 from 405. A convertor's own exception
        is raised, as in starlette.
        """
        entry = self.entry_for(method, path)
        return None if entry is None else RouteMatch(entry, values_in(entry, path))

    def entry_for(self, method: str, path: str) -> Entry | None:
        """The entry of what `find` finds; `values_in` gives the rest."""
        return self.seek(method, path) or None

    def seek(self, method: str, path: str) -> Entry | None | Literal[False]:
        """`entry_for`; False where no method is served there, nor with a slash more or less.

        None where that is not known.
        """
        leaf = self._settled.get(path)
        if leaf is None and path in self._static:
            leaf = self._settle(path)
        if leaf is not None:
            return leaf.by_method.get(method, leaf.default)
        return self._search(method, path)

    def methods_at(self, path: str) -> frozenset[str]:
        """The methods that entries name at this path; empty when none matches it.

        Entries that serve every method name none: where one matches, `find` finds it.
        """
        entries = self._matching(path)
        return frozenset().union(*(entry.methods or () for entry in entries))

    def entries_at(self, path: str) -> list[Entry]:
        """Every entry that matches a path, for whatever method, in no particular order."""
        return self._matching(path)

    def patched(self, removed: Iterable[Entry], added: Iterable[Entry]) -> "RouteTable":
        """This table without some of its entries, with others.

        An entry may take the order of one that is removed at the same time.
        Raises ValueError when one that is removed is not in the table, or when an order would
        be there twice.
        """
        gone, new = frozenset(removed), tuple(added)
        entries = _patch_entries(self._entries, gone, new)
        static, tree, opaque = _sort_out(gone, new)
        return RouteTable(
            entries,
            _patch_static(self._static, *static) if any(static) else self._static,
            patch(self._root, *tree) or EMPTY if any(tree) else self._root,
            _patch_entries(self._opaque, frozenset(opaque[0]), tuple(opaque[1])),
        )

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def _settle(self, path: str) -> Leaf | None:
        leaf = make_leaf(self._matching(path))
        if leaf is not None:
            self._settled[path] = leaf
        return leaf

    def _search(self, method: str, path: str) -> Entry | None | Literal[False]:
        if "\n" in path:
            return self._scan(method, path)
        best: Entry | None = None
        leaves = find_leaves(self._root, path)
        if not self._opaque:
            if leaves is ASTRAY:
                return None if toggled(path) in self._static else False
            if len(leaves) == 1:
                return leaves[0].by_method.get(method, leaves[0].default)
        for leaf in leaves:
            entry = leaf.by_method.get(method, leaf.default)
            if entry is not None and (best is None or entry.order < best.order):
                best = entry
        for entry in self._opaque:
            if best is not None and best.order < entry.order:
                break
            if _serves(entry, method) and entry.pattern.regex.match(path):
                return entry
        return best

    def _scan(self, method: str, path: str) -> Entry | None:
        # `$` matches before a newline at the end, `.` none at all: rules that a tree would have
        # to repeat for paths that nobody asks for. The expressions know them.
        for entry in self._entries:
            if _serves(entry, method) and entry.pattern.regex.match(path):
                return entry
        return None

    def _matching(self, path: str) -> list[Entry]:
        """Every entry that matches a path, in no particular order."""
        if "\n" in path:
            return [entry for entry in self._entries if entry.pattern.regex.match(path)]
        leaves = [*find_leaves(self._root, path)]
        if static := self._static.get(path):
            leaves.append(static)
        found = [entry for leaf in leaves for entry in leaf.entries]
        found += [entry for entry in self._opaque if entry.pattern.regex.match(path)]
        return found


def values_in(entry: Entry, path: str) -> dict[str, Any]:
    """The converted parameters of a path that an entry was found for."""
    pattern = entry.pattern
    return pattern.values(path) if pattern.convertors else {}


def toggled(path: str) -> str:
    """The path with a slash more at its end, or without those that are there."""
    return path.rstrip("/") if path.endswith("/") else path + "/"


def _serves(entry: Entry, method: str) -> bool:
    return entry.methods is None or method in entry.methods


def _order(entry: Entry) -> tuple[int, ...]:
    return entry.order


def _patch_entries(
    entries: tuple[Entry, ...], removed: frozenset[Entry], added: tuple[Entry, ...]
) -> tuple[Entry, ...]:
    if not removed and not added:
        return entries
    kept = list(entries)
    for entry in removed:
        index = bisect_left(kept, entry.order, key=_order)
        if index == len(kept) or kept[index] is not entry:
            raise ValueError(
                f"The entry {entry.order} of {entry.pattern.path!r} is not in this table; "
                "remove entries that iterating over the table gives."
            )
        del kept[index]
    new = sorted(added, key=_order)
    is_behind = bool(kept and new) and kept[-1].order < new[0].order
    kept += new
    if not is_behind:
        # Sorting merges what is sorted already: one new entry costs one pass, not a sort.
        kept.sort(key=_order)
    _refuse_twins(kept, added)
    return tuple(kept)


def _refuse_twins(entries: list[Entry], added: tuple[Entry, ...]) -> None:
    for entry in added:
        index = bisect_left(entries, entry.order, key=_order)
        pair = entries[index : index + 2]
        if len(pair) == 2 and pair[0].order == pair[1].order:
            raise ValueError(
                f"{pair[0].pattern.path!r} and {pair[1].pattern.path!r} have the same order "
                f"{entry.order}; give each entry a place of its own."
            )


_Changes = tuple[list[Entry], list[Entry]]


def _sort_out(
    removed: Iterable[Entry], added: Iterable[Entry]
) -> tuple[_Changes, _Changes, _Changes]:
    """What is removed and what is added, for static paths, the tree and the opaque ones."""
    static: _Changes = ([], [])
    tree: _Changes = ([], [])
    opaque: _Changes = ([], [])
    for side, entries in enumerate((removed, added)):
        for entry in entries:
            pattern = entry.pattern
            place = static if pattern.is_static else opaque if pattern.segments is None else tree
            place[side].append(entry)
    return static, tree, opaque


def _patch_static(
    static: Mapping[str, Leaf], removed: list[Entry], added: list[Entry]
) -> dict[str, Leaf]:
    changes: dict[str, _Changes] = {}
    for side, entries in enumerate((removed, added)):
        for entry in entries:
            changes.setdefault(entry.pattern.path, ([], []))[side].append(entry)
    patched = dict(static)
    for path, (gone, new) in changes.items():
        leaf = patch_leaf(patched.get(path), gone, new)
        if leaf is None:
            del patched[path]
        else:
            patched[path] = leaf
    return patched
