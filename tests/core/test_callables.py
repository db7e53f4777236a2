"""Whatever can be called may be a dependency."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial, wraps
from typing import Annotated, Any

from typing_extensions import TypeAliasType

from notebookapi import Depends, NotebookAPI, Query
from notebookapi.testclient import TestClient


@dataclass
class Class:
    q: str = "class"


class Called:
    async def __call__(self, q: str = "called") -> str:
        return q


class Yields:
    def __call__(self) -> Iterator[str]:
        yield "yields"


class Method:
    def method(self) -> str:
        return "method"


def test_every_kind_of_callable_may_be_depended_on() -> None:
    def plain() -> str:
        return "plain"

    async def coroutine() -> str:
        return "coroutine"

    def generator() -> Iterator[str]:
        yield "generator"

    async def async_generator() -> AsyncIterator[str]:
        yield "async generator"

    @wraps(coroutine)
    async def wrapper(*args: Any, **kwargs: Any) -> str:
        return "wrapped " + await coroutine(*args, **kwargs)

    async def given(first: str, /, second: str) -> str:
        return first + second

    app = NotebookAPI()

    @app.get("/")
    def endpoint(
        a: Annotated[str, Depends(plain)],
        b: Annotated[str, Depends(coroutine)],
        c: Annotated[str, Depends(generator)],
        d: Annotated[str, Depends(async_generator)],
        e: Annotated[Class, Depends()],
        f: Annotated[str, Depends(Called())],
        g: Annotated[str, Depends(Yields())],
        h: Annotated[str, Depends(Method().method)],
        i: Annotated[str, Depends(wrapper)],
        j: Annotated[str, Depends(partial(given, "par", second="tial"))],
        k: Annotated[str, Depends(partial(given, second="tial"))],
    ) -> list[str]:
        return [a, b, c, d, e.q, f, g, h, i, j, k]

    assert TestClient(app).get("/?first=par").json() == [
        "plain", "coroutine", "generator", "async generator", "class", "called", "yields",
        "method", "wrapped coroutine", "partial", "partial",
    ]  # fmt: skip


def test_aliases_may_hold_markers() -> None:
    def dependency(q: str) -> str:
        return q

    Text = TypeAliasType("Text", Annotated[str, Depends(dependency)])
    Numbers = TypeAliasType("Numbers", Annotated[list[int], Query()])
    Number = TypeAliasType("Number", int)
    app = NotebookAPI()

    @app.get("/{n}")
    def endpoint(n: Number, text: Text, numbers: Numbers) -> list[Any]:
        return [n, text, numbers]

    assert TestClient(app).get("/3?q=a&numbers=1&numbers=2").json() == [3, "a", [1, 2]]


def test_endpoints_may_be_anything_that_can_be_called() -> None:
    class Called:
        async def __call__(self, q: int) -> int:
            return q

        def method(self, q: int) -> int:
            return q

    def positional(a: int, /, b: int = 2) -> list[int]:
        return [a, b]

    def open_ended(*args: int, **kwargs: int) -> str:
        return f"{args}{kwargs}"

    app = NotebookAPI()
    app.get("/called")(Called())
    app.get("/method")(Called().method)
    app.get("/partial")(partial(positional, b=5))
    app.get("/positional")(positional)
    app.get("/open")(open_ended)
    client = TestClient(app)
    cases = {
        "/called?q=1": 1,
        "/method?q=2": 2,
        "/partial?a=3": [3, 5],
        "/positional?a=4&b=6": [4, 6],
        "/open?args=1": "(){}",
    }
    assert {path: client.get(path).json() for path in cases} == cases
