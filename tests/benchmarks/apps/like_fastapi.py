"""The applications for a module with FastAPI's names and its application class."""

from typing import Annotated

from pydantic import BaseModel

from tests.benchmarks import payloads as p


def make_main(module, App):
    app = App()
    Path, Query = module.Path, module.Query

    @app.get("/hello")
    async def hello():
        return {"hello": "world"}

    @app.get("/sync")
    def sync():
        return {"hello": "world"}

    @app.get("/items/{item_id}")
    async def items(
        item_id: Annotated[int, Path(ge=1)],
        q: Annotated[str | None, Query(max_length=50)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
    ):
        return {"item_id": item_id, "q": q, "limit": limit}

    @app.post("/orders", response_model=p.Order)
    async def orders(order: p.Order):
        return order

    @app.get("/list", response_model=list[p.Item])
    async def list_models():
        return p.ITEMS

    @app.get("/list-dicts", response_model=list[p.Item])
    async def list_dicts():
        return p.ITEM_DICTS

    @app.get("/tree")
    async def tree():
        return p.TREE

    _add_async_dependencies(module, app)
    _add_sync_dependencies(module, app)
    _add_other_protocols(module, app)
    return app


def _add_async_dependencies(module, app):
    Depends, Header, HTTPException = module.Depends, module.Header, module.HTTPException

    async def settings():
        return p.SETTINGS

    async def connection(settings: Annotated[dict, Depends(settings)]):
        opened = p.Connection(settings["tenant"])
        try:
            yield opened
        finally:
            opened.close()

    async def token(authorization: Annotated[str, Header()]):
        scheme, _, value = authorization.partition(" ")
        if scheme != "Bearer":
            raise HTTPException(401)
        return value

    async def user(
        token: Annotated[str, Depends(token)],
        connection: Annotated[p.Connection, Depends(connection)],
        settings: Annotated[dict, Depends(settings)],
    ):
        found = p.USERS.get(token)
        if found is None:
            raise HTTPException(401)
        return found

    async def active_user(user: Annotated[dict, Depends(user)]):
        if not user["active"]:
            raise HTTPException(403)
        return user

    @app.get("/me")
    async def me(
        user: Annotated[dict, Depends(active_user)],
        connection: Annotated[p.Connection, Depends(connection)],
    ):
        return {"name": user["name"], "tenant": connection.tenant}


def _add_sync_dependencies(module, app):
    Depends, Header, HTTPException = module.Depends, module.Header, module.HTTPException

    def settings():
        return p.SETTINGS

    def connection(settings: Annotated[dict, Depends(settings)]):
        opened = p.Connection(settings["tenant"])
        try:
            yield opened
        finally:
            opened.close()

    def token(authorization: Annotated[str, Header()]):
        scheme, _, value = authorization.partition(" ")
        if scheme != "Bearer":
            raise HTTPException(401)
        return value

    def user(
        token: Annotated[str, Depends(token)],
        connection: Annotated[p.Connection, Depends(connection)],
        settings: Annotated[dict, Depends(settings)],
    ):
        found = p.USERS.get(token)
        if found is None:
            raise HTTPException(401)
        return found

    def active_user(user: Annotated[dict, Depends(user)]):
        if not user["active"]:
            raise HTTPException(403)
        return user

    @app.get("/me-sync")
    def me_sync(
        user: Annotated[dict, Depends(active_user)],
        connection: Annotated[p.Connection, Depends(connection)],
    ):
        return {"name": user["name"], "tenant": connection.tenant}


class _Headers(BaseModel):
    x_token: str
    user_agent: str


class _Cookies(BaseModel):
    session: str
    theme: str = "light"


def _add_other_protocols(module, app):
    from importlib import import_module

    sse = import_module(f"{module.__name__}.sse")

    @app.post("/form")
    async def form(name: Annotated[str, module.Form()], age: Annotated[int, module.Form()]):
        return {"name": name, "age": age}

    @app.post("/upload")
    async def upload(file: module.UploadFile):
        return {"size": len(await file.read())}

    @app.get("/models")
    async def models(
        headers: Annotated[_Headers, module.Header()], cookies: Annotated[_Cookies, module.Cookie()]
    ):
        return {"x_token": headers.x_token, "session": cookies.session}

    @app.websocket("/echo")
    async def echo(websocket: module.WebSocket):
        await websocket.accept()
        try:
            while True:
                await websocket.send_text(await websocket.receive_text())
        except module.WebSocketDisconnect:
            pass

    @app.get("/events", response_class=sse.EventSourceResponse)
    async def events():
        for number in range(1000):
            yield {"number": number}


def make_many(module, App):
    app = App()
    for number in range(p.ROUTES):
        app.get(p.path_of(number))(_one_of_many(number))
    return app


def _one_of_many(number):
    async def plain():
        return {"route": number}

    async def with_parameter(item_id: int):
        return {"route": number, "item_id": item_id}

    return with_parameter if number % 2 else plain


def make_wrapped(module, App):
    app = App()

    class Through:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            await self.app(scope, receive, send)

    app.add_middleware(Through)

    @app.get("/hello")
    async def hello():
        return {"hello": "world"}

    return app


def make_nested(module, App):
    app = App()
    inner = module.APIRouter(prefix="/c")

    @inner.get("/hello")
    async def hello():
        return {"hello": "world"}

    for prefix in ("/b", "/a"):
        outer = module.APIRouter(prefix=prefix)
        outer.include_router(inner)
        inner = outer
    app.include_router(inner)
    return app


def make(module, App, kind):
    """Return one of the applications."""
    return {
        "main": make_main, "many": make_many, "wrapped": make_wrapped, "nested": make_nested,
    }[kind](module, App)  # fmt: skip


def add_cold_route(app, model, number):
    """Add a route with a body and a response model."""

    async def endpoint(item_id: int, body: model, q: str | None = None):
        return body

    endpoint.__name__ = f"endpoint_{number}"
    app.post(f"/r{number}/{{item_id}}", response_model=model)(endpoint)
