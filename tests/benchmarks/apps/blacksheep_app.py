"""BlackSheep, whose core is compiled."""

from blacksheep import Application, Content, FromHeader, FromJSON, Response, json
from blacksheep.exceptions import Forbidden, Unauthorized
from blacksheep.server.routing import Router
from pydantic import TypeAdapter

from tests.benchmarks import payloads as p

LIST = TypeAdapter(list[p.Item])


class Authorization(FromHeader[str]):
    name = "authorization"


def written(text):
    return Response(200, content=Content(b"application/json", text))


def make(kind):
    return make_many() if kind == "many" else make_main()


def make_main():
    router = Router()
    app = Application(router=router)

    @router.get("/hello")
    async def hello():
        return json({"hello": "world"})

    @router.get("/sync")
    def sync():  # runs on the loop: there are no threads here
        return json({"hello": "world"})

    @router.get("/items/{item_id}")
    async def items(item_id: int, q: str | None = None, limit: int = 10):
        # Types are converted; constraints are the program's own business.
        if item_id < 1 or not 1 <= limit <= 100 or (q is not None and len(q) > 50):
            return json({"detail": "invalid"}, status=422)
        return json({"item_id": item_id, "q": q, "limit": limit})

    @router.post("/orders")
    async def orders(order: FromJSON[p.Order]):
        return written(order.value.model_dump_json().encode())

    @router.get("/list")
    async def list_models():
        return written(LIST.dump_json(p.ITEMS))

    @router.get("/list-dicts")
    async def list_dicts():
        return written(LIST.dump_json(LIST.validate_python(p.ITEM_DICTS)))

    @router.get("/tree")
    async def tree():
        return json(p.TREE)

    router.get("/me")(me)
    return app


async def settings():
    return p.SETTINGS


async def user(token):
    found = p.USERS.get(token)
    if found is None:
        raise Unauthorized()
    return found


async def me(authorization: Authorization):  # injected are classes; functions are called
    known = await settings()
    opened = p.Connection(known["tenant"])
    try:
        scheme, _, token = authorization.value.partition(" ")
        if scheme != "Bearer":
            raise Unauthorized()
        found = await user(token)
        if not found["active"]:
            raise Forbidden()
        return json({"name": found["name"], "tenant": opened.tenant})
    finally:
        opened.close()


def make_many():
    router = Router()
    app = Application(router=router)
    for number in range(p.ROUTES):
        router.add_get(p.path_of(number), one_of_many(number))
    return app


def one_of_many(number):
    async def plain():
        return json({"route": number})

    async def with_parameter(item_id: int):
        return json({"route": number, "item_id": item_id})

    return with_parameter if number % 2 else plain
