"""ASGI by hand: what Python can do at best. No framework, no objects but pydantic's validators."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator, ValidationError, core_schema, to_json

from tests.benchmarks import payloads as p

THREADS = ThreadPoolExecutor(8)
JSON = (b"content-type", b"application/json")
LIST = TypeAdapter(list[p.Item])
read_order = p.Order.__pydantic_validator__.validate_json
write_order = p.Order.__pydantic_serializer__.to_json
read_item_id = SchemaValidator(core_schema.int_schema(ge=1)).validate_python
read_limit = SchemaValidator(core_schema.int_schema(ge=1, le=100)).validate_python
read_q = SchemaValidator(core_schema.str_schema(max_length=50)).validate_python
read_int = SchemaValidator(core_schema.int_schema()).validate_python


async def reply(send, text, status=200):
    headers = [(b"content-length", b"%d" % len(text)), JSON]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def refuse(send, errors):
    await reply(send, to_json({"detail": errors}), 422)


def located(error, *place):
    return [{**each, "loc": (*place, *each["loc"])} for each in error.errors(include_url=False)]


async def hello(scope, receive, send):
    await reply(send, to_json({"hello": "world"}))


def sync_value():
    return {"hello": "world"}


async def sync(scope, receive, send):
    value = await asyncio.get_running_loop().run_in_executor(THREADS, sync_value)
    await reply(send, to_json(value))


async def items(scope, receive, send, item_id):
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    errors = []
    try:
        item_id = read_item_id(item_id)
    except ValidationError as error:
        errors += located(error, "path", "item_id")
    q, limit = query.get("q"), query.get("limit", 10)
    try:
        q = None if q is None else read_q(q)
    except ValidationError as error:
        errors += located(error, "query", "q")
    try:
        limit = read_limit(limit)
    except ValidationError as error:
        errors += located(error, "query", "limit")
    if errors:
        await refuse(send, errors)
    else:
        await reply(send, to_json({"item_id": item_id, "q": q, "limit": limit}))


async def orders(scope, receive, send):
    message = await receive()
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    try:
        order = read_order(body)
    except ValidationError as error:
        await refuse(send, located(error, "body"))
    else:
        await reply(send, write_order(order))


async def list_models(scope, receive, send):
    await reply(send, LIST.serializer.to_json(p.ITEMS))


async def list_dicts(scope, receive, send):
    await reply(send, LIST.serializer.to_json(LIST.validator.validate_python(p.ITEM_DICTS)))


async def tree(scope, receive, send):
    await reply(send, to_json(p.TREE))


def authorization_of(scope):
    return next(v.decode("latin-1") for k, v in scope["headers"] if k == b"authorization")


# The calls of the functions that an application has are part of the work.
async def settings():
    return p.SETTINGS


async def connection(settings):
    opened = p.Connection(settings["tenant"])
    try:
        yield opened
    finally:
        opened.close()


async def token(authorization):
    return authorization.partition(" ")[2]


async def user(token, connection, settings):
    return p.USERS[token]


async def active_user(user):
    return user if user["active"] else None


async def me(scope, receive, send):
    known = await settings()
    opening = connection(known)
    opened = await anext(opening)
    found = await active_user(await user(await token(authorization_of(scope)), opened, known))
    await reply(send, to_json({"name": found["name"], "tenant": opened.tenant}))
    await anext(opening, None)


def connection_in_thread():
    opened = p.Connection(p.SETTINGS["tenant"])
    try:
        yield opened
    finally:
        opened.close()


def me_in_thread(authorization):
    opening = connection_in_thread()
    opened = next(opening)
    found = p.USERS[authorization.partition(" ")[2]]
    return {"name": found["name"], "tenant": opened.tenant}, opening


async def me_sync(scope, receive, send):
    loop = asyncio.get_running_loop()
    value, opening = await loop.run_in_executor(THREADS, me_in_thread, authorization_of(scope))
    await reply(send, to_json(value))
    await loop.run_in_executor(THREADS, next, opening, None)


def one_of_many(number):
    async def plain(scope, receive, send):
        await reply(send, to_json({"route": number}))

    async def with_parameter(scope, receive, send, item_id):
        await reply(send, to_json({"route": number, "item_id": read_int(item_id)}))

    return with_parameter if number % 2 else plain


def make(kind):
    if kind == "many":
        paths = {p.path_of(each): one_of_many(each) for each in range(p.ROUTES)}
        return serving({("GET", path): endpoint for path, endpoint in paths.items()})
    endpoints = {
        "/hello": hello, "/sync": sync, "/list": list_models, "/list-dicts": list_dicts,
        "/tree": tree, "/me": me, "/me-sync": me_sync, "/items/{item_id}": items,
    }  # fmt: skip
    gets = {("GET", path): endpoint for path, endpoint in endpoints.items()}
    return serving({**gets, ("POST", "/orders"): orders})


def serving(endpoints):
    exact = {key: each for key, each in endpoints.items() if "{" not in key[1]}
    inside = {
        (method, path.rpartition("/")[0]): each
        for (method, path), each in endpoints.items()
        if "{" in path
    }

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        endpoint = exact.get((scope["method"], scope["path"]))
        if endpoint is not None:
            await endpoint(scope, receive, send)
            return
        outer, _, last = scope["path"].rpartition("/")
        endpoint = inside.get((scope["method"], outer))
        if endpoint is None:
            await reply(send, b'{"detail":"Not Found"}', 404)
        else:
            await endpoint(scope, receive, send, last)

    return app


async def lifespan(receive, send):
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
