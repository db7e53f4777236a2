"""strawberry: a GraphQL router, with dependencies of ours in its context."""

import strawberry
from strawberry.fastapi import GraphQLRouter
from strawberry.types import Info

from notebookapi import Depends, NotebookAPI
from notebookapi.testclient import TestClient


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}"

    @strawberry.field
    def who(self, info: Info) -> str:
        return info.context["who"]


def asker(who: str = "nobody") -> str:
    return who


async def context(who: str = Depends(asker)) -> dict[str, str]:
    return {"who": who}


def client() -> TestClient:
    app = NotebookAPI()
    schema = strawberry.Schema(Query)
    app.include_router(GraphQLRouter(schema, context_getter=context), prefix="/graphql")
    return TestClient(app)


def test_query() -> None:
    answer = client().post("/graphql", json={"query": '{ hello(name: "Ada") }'})
    assert (answer.status_code, answer.json()) == (200, {"data": {"hello": "Hello, Ada"}})


def test_context_comes_from_dependencies() -> None:
    answer = client().post("/graphql?who=ada", json={"query": "{ who }"})
    assert answer.json() == {"data": {"who": "ada"}}


def test_page_for_people() -> None:
    page = client().get("/graphql", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_subscription() -> None:
    with client().websocket_connect("/graphql", ["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json() == {"type": "connection_ack"}
        query = {"query": "{ hello }"}
        socket.send_json({"id": "1", "type": "subscribe", "payload": query})
        answer = socket.receive_json()
        assert answer["payload"] == {"data": {"hello": "Hello, world"}}
