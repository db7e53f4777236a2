"""sqladmin: the pages for a table, mounted in an application."""

from pathlib import Path

from sqladmin import Admin, ModelView
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient


class Base(DeclarativeBase):
    pass


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class BookAdmin(ModelView, model=Book):
    column_list = ("id", "title")


def test_table_can_be_read_and_written(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'books.db'}")
    Base.metadata.create_all(engine)
    app = NotebookAPI()
    Admin(app, engine).add_view(BookAdmin)
    client = TestClient(app)

    created = client.post("/admin/book/create", data={"title": "Emma"}, follow_redirects=False)
    assert created.status_code == 302
    with Session(engine) as session:
        assert [book.title for book in session.query(Book)] == ["Emma"]
    page = client.get("/admin/book/list")
    assert (page.status_code, "Emma" in page.text) == (200, True)
    engine.dispose()
