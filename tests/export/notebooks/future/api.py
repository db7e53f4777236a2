"""Answers in time.

Of the day.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from notebookapi import Depends, NotebookAPI, Query
from pydantic import BaseModel

app = NotebookAPI(title="Time")


@app.get("/today")
def today() -> dt.date:
    return dt.date(2020, 1, 2)


class Node(BaseModel):
    name: str
    next: Node | None = None


def limit(most: Annotated[int, Query(le=5)] = 2) -> int:
    return most


@app.get("/chain")
def chain(most: Annotated[int, Depends(limit)]) -> Node:
    node = Node(name="end")
    for number in range(most):
        node = Node(name=str(number), next=node)
    return node


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
