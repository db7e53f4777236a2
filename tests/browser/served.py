"""A plain application for the browser to look at, as `uvicorn` serves it."""

from typing import Annotated

from pydantic import BaseModel

from notebookapi import Depends, NotebookAPI
from notebookapi.security import OAuth2AuthorizationCodeBearer, OAuth2PasswordBearer

app = NotebookAPI(
    title="Shop & <b>more</b>",
    description="What a *shop* needs.",
    swagger_ui_parameters={"tryItOutEnabled": False, "persistAuthorization": False},
    swagger_ui_init_oauth={"clientId": "shop", "usePkceWithAuthorizationCodeGrant": True},
)
bearer = OAuth2PasswordBearer("token")
code = OAuth2AuthorizationCodeBearer("/authorize", "/token")


class Item(BaseModel):
    name: str
    price: float = 1.5


@app.get("/items/{item_id}", tags=["items"])
def read_item(item_id: int, q: str = "none") -> dict[str, int | str]:
    """Read one item."""
    return {"item_id": item_id, "q": q}


@app.post("/items", tags=["items"], status_code=201)
def create_item(item: Item) -> Item:
    return item


@app.get("/me", tags=["people"])
def read_me(token: Annotated[str, Depends(bearer)]) -> str:
    return token


@app.get("/orders", tags=["people"])
def read_orders(token: Annotated[str, Depends(code)]) -> str:
    return token


def touch(item_id: int) -> None:
    """Every other method, for its colour."""


for method in ("PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
    app.add_api_route("/items/{item_id}", touch, methods=[method], tags=["others"])
app.add_api_route("/old", touch, tags=["others"], deprecated=True)
