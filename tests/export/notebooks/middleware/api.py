import time
import uuid

from notebookapi import NotebookAPI, Request
from notebookapi.responses import JSONResponse

app = NotebookAPI()


class OutOfStock(Exception):
    def __init__(self, name):
        self.name = name


class Tagged:
    """Plain ASGI: adds a header to each answer."""

    def __init__(self, app, tag):
        self.app, self.tag = app, tag

    async def __call__(self, scope, receive, send):
        async def tagged(message):
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"x-tag", self.tag.encode()),
                ]
            await send(message)

        await self.app(scope, receive, tagged)


TAG = "v1"
app.add_middleware(Tagged, tag=TAG)


@app.middleware("http")
async def timed(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Seconds"] = f"{time.perf_counter() - started:.3f}"
    return response


@app.exception_handler(OutOfStock)
def out_of_stock(request: Request, error: OutOfStock):
    return JSONResponse({"missing": error.name}, 409)


@app.get("/buy/{name}")
def buy(name: str):
    if name == "tea":
        raise OutOfStock(name)
    return {"order": str(uuid.uuid4()), "name": name}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
