"""Controllers: routes as methods of a class."""

import functools
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from notebookapi import APIRouter, Body, Depends, Header, HTTPException, NotebookAPI, edit
from notebookapi.controllers import Controller, api_route, delete, get, head, post
from notebookapi.exceptions import InvalidController, InvalidParameter, InvalidPath
from notebookapi.testclient import TestClient


class Item(BaseModel):
    name: str


class NotFound(HTTPException):
    status_code = 404
    detail = "There is no such item."


STORE = {1: Item(name="one")}


def store() -> Iterator[dict[int, Item]]:
    yield dict(STORE)


class Items(Controller, prefix="/items", tags=["items"], raises=[NotFound]):
    def __init__(
        self, store: Annotated[dict[int, Item], Depends(store)], language: str = "en"
    ) -> None:
        self.store = store
        self.language = language

    @get("/", summary="All of them")
    def everything(self) -> dict[int, Item]:
        """Everything there is."""
        return self.store

    @get("/{item_id}")
    async def read(self, item_id: int, shout: bool = False) -> Item:
        if item_id not in self.store:
            raise NotFound
        return self.store[item_id]

    @post("/", status_code=201)
    async def create(self, item: Item) -> str:
        return f"{item.name} {self.language}"

    @classmethod
    @get("/class/name")
    def named(cls, x_tag: Annotated[str, Header()]) -> str:
        return f"{cls.__name__} {x_tag}"

    @delete("/{item_id}")
    def remove(self, item_id: int, /, reason: Annotated[str, Body()]) -> list[Any]:
        return [item_id, reason, self.language]


def client_of(*controllers: type[Controller], **options: Any) -> TestClient:
    app = NotebookAPI()
    for each in controllers:
        app.include_router(each, **options)
    return TestClient(app)


REQUESTS: list[tuple[str, str, dict[str, Any], int, object]] = [
    ("GET", "/items/", {}, 200, {"1": {"name": "one"}}),
    ("GET", "/items/1", {}, 200, {"name": "one"}),
    ("GET", "/items/2", {}, 404, {"detail": "There is no such item."}),
    ("POST", "/items/?language=de", {"json": {"name": "two"}}, 201, "two de"),
    ("GET", "/items/class/name", {"headers": {"x-tag": "t"}}, 200, "Items t"),
    ("DELETE", "/items/3", {"json": "old"}, 200, [3, "old", "en"]),
]


@pytest.mark.parametrize(("method", "path", "options", "status", "expected"), REQUESTS, ids=str)
def test_operation(
    method: str, path: str, options: dict[str, Any], status: int, expected: object
) -> None:
    response = client_of(Items).request(method, path, **options)
    assert (response.status_code, response.json()) == (status, expected)


@pytest.mark.parametrize("method", ["GET", "QUERY", "HEAD"])
def test_one_method_of_a_class_for_several_of_http(method: str) -> None:
    app = NotebookAPI()

    class Counted(Controller, prefix="/counted"):
        @head("/n")
        @api_route("/n", methods=["GET", "QUERY"])
        @staticmethod
        def count() -> int:
            return 7

    app.include_router(Counted)
    response = TestClient(app).request(method, "/counted/n")
    assert (response.status_code, response.text) == (200, "" if method == "HEAD" else "7")


def test_invalid_parameters_of_the_constructor_and_the_method_are_told_together() -> None:
    class Numbers(Controller):
        def __init__(self, a: int) -> None:
            self.a = a

        @get("/")
        def read(self, b: int) -> int:
            return self.a + b

    client = client_of(Numbers)
    errors = client.get("/?a=x").json()["detail"]
    assert [each["loc"] for each in errors] == [["query", "a"], ["query", "b"]]
    assert client.get("/?a=1&b=2").json() == 3


def test_each_request_has_an_instance_and_shares_it_with_nobody() -> None:
    made: list[object] = []

    class Counting(Controller):
        def __init__(self) -> None:
            made.append(self)

        @get("/")
        def read(self) -> bool:
            return made[-1] is self

    client = client_of(Counting)
    assert [client.get("/").json() for _ in range(3)] == [True, True, True]
    assert len(made) == 3


def test_the_document() -> None:
    document = client_of(Items, prefix="/v1", tags=["v1"]).get("/openapi.json").json()
    listed = document["paths"]["/v1/items/"]["get"]
    read = document["paths"]["/v1/items/{item_id}"]["get"]
    assert (listed["summary"], listed["description"]) == ("All of them", "Everything there is.")
    assert listed["tags"] == ["v1", "items"]
    assert read["operationId"] == "read_v1_items__item_id__get"
    assert [each["name"] for each in read["parameters"]] == ["item_id", "shout", "language"]
    assert read["responses"]["404"]["description"] == "There is no such item."
    assert "self" not in str(read)


def test_a_class_inherits_operations_and_options_and_replaces_methods() -> None:
    log: list[str] = []

    def logs(word: str) -> Any:
        return Depends(lambda: log.append(word))

    class Base(Controller, prefix="/base", tags=["base"], dependencies=[logs("base")]):
        word = "base"

        def __init__(self, q: str = "-") -> None:
            self.q = q

        @get("/word")
        def read(self) -> str:
            return f"{self.word} {self.q}"

        @get("/replaced")
        def replaced(self) -> str:
            return "base"

    class Special(Base, prefix="/special", tags=["special"], dependencies=[logs("special")]):
        word = "special"

        def replaced(self) -> str:
            return f"replaced {self.q}"

        @get("/more")
        def more(self) -> int:
            return 1

    client = client_of(Base, Special)
    assert client.get("/base/word").json() == "base -"
    assert log == ["base"]
    assert client.get("/special/word?q=x").json() == "special x"
    assert log == ["base", "base", "special"]
    assert client.get("/base/replaced").json() == "base"
    assert client.get("/special/replaced?q=x").json() == "replaced x"
    assert client.get("/special/more").json() == 1
    assert client.get("/base/more").status_code == 404
    paths = client.get("/openapi.json").json()["paths"]
    assert list(paths)[2:] == ["/special/word", "/special/replaced", "/special/more"]
    assert paths["/special/word"]["get"]["tags"] == ["base", "special"]


def test_a_decorator_that_keeps_the_signature_may_stand_on_a_method() -> None:
    def doubled(function: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(function)
        def inner(*args: Any, **kwargs: Any) -> int:
            return 2 * function(*args, **kwargs)

        return inner

    class Numbers(Controller):
        @get("/{a}")
        @doubled
        def read(self, a: int) -> int:
            return a

    assert client_of(Numbers).get("/4").json() == 8


def test_a_router_takes_one_and_an_application_takes_it_twice() -> None:
    class Pings(Controller, prefix="/ping"):
        @get("")
        def ping(self) -> str:
            return "pong"

    app, router = NotebookAPI(), APIRouter(prefix="/r")
    router.include_router(Pings)
    app.include_router(router)
    app.include_router(Pings, prefix="/again")
    client = TestClient(app)
    assert [client.get(path).json() for path in ("/r/ping", "/again/ping")] == ["pong", "pong"]
    assert app.url_path_for("ping") == "/r/ping"


def test_a_redefined_class_takes_the_place_of_the_old() -> None:
    app = NotebookAPI(openapi_url=None)

    def define(word: str) -> type[Controller]:
        class Words(Controller, prefix="/word"):
            @get("")
            def read(self) -> str:
                return word

        return Words

    app.include_router(define("old"))
    old = app.router.declared.placed[-1].registration
    client = TestClient(app)
    assert client.get("/word").json() == "old"
    with edit() as draft:
        draft.remove(app.router, old)
        app.include_router(define("new"))
    assert client.get("/word").json() == "new"
    assert app.router.declared.placed[-1].registration.label == old.label


def test_overrides_replace_what_the_constructor_needs() -> None:
    app = NotebookAPI()
    app.include_router(Items)
    app.dependency_overrides[store] = lambda: {5: Item(name="five")}
    assert TestClient(app).get("/items/5").json() == {"name": "five"}


def no_operations() -> Any:
    class Empty(Controller):
        def read(self) -> None: ...

    return Empty


def no_self() -> Any:
    class Bare(Controller):
        @get("/")
        def read() -> None: ...  # type: ignore[misc]  # what is tested

    return Bare


def not_a_method() -> Any:
    class Base(Controller):
        @get("/")
        def read(self) -> None: ...

    class Value(Base):
        read = 3  # type: ignore[assignment]  # what is tested

    return Value


def on_a_class() -> Any:
    class Odd(Controller):
        @get("/")
        class Inner: ...

    return Odd


def bad_path() -> Any:
    class Bad(Controller):
        @get("x")
        def read(self) -> None: ...

    return Bad


def bad_parameter() -> Any:
    class Bad(Controller):
        def __init__(self, thing: TestClient) -> None: ...

        @get("/")
        def read(self) -> None: ...

    return Bad


MISTAKES = [
    (no_operations, InvalidController, "has no operations"),
    (no_self, InvalidController, "give it a `self`"),
    (not_a_method, InvalidController, "make it a method too"),
    (on_a_class, InvalidController, "is not a method"),
    (bad_path, InvalidPath, "must start with a slash"),
    (bad_parameter, InvalidParameter, "bad_parameter.*Bad: .*TestClient"),
]


@pytest.mark.parametrize(("make", "error", "message"), MISTAKES)
def test_mistake(make: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        NotebookAPI().include_router(make())
