"""An application whose document says much: a client is generated from it."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from notebookapi import APIRouter, Depends, Header, HTTPException, NotebookAPI, Query
from notebookapi.responses import JSONResponse
from notebookapi.routing import APIRoute
from notebookapi.security import HTTPAuthorizationCredentials, HTTPBearer

T = TypeVar("T")


def name_of(route: APIRoute) -> str:
    return route.name


app = NotebookAPI(
    title="Shop",
    version="1.2",
    generate_unique_id_function=name_of,
    openapi_tags=[{"name": "items", "description": "What is sold."}],
)
items = APIRouter(prefix="/items", tags=["items"])
bearer = HTTPBearer()


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Book(BaseModel):
    kind: Literal["book"] = "book"
    pages: int


class Film(BaseModel):
    kind: Literal["film"] = "film"
    minutes: float


class Item(BaseModel):
    """Something that is sold."""

    name: str = Field(min_length=1)
    price: float = 1.5
    since: date | None = None
    colours: list[Colour] = []
    what: Annotated[Book | Film, Field(discriminator="kind")]
    parts: dict[str, int] = Field(default={}, alias="partsByName")


class Stored(Item):
    """An item with what is known of it here."""

    source: str

    @computed_field
    def with_tax(self) -> float:
        return self.price * 2


class Page(BaseModel, Generic[T]):
    total: int
    members: list[T]


class Problem(BaseModel):
    reason: str


STORED: dict[UUID, Stored] = {}


@items.put("/{item_id}", status_code=201)
def create_item(item_id: UUID, item: Item, x_source: Annotated[str, Header()]) -> Stored:
    STORED[item_id] = Stored(**item.model_dump(by_alias=True), source=x_source)
    return STORED[item_id]


@items.get(
    "/{item_id}",
    response_model=Stored,
    responses={404: {"model": Problem, "description": "There is none."}},
)
def read_item(item_id: UUID) -> Any:
    if item_id not in STORED:
        return JSONResponse({"reason": "none"}, status_code=404)
    return STORED[item_id]


@items.get("")
def list_items(
    colours: Annotated[list[Colour], Query()] = [],  # noqa: B006  # pydantic copies it
    since: date | None = None,
    limit: Annotated[int, Query(ge=1, le=10)] = 10,
) -> Page[Stored]:
    found = [
        item
        for item in STORED.values()
        if set(colours) <= set(item.colours) and (since is None or item.since == since)
    ]
    return Page[Stored](total=len(found), members=found[:limit])


@items.delete("/{item_id}", status_code=204)
def delete_item(
    item_id: UUID, token: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> None:
    if token.credentials != "secret":
        raise HTTPException(403)
    STORED.pop(item_id, None)


app.include_router(items)


@app.get("/hello", tags=["other"])
def say_hello(name: str = "world") -> str:
    return f"hello {name}"
