"""Robyn, which has a server of its own, written in Rust: `python -m … --log-level WARN`.

Without that option it says that it runs in its debug mode. The rest is in the environment.
"""

import os

from pydantic import TypeAdapter
from pydantic_core import to_json
from robyn import Response, Robyn

from tests.benchmarks import payloads as p

LIST = TypeAdapter(list[p.Item])
JSON = {"content-type": "application/json"}


def written(text, status=200):
    return Response(status_code=status, headers=JSON, description=text)


def make(kind):
    app = Robyn(__file__)
    if kind == "many":
        for number in range(p.ROUTES):
            path = p.path_of(number).replace("{item_id}", ":item_id")
            app.get(path)(one_of_many(number))
        return app

    @app.get("/hello")
    async def hello():
        return {"hello": "world"}

    @app.get("/sync")
    def sync():
        return {"hello": "world"}

    @app.get("/items/:item_id")
    async def items(request):
        item_id = int(request.path_params["item_id"])
        limit = int(request.query_params.get("limit", "10"))
        q = request.query_params.get("q", None)
        if item_id < 1 or not 1 <= limit <= 100 or (q is not None and len(q) > 50):
            return written('{"detail":"invalid"}', 422)
        return {"item_id": item_id, "q": q, "limit": limit}

    @app.post("/orders")
    async def orders(request):
        return written(p.Order.model_validate_json(request.body).model_dump_json())

    @app.get("/list")
    async def list_models(request):
        return written(LIST.dump_json(p.ITEMS).decode())

    @app.get("/tree")
    async def tree(request):
        return written(to_json(p.TREE).decode())

    return app


def one_of_many(number):
    async def plain(request):
        return {"route": number}

    async def with_parameter(request):
        return {"route": number, "item_id": int(request.path_params["item_id"])}

    endpoint = with_parameter if number % 2 else plain
    endpoint.__name__ = f"endpoint_{number}"
    return endpoint


if __name__ == "__main__":
    port = int(os.environ["BENCH_PORT"])
    make(os.environ["BENCH_KIND"]).start(host="127.0.0.1", port=port, _check_port=False)
