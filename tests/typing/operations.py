# pyright: reportUnnecessaryTypeIgnoreComment=true
"""Path operations and their options. The checkers read this file; nothing runs it.

Each `type: ignore` marks a mistake that has to be found: one too many is an error as well.
"""

from collections.abc import Awaitable, Callable
from enum import Enum
from functools import partial
from typing import Annotated, Any, assert_type

from pydantic import BaseModel

from notebookapi import (
    APIRouter,
    Body,
    Depends,
    Header,
    HTTPException,
    NotebookAPI,
    Path,
    Query,
    Request,
    Response,
)
from notebookapi.responses import HTMLResponse


class Tag(Enum):
    items = "items"


class Item(BaseModel):
    name: str
    price: float


app = NotebookAPI(title="Shop", version="2.0", description="What it sells")
router = APIRouter(prefix="/shop", tags=["shop", Tag.items])


def who(authorization: Annotated[str | None, Header()] = None) -> str:
    return authorization or "nobody"


# Decorators return the function unchanged.


@app.get("/items/{item_id}")
def read_item(item_id: Annotated[int, Path(ge=1)], q: str | None = None) -> Item:
    return Item(name=q or "", price=item_id)


@router.post("/items", status_code=201, response_model=Item, tags=["new", Tag.items])
async def create_item(
    item: Item, by: Annotated[str, Depends(who)], note: Annotated[str, Body()] = ""
) -> dict[str, object]:
    return {"name": item.name, "price": item.price, "by": by, "note": note}


assert_type(read_item(1, q="q"), Item)
create: Callable[[Item, str], Awaitable[dict[str, object]]] = create_item
read: Callable[[int, str | None], Item] = read_item
read_item("one")  # type: ignore[arg-type]


@app.api_route("/both", methods=["GET", "POST"], include_in_schema=False)
@app.put("/other", deprecated=True, response_class=HTMLResponse)
def several(request: Request, response: Response) -> str:
    response.headers["x-method"] = request.method
    return "<p>"


assert_type(several(Request({"type": "http"}), Response()), str)

# Every verb takes the options.

for verb in (app.get, app.put, app.post, app.delete, app.options, app.head, app.patch, app.trace):
    verb(
        "/all",
        response_model=None,
        status_code=200,
        tags=None,
        dependencies=[Depends(who)],
        summary="s",
        description="d",
        response_description="r",
        responses={404: {"model": Item}, "4XX": {"description": "no"}},
        deprecated=None,
        operation_id="all",
        response_model_include={"name"},
        response_model_exclude={"name": True},
        response_model_by_alias=False,
        response_model_exclude_unset=True,
        response_model_exclude_defaults=True,
        response_model_exclude_none=True,
        include_in_schema=True,
        response_class=Response,
        name="all",
        openapi_extra={"x-note": 1},
        generate_unique_id_function=lambda route: str(route.name),
    )(read_item)

# Options keep through a partial and through a subclass that passes them on.

tagged = partial(app.get, tags=["tagged"])
assert_type(tagged("/tagged")(read_item)(1), Item)


class Recording(APIRouter):
    paths: list[str]

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.paths.append(path)
        super().add_api_route(path, endpoint, **options)


assert_type(Recording(prefix="/r").get("/x", status_code=202)(read_item)(1), Item)

# Mistakes.

app.get("/x", response_modle=Item)  # type: ignore[call-arg]
app.get("/x", status_code="201")  # type: ignore[arg-type]
app.get("/x", tags="items")  # type: ignore[arg-type]
app.get("/x", methods=["GET"])  # type: ignore[call-arg]
app.get("/x", dependencies=[who])  # type: ignore[list-item]
app.get("/x", response_class=Item)  # type: ignore[arg-type]
app.get(1)  # type: ignore[arg-type]
app.get()  # type: ignore[call-arg]
app.get("/x")("not a function")  # type: ignore[type-var]
app.api_route("/x", methods="GET", deprecated="yes")  # type: ignore[arg-type]
router.post("/x", includ_in_schema=False)  # type: ignore[call-arg]
NotebookAPI(titel="Shop")  # type: ignore[call-arg]
NotebookAPI(title=1)  # type: ignore[arg-type]
APIRouter(prefix=None)  # type: ignore[arg-type]
app.include_router(app)  # type: ignore[arg-type]
HTTPException("404")  # type: ignore[arg-type]


def with_defaults(
    q: str = Query(default="", max_length=3), item: Item | None = Body(default=None)
) -> None:
    raise HTTPException(404, detail={"q": q, "item": item}, headers={"X-Why": "nothing"})
