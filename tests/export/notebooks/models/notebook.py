# %%
from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, field_validator
from notebookapi import NotebookAPI

# %%
class Kind(str, Enum):
    BOOK = "book"
    FILM = "film"

# %%
class Person(BaseModel):
    name: str
    knows: list[Person] = []

class Work(BaseModel):
    title: str
    by: Person
    kind: Kind = Kind.BOOK
    made: date | None = None

    @field_validator("title")
    @classmethod
    def _not_empty(cls, title: str) -> str:
        return check(title)

# %%
def check(text: str) -> str:
    if not text.strip():
        raise ValueError("must say something")
    return text

# %%
T = TypeVar("T")

class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int

class Unused(BaseModel):
    x: int

# %%
WORKS = [Work(title="Solaris", by=Person(name="Lem"), made="1961-01-01")]
app = NotebookAPI()

@app.get("/works")
def works(kind: Kind | None = None) -> Page[Work]:
    found = [work for work in WORKS if kind in (None, work.kind)]
    return Page[Work](items=found, total=len(found))

@app.post("/works")
def add(work: Work) -> Work:
    return work

@app.get("/sorted")
def sorted_works(by: Literal["title", "made"] = "title") -> list[str]:
    return sorted(str(getattr(work, by)) for work in WORKS)

# %%
api.examples.add("GET", "/works", query={"kind": "book"})
api.examples.add("POST", "/works", json={"title": " ", "by": {"name": "x"}}, replay=True)
