import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from notebookapi import NotebookAPI


class Pool:
    def __init__(self):
        self.rows = ["a", "b"]

    async def fetch(self):
        return list(self.rows)


async def connect():
    await asyncio.sleep(0)
    return Pool()


@asynccontextmanager
async def lifespan(app: NotebookAPI) -> AsyncIterator[None]:
    """Make what the endpoints need, before the first request."""
    global COUNT, TEXT, pool

    # connect once
    pool = await connect()
    rows = await pool.fetch()
    COUNT = len(rows)  # how many
    TEXT = f"""
  {COUNT}
"""
    yield


app = NotebookAPI(
    title="Pool",  # the name
    lifespan=lifespan,
)


@app.get("/rows")
async def get_rows() -> list[str]:
    return await pool.fetch()


@app.get("/count")
def count() -> int:
    return COUNT + len(TEXT)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
