"""Starlette, with pydantic called by hand."""

from contextlib import asynccontextmanager
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.benchmarks import payloads as p


class Params(BaseModel):
    item_id: Annotated[int, Field(ge=1)]
    q: Annotated[str | None, Field(max_length=50)] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 10


LIST = TypeAdapter(list[p.Item])


def written(text):
    return Response(text, media_type="application/json")


async def hello(request):
    return JSONResponse({"hello": "world"})


def sync(request):
    return JSONResponse({"hello": "world"})


async def items(request):
    read = Params.model_validate({**request.query_params, **request.path_params})
    return JSONResponse({"item_id": read.item_id, "q": read.q, "limit": read.limit})


async def orders(request):
    return written(p.Order.model_validate_json(await request.body()).model_dump_json())


async def list_models(request):
    return written(LIST.dump_json(p.ITEMS))


async def list_dicts(request):
    return written(LIST.dump_json(LIST.validate_python(p.ITEM_DICTS)))


async def tree(request):
    return written(to_json(p.TREE))


async def settings():
    return p.SETTINGS


@asynccontextmanager
async def connection(settings):
    opened = p.Connection(settings["tenant"])
    try:
        yield opened
    finally:
        opened.close()


async def token(request):
    scheme, _, value = request.headers["authorization"].partition(" ")
    if scheme != "Bearer":
        raise HTTPException(401)
    return value


async def user(token, connection, settings):
    found = p.USERS.get(token)
    if found is None:
        raise HTTPException(401)
    return found


async def active_user(user):
    if not user["active"]:
        raise HTTPException(403)
    return user


async def me(request):
    known = await settings()
    async with connection(known) as opened:
        found = await active_user(await user(await token(request), opened, known))
        return JSONResponse({"name": found["name"], "tenant": opened.tenant})


async def refused(request, error):
    text = b'{"detail":' + error.json(include_url=False).encode() + b"}"
    return Response(text, 422, media_type="application/json")


def make(kind):
    if kind == "many":
        return Starlette(
            routes=[Route(p.path_of(each), one_of_many(each)) for each in range(p.ROUTES)]
        )
    routes = [
        Route("/hello", hello), Route("/sync", sync), Route("/items/{item_id}", items),
        Route("/orders", orders, methods=["POST"]), Route("/list", list_models),
        Route("/list-dicts", list_dicts), Route("/tree", tree), Route("/me", me),
    ]  # fmt: skip
    return Starlette(routes=routes, exception_handlers={ValidationError: refused})


def one_of_many(number):
    async def plain(request):
        return JSONResponse({"route": number})

    async def with_parameter(request):
        return JSONResponse({"route": number, "item_id": int(request.path_params["item_id"])})

    return with_parameter if number % 2 else plain
