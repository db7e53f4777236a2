"""Event handlers and overrides are declared as routes are: published together, or not at all."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest

from notebookapi import APIRouter, Depends, NotebookAPI, WebSocket
from notebookapi.editing import edit
from notebookapi.testclient import TestClient


def one() -> int:
    return 1


def two() -> int:
    return 2


def three() -> int:
    return 3


class Served:
    """An application that answers what `one` and `two` come to, and is served already."""

    def __init__(self) -> None:
        self.app = NotebookAPI()
        self.app.get("/")(lambda a=Depends(one), b=Depends(two): [a, b])
        self.client = TestClient(self.app)
        assert self.answer() == [1, 2]

    def answer(self) -> Any:
        return self.client.get("/").json()


@pytest.fixture
def served() -> Served:
    return Served()


def _set(app: NotebookAPI) -> None:
    app.dependency_overrides[one] = three


def _assign(app: NotebookAPI) -> None:
    app.dependency_overrides = {one: three}


def _update(app: NotebookAPI) -> None:
    app.dependency_overrides.update({one: three})


def _in_place(app: NotebookAPI) -> None:
    app.dependency_overrides |= {one: three}


def _default(app: NotebookAPI) -> None:
    assert app.dependency_overrides.setdefault(one, three) is three


SETTING = [_set, _assign, _update, _in_place, _default]


def _delete(app: NotebookAPI) -> None:
    del app.dependency_overrides[one]


def _pop(app: NotebookAPI) -> None:
    assert app.dependency_overrides.pop(one) is three


def _pop_item(app: NotebookAPI) -> None:
    assert app.dependency_overrides.popitem() == (one, three)


def _clear(app: NotebookAPI) -> None:
    app.dependency_overrides.clear()


def _assign_none(app: NotebookAPI) -> None:
    app.dependency_overrides = {}


RESETTING = [_delete, _pop, _pop_item, _clear, _assign_none]


@pytest.mark.parametrize("change", SETTING)
@pytest.mark.parametrize("back", RESETTING)
def test_ways_to_override(
    served: Served, change: Callable[[NotebookAPI], None], back: Callable[[NotebookAPI], None]
) -> None:
    with served.client:
        for _ in range(3):  # by either path
            change(served.app)
            assert served.answer() == [3, 2]
            back(served.app)
            assert served.answer() == [1, 2]


def test_what_is_overridden_reads_as_a_dictionary(served: Served) -> None:
    overrides = served.app.dependency_overrides
    assert not overrides and overrides == {} and {} == overrides and len(overrides) == 0
    overrides[one] = three
    overrides[two] = three
    overrides[one] = two
    wanted = {one: two, two: three}
    assert overrides and overrides == wanted and wanted == overrides
    assert dict(overrides) == wanted and {**overrides} == wanted
    assert overrides | {one: one} == {one: one, two: three}
    assert {three: one} | overrides == {three: one, **wanted}
    assert one in overrides and three not in overrides
    assert overrides.get(three) is None and overrides.pop(three, None) is None
    assert repr(overrides) == repr(dict(overrides))
    for kept in (overrides.copy(), copy.copy(overrides), copy.deepcopy(overrides)):
        assert type(kept) is dict and kept == wanted
    for key in (three, "nothing"):
        with pytest.raises(KeyError):
            overrides[key]  # type: ignore[index]  # a mistake
        with pytest.raises(KeyError):
            del overrides[key]  # type: ignore[arg-type]  # a mistake
    with pytest.raises(TypeError, match="unhashable"):
        overrides[[]] = one  # type: ignore[index]  # a mistake


def test_tools_put_back_what_was_there(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.app.dependency_overrides[two] = three
    with monkeypatch.context() as patch:
        patch.setitem(served.app.dependency_overrides, one, three)
        assert served.answer() == [3, 3]
    assert served.answer() == [1, 3]
    with monkeypatch.context() as patch:
        patch.setattr(served.app, "dependency_overrides", {one: three})
        assert served.answer() == [3, 2]
    assert served.answer() == [1, 3]
    with mock.patch.dict(served.app.dependency_overrides, {one: three}, clear=True):
        assert served.answer() == [3, 2]
    assert served.answer() == [1, 3]


def test_what_was_put_aside_is_a_dictionary_of_its_own(served: Served) -> None:
    before = served.app.dependency_overrides
    before[one] = three
    served.app.dependency_overrides = {}
    before[two] = three
    assert (served.answer(), dict(before)) == ([1, 2], {one: three, two: three})
    served.app.dependency_overrides = before
    assert served.answer() == [3, 3]


def test_applications_may_share_what_they_override(served: Served) -> None:
    other = Served()
    other.app.dependency_overrides = served.app.dependency_overrides
    served.app.dependency_overrides[one] = three
    assert (served.answer(), other.answer()) == ([3, 2], [3, 2])
    other.app.dependency_overrides = {}
    assert (served.answer(), other.answer()) == ([3, 2], [1, 2])
    other.app.dependency_overrides[two] = three
    assert (served.answer(), other.answer()) == ([3, 2], [1, 3])


def test_overrides_are_published_with_the_rest_of_an_edit(served: Served) -> None:
    app = served.app
    with edit():
        app.dependency_overrides[one] = three
        app.get("/new")(lambda: "new")
        assert app.dependency_overrides == {one: three}
        assert (served.answer(), served.client.get("/new").status_code) == ([1, 2], 404)
    assert (served.answer(), served.client.get("/new").json()) == ([3, 2], "new")


def test_an_edit_that_fails_overrides_nothing(served: Served) -> None:
    served.app.dependency_overrides[two] = three
    with pytest.raises(ZeroDivisionError), edit():
        served.app.dependency_overrides[one] = three
        del served.app.dependency_overrides[two]
        served.app.dependency_overrides = {}
        raise ZeroDivisionError
    assert served.answer() == [1, 3]
    assert served.app.dependency_overrides == {two: three}


def test_overrides_of_a_mounted_application(served: Served) -> None:
    outer = NotebookAPI()
    outer.mount("/inner", served.app)
    client = TestClient(outer)
    assert client.get("/inner/").json() == [1, 2]
    served.app.dependency_overrides[one] = three
    assert client.get("/inner/").json() == [3, 2]
    outer.dependency_overrides[two] = three
    assert client.get("/inner/").json() == [3, 2]


def test_a_connection_keeps_what_it_was_opened_with() -> None:
    app = NotebookAPI()

    def each() -> Iterator[int]:
        yield 1

    @app.websocket("/")
    async def talk(websocket: WebSocket, value: int = Depends(each)) -> None:
        await websocket.accept()
        await websocket.send_json(value)
        await websocket.close()

    client = TestClient(app)
    for wanted in (1, 3):
        with client.websocket_connect("/") as socket:
            assert socket.receive_json() == wanted
        app.dependency_overrides[each] = three


def test_an_edit_that_fails_adds_no_handlers() -> None:
    app, router = NotebookAPI(on_startup=[one]), APIRouter()
    with pytest.raises(ZeroDivisionError), edit():
        app.add_event_handler("startup", two)
        app.router.on_startup.append(three)
        router.on_shutdown.append(two)
        assert app.on_startup == [one, two, three]
        raise ZeroDivisionError
    assert (app.on_startup, list(router.on_shutdown)) == ([one], [])


def test_handlers_are_a_list() -> None:
    app = NotebookAPI(on_startup=[two])
    handlers = app.on_startup
    handlers.insert(0, one)
    handlers += [three, three]
    assert handlers == [one, two, three, three] and repr(handlers) == repr(list(handlers))
    assert (handlers[-1], handlers[:2], len(handlers), two in handlers) == (three, [one, two], 4, 1)
    assert handlers + [one] == [one, two, three, three, one]
    del handlers[2:]
    handlers[0] = three
    handlers.remove(two)
    assert app.router.on_startup == [three] and app.on_shutdown == []
