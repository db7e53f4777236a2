"""Litestar with pydantic models."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

from litestar import Litestar, get, post
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.params import Parameter

from tests.benchmarks import payloads as p


def make(kind):
    return make_many() if kind == "many" else make_main(p.Order, p.Item, p.ITEMS)


def application(handlers):
    return Litestar(handlers, openapi_config=None, logging_config=None)


def make_main(Order, Item, ITEMS):
    @get("/hello")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    @get("/sync", sync_to_thread=True)
    def sync() -> dict[str, str]:
        return {"hello": "world"}

    @get("/items/{item_id:int}")
    async def items(
        item_id: Annotated[int, Parameter(ge=1)],
        q: Annotated[str | None, Parameter(max_length=50)] = None,
        limit: Annotated[int, Parameter(ge=1, le=100)] = 10,
    ) -> dict[str, Any]:
        return {"item_id": item_id, "q": q, "limit": limit}

    @post("/orders")
    async def orders(data: Order) -> Order:
        return data

    @get("/list")
    async def list_models() -> list[Item]:
        return ITEMS

    @get("/list-dicts")
    async def list_dicts() -> list[dict[str, Any]]:  # what is returned is not validated here
        return p.ITEM_DICTS

    @get("/tree")
    async def tree() -> dict[str, Any]:
        return p.TREE

    return application([hello, sync, items, orders, list_models, list_dicts, tree, make_me()])


def make_me():
    async def settings() -> dict:
        return p.SETTINGS

    async def connection(settings: dict) -> AsyncGenerator[p.Connection, None]:
        opened = p.Connection(settings["tenant"])
        try:
            yield opened
        finally:
            opened.close()

    async def token(authorization: Annotated[str, Parameter(header="authorization")]) -> str:
        scheme, _, value = authorization.partition(" ")
        if scheme != "Bearer":
            raise NotAuthorizedException()
        return value

    async def user(token: str, connection: p.Connection, settings: dict) -> dict:
        found = p.USERS.get(token)
        if found is None:
            raise NotAuthorizedException()
        return found

    async def active(user: dict) -> dict:
        if not user["active"]:
            raise PermissionDeniedException()
        return user

    needed = {"settings": settings, "connection": connection, "token": token, "user": user,
              "active": active}  # fmt: skip

    @get("/me", dependencies={name: Provide(each) for name, each in needed.items()})
    async def me(active: dict, connection: p.Connection) -> dict[str, Any]:
        return {"name": active["name"], "tenant": connection.tenant}

    return me


def make_many():
    return application([one_of_many(number) for number in range(p.ROUTES)])


def one_of_many(number):
    async def plain() -> dict[str, int]:
        return {"route": number}

    async def with_parameter(item_id: int) -> dict[str, int]:
        return {"route": number, "item_id": item_id}

    path = p.path_of(number).replace("{item_id}", "{item_id:int}")
    return get(path)(with_parameter if number % 2 else plain)
