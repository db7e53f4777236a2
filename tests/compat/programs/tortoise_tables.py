"""tortoise-orm: its lifespan, added to that of an application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise import fields
from tortoise.contrib.fastapi import RegisterTortoise
from tortoise.models import Model

from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient


class Book(Model):
    id = fields.IntField(primary_key=True)
    title = fields.TextField()


def test_table_can_be_read_and_written() -> None:
    @asynccontextmanager
    async def lifespan(app: NotebookAPI) -> AsyncIterator[None]:
        async with RegisterTortoise(
            app, db_url="sqlite://:memory:", modules={"models": [__name__]}, generate_schemas=True
        ):
            yield

    app = NotebookAPI(lifespan=lifespan)

    @app.post("/books")
    async def add(title: str) -> list[str]:
        await Book.create(title=title)
        return [book.title for book in await Book.all()]

    with TestClient(app) as client:
        assert client.post("/books", params={"title": "Emma"}).json() == ["Emma"]
