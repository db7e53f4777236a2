"""A person edits for half an hour, at random: after each step that is served which should be."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import replace

import httpx2
import pytest

from .driver import Kernel
from .editing.editor import Editor
from .editing.model import Model
from .editing.pieces import HEAD, Piece
from .editing.playing import Differs, compare, play, shorter
from .editing.steps import BEGINNING, Fate, Forget, Run, Step, Together, Undo, Withdraw

IS_FULL = os.environ.get("NOTEBOOKAPI_TEST_FULL") == "1"
SEEDS = range(1, 21 if IS_FULL else 7)
STEPS = 100 if IS_FULL else 40
"""For each seed: 2,000 steps in a full run."""

pytestmark = pytest.mark.filterwarnings(
    # A path declared behind a wider one is what the steps are about, not a mistake in them.
    "ignore::notebookapi.exceptions.RouteConflictWarning",
    # Two endpoints of one name on one path: so is this.
    "ignore:Duplicate Operation ID",
)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_editor(seed: int) -> None:
    steps = list(Editor(seed).steps(STEPS))
    try:
        play(steps, seed)
    except Differs as error:
        fewer = shorter(steps[: error.at + 1], seed)
        pytest.fail(f"seed {seed}: {error}\nThe same in {len(fewer)} steps:\n{_as_code(fewer)}")


def _as_code(steps: Sequence[Step]) -> str:
    """Return steps as they are written in STORIES, and what the cells say."""
    lines = []
    for step in steps:
        lines.append(f"{step!r},")
        runs = step.runs if isinstance(step, Together) else [step]
        sources = [each.source for each in runs if isinstance(each, Run)]
        lines += [f"    # {line}" for source in sources for line in source.splitlines()]
    return "\n".join(lines)


def route(kind: str, path: str = "/a", version: int = 0, on: str = "app") -> Piece:
    return Piece(f"answers {kind}", path, version, on)


def item(version: int) -> Piece:
    return Piece("model", "Item", version)


def who(version: int) -> Piece:
    return Piece("who", "who", version)


FAILS = Fate.RAISES
MOUNT = Piece("mount", "sub")
WITH_LIFESPAN = Piece("app", "app", 1)

# Found by the editor, made shorter, and kept. One line each says what is to hold.
STORIES: dict[str, list[Step]] = {
    "what another cell has defined anew is followed, also where the reader's own defines it": [
        Run("a", (Piece("outer", "outer", 3), route("outer"))),
        Run("b", (Piece("outer", "outer", 1),)),
        Run("c", (who(3),)),
    ],
    "what a failed cell bound counts once a reader is registered": [
        Run("a", (route("default"),)),
        Run("b", (Piece("constant", "LIMIT", 2),), FAILS, 1),
        Run("c", (route("default", "/b"),)),
    ],
    "what a failed cell bound counts once a definition reads it": [
        Run("a", (route("default"),)),
        Run("b", (Piece("constant", "LIMIT", 2),), FAILS, 1),
        Run("c", (Piece("alias", "Size", 3),)),
    ],
    "what a failed cell bound counts for nobody until then": [
        Run("a", (route("item"),)),
        Run("b", (item(1),), FAILS, 1),
        Run("c", (who(1),)),
        Run("d", (route("who", "/b"),)),
    ],
    "what went into an object of a failed cell counts with it": [
        Run("a", (route("item"),)),
        Run("b", (item(1), Piece("box", "Box", 1)), FAILS, 2),
        Run("c", (route("box", "/b"),)),
    ],
    "what a failed cell defined follows, once it counts": [
        Run("a", (Piece("outer", "outer", 1),), FAILS, 1),
        Run("b", (who(0),)),
        Run("c", (Piece("override", "who", 5), route("outer"))),
        Run("b", (who(1),)),
    ],
    "what a failed cell defined counts no more when that is taken back": [
        Run("a", (route("outer"),)),
        Run("b", (Piece("outer", "outer", 1),), FAILS, 1),
        Run("c", (route("outer", "/b"),)),
        Undo(),
        Run("d", (who(1),)),
    ],
    "what a failed cell defined counts for nobody while its reader is refused": [
        Run("a", (route("outer"),)),
        Run("b", (Piece("outer", "outer", 1),), FAILS, 1),
        Run("c", (route("outer", "/b"),), Fate.REFUSED, 1),
        Run("d", (who(1),)),
    ],
    "registrations follow while a failed cell has bound the application": [
        Run("a", (route("who"),)),
        Run("b", (Piece("app", "app", 2),), FAILS, 1),
        Run("c", (who(1),)),
    ],
    "a router that a failed cell bound counts once it is included": [
        Run("a", (route("plain", on="r1"), Piece("include", "r1"))),
        Run("b", (Piece("router", "r1"),), FAILS, 1),
        Run("c", (Piece("include", "r1", 1),)),
    ],
    "an alias of an expression follows": [
        Run("a", (route("aliased"),)),
        Run("b", (Piece("constant", "LIMIT", 20),)),
    ],
    "a definition that nothing used follows when something does": [
        Run("a", (who(2),)),
        Run("b", (route("outer"),)),
    ],
    "the cell's own registrations see what follows": [
        Run("a", (item(1), route("box"))),
    ],
    "definitions run again in the order in which they use each other": [
        Run("a", (route("outer"),)),
        Run("b", (Piece("outer", "outer", 2),)),
        Run("c", (who(1),)),
    ],
    "what is hidden follows": [
        Run("a", (route("item"),)),
        Run("b", (route("status"),)),
        Run("c", (item(1),)),
        Run("b"),
    ],
    "the same source under another id is the same cell": [
        Run("a", (MOUNT,)),
        Run("b", (MOUNT,), deleted=("a",)),
        Run("b"),
    ],
    "what a cell registered on a router follows it to other options": [
        Run("a", (route("item", "/b", on="r1"), Piece("include", "r2", on="r1"))),
        Run("b", (route("socket who", "/b", on="r2"), Piece("include", "r1"))),
        Run("c", (Piece("router", "r1", 2),)),
    ],
    "an interrupt comes too late for what is published": [
        Run("a", (route("item"), route("who", "/b")), Fate.LATE, 1, after=5),
        Run("a", (item(2), route("item"), route("who", "/b", 2)), Fate.LATE, after=200),
        Run("b", (route("item", "/b"), Piece("middleware", "m1")), Fate.LATE, after=1000),
    ],
    "a route that is forgotten is gone, and what it hid": [
        Run("a", (route("plain"),)),
        Run("b", (route("typed"),)),
        Withdraw(),
        Run("c", (route("who"),)),
        Run("c"),
    ],
    "cells that run at the same time keep out of each other": [
        Together(
            (
                Run("a", (route("plain"), route("typed", "/b")), is_async=True),
                Run("b", (route("who"),), is_async=True),
                Run("c", (route("who", "/c/me"),), FAILS, 1, is_async=True),
            )
        ),
    ],
    "pasted, a cell keeps its place": [
        Run("a", (route("plain", "/c/me"),)),
        Run("b", (route("plain", "/c/{id}"),)),
        Run("c", (route("plain", "/c/me"),), deleted=("a",)),
    ],
    "pasted, and the deletion undone": [
        Run("a", (route("plain", "/c/{id}"),)),
        Run("b", (route("plain", "/c/{id}"),), deleted=("a",)),
        Run("a", (route("typed", "/c/{id}"),)),
        Run("b", (route("plain", "/b"),)),
    ],
    "what goes under another path by its name gives back what it hid": [
        Run("a", (route("guarded", "/c/{id}"),)),
        Run("", (route("word", "/c/{id}"),)),
        Run("", (route("word", "/c/me"),)),
    ],
    "a definition is taken back, and what is in it redefined": [
        Run("a", (route("box", "/b"),)),
        Run("b", (Piece("box", "Box", 2),)),
        Undo(),
        Run("c", (item(2),)),
    ],
    "endpoints that are taken back are no definitions": [
        Run("a", (route("optional", "/a", 3),)),
        Run("", (route("limited", "/c/{id}", 1),)),
        Run("b", (route("errors", "/c/me", on="r2"),)),
        Run("a", (route("optional", "/a", 3),)),
        Run("c", (item(4),)),
        Undo(3),
        Run("d", (Piece("alias", "Size", 2),)),
        Run("e", (Piece("constant", "LIMIT", 55),)),
    ],
    "what moves to another application gives back what it hid": [
        Run("a", (route("limited", "/c/{id}", 2, "sub"),)),
        Run("b", (route("guarded", "/c/{id}", on="sub"), MOUNT)),
        Run("b", (route("state", "/c/{id}", 2), MOUNT)),
    ],
    "a copy beside its original takes nothing from it for good": [
        Run("a", (route("plain"),)),
        Run("b", (route("plain"),)),
        Run("b", (route("typed", "/b"),)),
    ],
    "of two definitions of a name, what the later says is followed": [
        Run("a", (route("outer", "/c/{id}"),)),
        Run("b", (Piece("outer", "outer", 1), route("outer", "/c/me", 2, "r2"))),
        Run("c", (who(5),)),
        Run("d", (Piece("outer", "outer"),)),
        Run("e", (route("outer", "/a", 1),)),
        Run("c", (who(0),)),
    ],
    "what no cell says any more follows": [
        Run("a", (Piece("alias", "Size", 1),)),
        Run("a"),
        Run("b", (Piece("constant", "LIMIT", 50), route("aliased"))),
    ],
    "what a cell hid serves again on a new application": [
        Run("a", (route("boom", "/c/me"),)),
        Run("b", (route("plain", "/c/me"),)),
        Run("c", (Piece("app", "app", 2),), FAILS, 1),
        Run("b", (route("model"),)),
    ],
    "what a cell hides is hidden on its own new application": [
        Run("a", (route("boom"),)),
        Run("b", (Piece("app", "app", 2), route("plain"))),
        Run("b", (Piece("app", "app", 3), route("typed"))),
        Run("b", (Piece("app", "app", 3),)),
    ],
    "what was made again counts for the next reader, with what went into it": [
        Run("a", (route("outer", "/c/{id}", 5, "sub"),)),
        Run("b", (Piece("outer", "outer"),)),
        Run("c", (Piece("constant", "LIMIT", 55),)),
        Run("d", (route("aliased", "/c/{id}", 3),)),
        Undo(3),
        Run("e", (route("aliased", "/c/{id}", 3),)),
    ],
    "what was made again for what is held says nothing of what the name stands for": [
        Run("a", (route("box", "/b"),)),
        Run("b", (item(3),)),
        Run("c", (route("errors", on="r1"),)),
        Undo(2),
        Run("d", (item(2),)),
        Run("a", (route("box", "/b"),)),
    ],
    "a lifespan is taken back": [
        Run("a", (route("state"),)),
        Run("b", (WITH_LIFESPAN,)),
        Run("c", (Piece("lifespan", "lifespan", 2),)),
        Undo(),
    ],
    "a lifespan is taken back with others": [
        Run("a", (route("state"),)),
        Run("b", (WITH_LIFESPAN,)),
        Run("c", (Piece("lifespan", "lifespan", 2),)),
        Run("d", (route("plain", "/b"),)),
        Undo(2),
    ],
    "what was taken back is followed by all once a reader is registered": [
        Run("a", (item(4), route("items"))),
        Run("a", (item(0),)),
        Undo(),
        Run("b", (route("optional", "/b"),)),
    ],
    "a model taken back, and its reader run again": [
        Run("a", (route("box", "/c/me", 2),)),
        Run("b", (route("model", "/{id}", 5),)),
        Run("c", (item(2),)),
        Undo(),
        Run("a", (route("box", "/c/me", 2),), is_future=True),
    ],
    "what a deleted cell registered is forgotten": [
        Run("a", (route("plain"),)),
        Run("b", (route("typed"),)),
        Forget(("b",)),
        Undo(),
    ],
}


@pytest.mark.parametrize("story", STORIES)
def test_story(story: str) -> None:
    play(STORIES[story])


WAITING = (
    "print('going', flush=True)\nimport time\ntime.sleep(3600)",
    "print('going', flush=True)\nwhile True: pass",
    # It is interrupted while it registers.
    "print('going', flush=True)\n"
    "for n in range(10**6): app.add_api_route(f'/filler/{n}', lambda n=n: n)",
)


@pytest.mark.slow
def test_interrupts_of_a_kernel(kernel: Kernel) -> None:
    """Cells are interrupted by the protocol, edited and run again, round by round."""
    choose, model = random.Random(5), Model()
    kernel.run(HEAD, "head")
    beginning = Run("beginning", tuple(BEGINNING))
    rounds = [
        replace(each, is_async=False, fate=Fate.INTERRUPTED, deleted=())
        for each in Editor(5).steps(60)
        if isinstance(each, Run) and each.cell and each.pieces and each.fate is Fate.GOOD
    ]
    for at, step in enumerate([beginning, *rounds[:12]]):
        struck = replace(step, fate=Fate.INTERRUPTED, at=choose.randint(0, len(step.pieces)))
        if step is not beginning:
            waiting = struck.source.replace(Fate.INTERRUPTED.value, WAITING[at % len(WAITING)])
            run = kernel.begin(waiting, step.cell)
            kernel.until(run, "going")
            kernel.manager.interrupt_kernel()
            assert kernel.ended(run).error.startswith("KeyboardInterrupt")
            model.take(struck)
            compare_kernel(kernel, model, choose)
        good = replace(step, fate=Fate.GOOD)
        assert kernel.run(good.source, step.cell).error == ""
        model.take(good)
        compare_kernel(kernel, model, choose)


def compare_kernel(kernel: Kernel, model: Model, choose: random.Random) -> None:
    document = kernel.value("__import__('json').dumps(api.app.openapi(), indent=1)")
    with httpx2.Client(base_url=kernel.value("api.url"), trust_env=False, timeout=30) as client:
        compare(model, document, client, choose)
