# %% [markdown]
# # A shop
# Text cells are no part of the module.

# %%
# %load_ext notebookapi
import json
import os
from typing import Annotated, Optional

from pydantic import BaseModel, Field

from notebookapi import HTTPException, NotebookAPI, Query

app = NotebookAPI(title="Shop", version="2.0")


# %%
class Item(BaseModel):
    """What is sold."""

    name: str = Field(min_length=1)
    price: float  # in euros
    tags: list[str] = []


# By number; lost when the server stops.
ITEMS: dict[int, Item] = {}

# %%
example = Item(name="tea", price=3.5)
print(json.dumps(example.model_dump()))
example


# %%
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


# %%
api.examples.add("POST", "/items/1", json={"name": "tea", "price": 3.5}, replay=True)
api.examples.add("GET", "/items/1")
api.examples.add("GET", "/items/7")
api.examples.add("GET", "/items", query={"most": 0})

# %%
# %api routes
