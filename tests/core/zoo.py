"""Endpoints of every kind, for tests that drive them by different paths."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from starlette.background import BackgroundTasks
from starlette.responses import PlainTextResponse

from notebookapi import (
    Body,
    Cookie,
    Depends,
    Header,
    HTTPException,
    NotebookAPI,
    Path,
    Query,
    Request,
    Response,
    Security,
)
from notebookapi.security import SecurityScopes

Log = list[str]
Counts = Counter[str]


class Colour(str, Enum):  # noqa: UP042  # the older spelling is what this is about
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    name: str
    price: float = 1.5
    tags: list[str] = []
    inner: "Item | None" = None


class Cell(BaseModel):
    value: Annotated[float, Field(ge=0)] | None = Field(None, alias="val")
    tags: list[str] = ["t"]


class Row(BaseModel):
    id: int
    cells: list[Cell] = []
    cell: Cell | None = None


class More(Row):
    more: int = 1


class Strict(BaseModel):
    when: datetime = Field(strict=True)


class Digits(BaseModel):
    amount: Decimal
    either: int | UUID | str | None = None


def even(value: int) -> int:
    if value % 2:
        raise ValueError("odd")
    return value


def counted(counts: Counts, name: str) -> AfterValidator:
    """Return a validator that counts how often it runs; it breaks on what says "broken"."""

    def check(value: Any) -> Any:
        counts[name] += 1
        if value in ("broken", 7):
            raise ZeroDivisionError(name)
        return value

    return AfterValidator(check)


def counted_default(counts: Counts, name: str) -> Callable[[], str]:
    """Return a default factory that counts how often it runs."""

    def make() -> str:
        counts[name] += 1
        return name

    return make


_here: ContextVar[str] = ContextVar("here", default="nowhere")


def zoo(log: Log, counts: Counts) -> NotebookAPI:
    """Return an application whose functions write down what happens.

    counts: of the runs of validators and default factories.
    """
    app = NotebookAPI()
    _add_values(app)
    _add_counted(app, counts)
    _add_dependencies(app, log, counts)
    _add_answers(app, log)
    return app


def _add_values(app: NotebookAPI) -> None:
    @app.get("/values/{number}/{colour}")
    async def values(
        number: Annotated[int, Path(ge=1)],
        colour: Colour,
        x_token: Annotated[str, Header(max_length=5)],
        q: str,
        even_one: Annotated[int, AfterValidator(even)] = 2,
        several: Annotated[list[int], Query()] = [1, 2],  # noqa: B006  # never shared
        maybe: float | None = None,
        named: Annotated[str | None, Query(alias="other-name")] = None,
        checked: Annotated[int, Query(validate_default=True, le=5)] = 3,
        made: Annotated[list[str], Query(default_factory=lambda: ["a"])] = ...,  # type: ignore[assignment]  # the factory
        x_many: Annotated[list[str] | None, Header()] = None,
        session: Annotated[str | None, Cookie()] = None,
        anything: Annotated[Any, Query()] = "any",
    ) -> Any:
        several.append(3)
        return [number, colour, x_token, q, even_one, several, maybe, named, checked, made,
                x_many, session, anything]  # fmt: skip

    @app.post("/item")
    async def item(item: Item, request: Request) -> Item:
        item.tags.append((await request.body()).decode(errors="replace")[:5])
        return item

    @app.post("/loose", status_code=201)
    async def loose(item: Annotated[Digits, Body()], q: int = 0) -> Any:
        return {"item": item, "kind": type(item.either).__name__, "q": q}

    @app.post("/strict")
    async def strict(strict: Strict) -> Any:
        return strict

    @app.post("/optional")
    async def optional(item: Item | None = None) -> Any:
        return item

    @app.post("/any")
    async def anything(item: Annotated[Any, Body()]) -> Any:
        return [item]

    @app.post("/embedded")
    async def embedded(
        one: Item, two: Annotated[int, Body(ge=0)], three: Annotated[str, Body()] = "c"
    ) -> Any:
        return [one, two, three]


def _add_counted(app: NotebookAPI, counts: Counts) -> None:
    One = Annotated[int, counted(counts, "one")]
    Text = Annotated[str, counted(counts, "text")]
    absent = counted_default(counts, "absent")
    making = counted_default(counts, "made")

    class Inside(BaseModel):
        text: Text
        made: str = Field(default_factory=making)

    class Plain(BaseModel):
        name: str
        inner: Item | None = None
        made: str = Field(default_factory=making)

    @app.get("/counted")
    async def values(
        q: One,
        maybe: Annotated[Text | None, Query()] = None,
        even_one: Annotated[int, AfterValidator(even), counted(counts, "even")] = 2,
        checked: Annotated[Text, Query(validate_default=True, default_factory=making)] = ...,  # type: ignore[assignment]  # the factory
        named: Annotated[str, Query(alias="other-name", default_factory=absent)] = ...,  # type: ignore[assignment]  # as above
    ) -> Any:
        return [q, maybe, even_one, checked, named]

    @app.post("/counted/inside")
    async def inside(
        inside: Inside,
        q: One = 1,
        made: Annotated[str, Query(default_factory=absent)] = ...,  # type: ignore[assignment]  # as above
    ) -> Any:
        return [inside, q, made]

    @app.post("/counted/embedded")
    async def embedded(
        q: One,
        text: Annotated[Text, Body()],
        inside: Inside | None = None,
        made: Annotated[str, Body(default_factory=absent)] = ...,  # type: ignore[assignment]  # as above
    ) -> Any:
        return [q, text, inside, made]

    @app.post("/counted/plain")
    async def plain(
        q: One,
        plain: Plain,
        made: Annotated[str, Query(default_factory=absent)] = ...,  # type: ignore[assignment]  # as above
    ) -> Any:
        return [q, plain, made]


def _add_dependencies(app: NotebookAPI, log: Log, counts: Counts) -> None:  # noqa: C901  # a list of functions
    def plain(q: Annotated[int, counted(counts, "plain")] = 1) -> int:
        log.append(f"plain {q} {_here.get()}")
        _here.set("plain")
        if q == 13:
            raise HTTPException(418, "thirteen", headers={"x-why": "luck"})
        return q

    async def awaited(
        x_fail: Annotated[str, Header(), counted(counts, "awaited")] = "",
    ) -> str:
        log.append("awaited")
        if x_fail == "awaited":
            raise HTTPException(401)
        if x_fail == "broken":
            raise ZeroDivisionError
        return x_fail

    async def opened(fail: Annotated[str, Depends(awaited)]) -> AsyncIterator[str]:
        log.append("open")
        try:
            yield f"opened {fail}"
        except KeyError:
            log.append("swallowed")
        except Exception as error:
            log.append(f"seen {type(error).__name__}")
            raise
        finally:
            log.append("closed")
        if fail == "late":
            raise HTTPException(409, "late")
        if fail == "twice":
            yield ""

    def held(one: Annotated[int, Depends(plain)]) -> Iterator[int]:
        log.append("hold")
        try:
            yield one + 1
        except Exception as error:
            log.append(f"held saw {type(error).__name__}")
            raise
        finally:
            log.append("let go")

    class Together:
        def __init__(
            self,
            held: Annotated[int, Depends(held)],
            again: Annotated[int, Depends(plain, use_cache=False)],
        ) -> None:
            log.append("together")
            self.total = held + again

    def ending(fail: str, total: int) -> Any:
        log.append(f"endpoint {total}")
        if fail == "endpoint":
            raise HTTPException(404, {"not": "here"})
        if fail == "key":
            raise KeyError("lost")
        if fail == "value":
            raise ValueError("bad")
        return {"fail": fail, "total": total}

    @app.exception_handler(ValueError)
    async def bad_value(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{error} {len(await request.body())}", 400)

    @app.get("/mixed")
    async def mixed(
        text: Annotated[str, Depends(opened)],
        sum_: Annotated[Together, Depends()],
        q: Annotated[int, counted(counts, "mixed")] = 1,
        made: Annotated[str, Query(default_factory=counted_default(counts, "made"))] = ...,  # type: ignore[assignment]  # the factory
    ) -> Any:
        return ending(text.removeprefix("opened "), sum_.total + q)

    @app.post("/threads")
    def threads(
        fail: Annotated[str, Depends(awaited)],
        sum_: Annotated[Together, Depends()],
        text: Annotated[str, Body(), counted(counts, "threads")],
    ) -> Any:
        return ending(fail, sum_.total + len(text))

    @app.get("/scopes")
    async def scopes(
        outer: Annotated[str, Depends(opened, scope="request")],
        inner: Annotated[int, Depends(held, scope="function")],
    ) -> Any:
        return ending(outer.removeprefix("opened "), inner)

    @app.get("/crossed")
    async def crossed(
        inner: Annotated[int, Depends(held, scope="function")],
        outer: Annotated[str, Depends(opened, scope="request")],
    ) -> Any:
        return ending(outer.removeprefix("opened "), inner)

    def asked(scopes: SecurityScopes, request: Request) -> list[str]:
        return [*scopes.scopes, request.method]

    @app.get("/asked", dependencies=[Depends(plain)])
    async def secured(one: Annotated[list[str], Security(asked, scopes=["a"])]) -> Any:
        return one


def _add_answers(app: NotebookAPI, log: Log) -> None:  # noqa: C901  # as above
    async def heading(response: Response, q: int = 0) -> None:
        response.headers["x-q"] = str(q)
        response.set_cookie("seen", "yes")
        if q > 9:
            response.status_code = q % 90 + 200

    @app.get("/headed", dependencies=[Depends(heading)], response_model=Item | int)
    async def headed(response: Response, q: int = 0) -> Any:
        response.headers.append("x-end", "1")
        return Item(name="x") if q % 2 else q

    @app.get("/background/{kind}")
    async def background(kind: str, tasks: BackgroundTasks) -> Any:
        tasks.add_task(log.append, f"task {kind}")
        return PlainTextResponse(kind) if kind == "text" else {"kind": kind}

    @app.get("/filtered", response_model=list[Item], response_model_exclude_unset=True)
    async def filtered(q: int = 0) -> Any:
        good: list[Any] = [Item(name="a"), {"name": "b", "price": 3, "more": 4}]
        return [*good, {"price": 1}] if q > 9 else good

    @app.post("/rows", response_model=list[Row])
    async def rows(given: Annotated[Any, Body()]) -> Any:
        return given

    @app.post("/row", response_model=Row)
    async def row(given: Annotated[Any, Body()]) -> Any:
        return given

    @app.post("/row/maybe", response_model=Row | None)
    async def maybe_row(given: Annotated[Any, Body()]) -> Any:
        return given

    @app.post("/row/nested", response_model=Row)
    async def nested_row(given: Annotated[Any, Body()]) -> Any:
        return {"id": 1, "cell": Cell(val=2), "cells": given}

    @app.get("/listed/{which}", response_model=list[Row], response_model_exclude_unset=True)
    async def listed(which: int) -> Any:
        row = Row(id=1, cells=[Cell(val=1)])
        return [[row], [row, {"id": 2}], [More(id=3)], [], (row,)][which]

    @app.get("/aliased", response_model=Item, response_model_include={"name", "tags"})
    def aliased() -> Any:
        return {"name": "a", "_sa_state": 1}

    @app.get("/empty", status_code=204)
    async def empty() -> None:
        log.append("empty")

    @app.get("/text", response_class=PlainTextResponse)
    async def text(q: str = "t") -> str:
        return q

    @app.get("/untyped/{which}")
    async def untyped(which: int) -> Any:
        return _UNTYPED[which % len(_UNTYPED)]()


_UNTYPED: list[Any] = [
    lambda: {"_sa_x": 1, "b": None, "c": [1.5, True, "é\u2028"]},
    lambda: {1: Decimal("1.50"), None: {UUID(int=5)}, 1.5: datetime(2024, 1, 2)},
    lambda: {UUID(int=1): Colour.RED, Colour.BLUE: (each for each in "ab")},
    lambda: float("nan"),
    lambda: (each for each in [1, Item(name="g")]),
    lambda: {"model": Item(name="m"), "text": json.dumps({"_sa": 1})},
    object,
    lambda: [b"bytes", frozenset({3})],
    lambda: "half \ud800",
]
