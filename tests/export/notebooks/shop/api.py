from typing import Annotated

from notebookapi import HTTPException, NotebookAPI, Query
from pydantic import BaseModel, Field

app = NotebookAPI(title="Shop", version="2.0")


class Item(BaseModel):
    """What is sold."""

    name: str = Field(min_length=1)
    price: float  # in euros
    tags: list[str] = []


# By number; lost when the server stops.
ITEMS: dict[int, Item] = {}


@app.post("/items/{item_id}", status_code=201)
def create(item_id: int, item: Item) -> Item:
    """Put an item on sale."""
    ITEMS[item_id] = item
    return item


@app.get("/items/{item_id}")
def read(item_id: int) -> Item:
    if item_id not in ITEMS:
        raise HTTPException(404, f"There is no item {item_id}.")
    return ITEMS[item_id]


@app.get("/items")
def find(most: Annotated[int, Query(ge=1)] = 10) -> list[Item]:
    # The cheapest first.
    return sorted(ITEMS.values(), key=lambda item: item.price)[:most]


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
