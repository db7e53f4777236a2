"""Random edits against a model: a list of what each owner declares, read by a flat search."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebookapi import APIRouter, NotebookAPI, edit
from notebookapi._table.published import Registration
from notebookapi.routing import APIRoute, registration_of
from tests.core.serving import ask


def application() -> NotebookAPI:
    return NotebookAPI(openapi_url=None)


# Endpoints run on the loop: a thread for each of thousands of requests would take its time.
def answer(value: object) -> Callable[[], Any]:
    async def endpoint() -> Any:
        return value

    return endpoint


def route(path: str, value: object) -> Registration:
    return registration_of(APIRoute(path, answer(value)))


class Model:
    """Two routers and two applications; what each declares, in order, as (path, value)."""

    def __init__(self) -> None:
        self.app, self.sub = application(), application()
        self.routers = [APIRouter(), APIRouter(prefix="/own")]
        self.owners: list[Any] = [self.app.router, self.sub.router, *self.routers]
        self.declared: list[list[tuple[str, Any]]] = [[], [], [], []]
        for app in (self.app, self.sub):
            _ = app.published

    def copy(self) -> list[list[tuple[str, Any]]]:
        return [list(each) for each in self.declared]

    def find(self, owner: int, path: str) -> object:
        """Return what serves a path, None for nothing."""
        prefix = "/own" if owner == 3 else ""
        for template, value in self.declared[owner]:
            if isinstance(value, tuple):
                inside = (prefix if value[0] == "include" else "") + template
                if path.startswith(inside + "/"):
                    found = self.find(value[1], path[len(inside) :])
                    if found is not None or value[0] == "mount":
                        return found
            elif _matches(prefix + template, path):
                return value
        return None


def _matches(template: str, path: str) -> bool:
    wanted, there = template.split("/"), path.split("/")
    return len(wanted) == len(there) and all(
        want == part or (want == "{x}" and part) for want, part in zip(wanted, there, strict=True)
    )


TEMPLATES = ["/a", "/{x}", "/a/b", "/{x}/b", "/a/{x}"]
PATHS = ["/a", "/z", "/a/b", "/z/b", "/a/z", "/own/a", "/own/z/b"]
# What may be put inside what: no rings.
INSIDE = {
    0: [("include", 2), ("include", 3), ("mount", 1)],
    1: [("include", 3)],
    2: [("include", 3)],
}
STEPS = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 3), st.sampled_from(TEMPLATES)),
    st.tuples(st.just("inside"), st.sampled_from([0, 0, 0, 1, 2]), st.integers(0, 2)),
    st.tuples(st.just("remove"), st.integers(0, 3), st.integers(0, 9)),
    st.tuples(st.just("replace"), st.integers(0, 3), st.integers(0, 9)),
)
EDITS = st.lists(st.tuples(st.lists(STEPS, max_size=4), st.booleans()), max_size=5)


@pytest.mark.filterwarnings("ignore::notebookapi.exceptions.RouteConflictWarning")
@given(EDITS)
def test_random_edits(edits: list[tuple[list[Any], bool]]) -> None:
    model = Model()
    counter = iter(range(10_000))
    for steps, fails in edits:
        before = model.copy()
        published = model.app.published, model.sub.published
        try:
            with edit() as draft:
                for step in steps:
                    _apply(model, draft, step, counter)
                assert (model.app.published, model.sub.published) == published
                if fails:
                    raise KeyError
        except KeyError:
            model.declared = before
            assert (model.app.published, model.sub.published) == published
        _compare(model)


def _apply(model: Model, draft: Any, step: Any, counter: Any) -> None:
    kind, number, what = step
    owner, declared = model.owners[number], model.declared[number]
    if kind == "add":
        declared.append((what, next(counter)))
        owner.get(what)(answer(declared[-1][1]))
    elif kind == "inside":
        what, inner = INSIDE[number][what % len(INSIDE[number])]
        prefix = f"/p{next(counter) % 2}"
        declared.append((prefix, (what, inner)))
        if what == "mount":
            owner.mount(prefix, model.sub)
        else:
            owner.include_router(model.owners[inner], prefix=prefix)
    elif declared:
        at = what % len(declared)
        old = owner.declared.placed[at].registration
        if kind == "remove":
            del declared[at]
            draft.remove(owner, old)
        else:
            template, value = TEMPLATES[what % len(TEMPLATES)], next(counter)
            declared[at] = (template, value)
            prefix = "/own" if number == 3 else ""
            draft.replace(owner, old, route(prefix + template, value))


def _compare(model: Model) -> None:
    asked = [prefix + path for prefix in ("", "/p0", "/p1", "/p0/p1") for path in PATHS]

    async def check() -> None:
        for number, app in ((0, model.app), (1, model.sub)):
            for path in asked:
                status, _, document = await ask(app, path)
                assert (document if status == 200 else None) == model.find(number, path)

    asyncio.run(check())
