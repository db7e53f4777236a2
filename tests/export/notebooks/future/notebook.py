# %% [markdown]
# A docstring opens the notebook.

# %%
"""Answers in time.

Of the day.
"""

# %%
import datetime as dt
from notebookapi import NotebookAPI
app = NotebookAPI(title="Time")

@app.get("/today")
def today() -> dt.date:
    return dt.date(2020, 1, 2)

# %%
from __future__ import annotations

from typing import Annotated
from pydantic import BaseModel
from notebookapi import Depends, Query

class Node(BaseModel):
    name: str
    next: Node | None = None

# %%
def limit(most: Annotated[int, Query(le=5)] = 2) -> int:
    return most

@app.get("/chain")
def chain(most: Annotated[int, Depends(limit)]) -> Node:
    node = Node(name="end")
    for number in range(most):
        node = Node(name=str(number), next=node)
    return node

# %%
api.examples.add("GET", "/today")
api.examples.add("GET", "/chain", query={"most": 3})
