# %% [markdown]
# # Bookings
# The rooms of a hotel, in a database behind a pool of connections.

# %%
import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from pydantic import BaseModel, Field

from notebookapi import Depends, HTTPException, NotebookAPI, Query, Request
from notebookapi.security import APIKeyHeader

# %%
HOTEL = os.environ["HOTEL_NAME"]
API_TOKEN = os.environ["BOOKINGS_API_TOKEN"]
DATABASE = os.getenv("BOOKINGS_DATABASE", "bookings.db")
POOL_SIZE = int(os.getenv("POOL_SIZE", "3"))
PAGE_SIZE = int(os.getenv("PAGE_SIZE", "20"))

# %%
SCHEMA = """
create table if not exists bookings (room integer primary key, guest text not null);
insert or ignore into bookings values (12, 'Ada'), (14, 'Grace');
"""


class Pool:
    """Connections that requests take turns with."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.free: asyncio.Queue[sqlite3.Connection] = asyncio.Queue()

    def open(self) -> None:
        for _ in range(self.size):
            connection = sqlite3.connect(DATABASE, check_same_thread=False)
            connection.executescript(SCHEMA)
            self.free.put_nowait(connection)

    def close(self) -> None:
        while not self.free.empty():
            self.free.get_nowait().close()


# %%
trial = Pool(1)
trial.open()
print(trial.free.qsize(), "connection")
trial.close()


# %%
@asynccontextmanager
async def lifespan(app: NotebookAPI) -> AsyncIterator[dict[str, Pool]]:
    pool = Pool(POOL_SIZE)
    pool.open()
    yield {"pool": pool}
    pool.close()


app = NotebookAPI(title="Bookings", version="1.3.0", summary="Rooms and guests", lifespan=lifespan)


# %%
class Booking(BaseModel):
    room: int = Field(ge=1, le=40)
    guest: str = Field(min_length=1)


async def connection(request: Request) -> AsyncIterator[sqlite3.Connection]:
    pool: Pool = request.state.pool
    taken = await pool.free.get()
    try:
        yield taken
        taken.commit()
    finally:
        pool.free.put_nowait(taken)


key = APIKeyHeader(name="X-API-Key")


def allowed(given: Annotated[str, Depends(key)]) -> None:
    if given != API_TOKEN:
        raise HTTPException(403, "This key is not known.")


Database = Annotated[sqlite3.Connection, Depends(connection)]


# %%
@app.get("/hotel")
def hotel(request: Request) -> dict[str, str | int]:
    return {"name": HOTEL, "connections": request.state.pool.size}


@app.get("/bookings")
def bookings(database: Database, most: Annotated[int, Query(ge=1)] = PAGE_SIZE) -> list[Booking]:
    rows = database.execute("select room, guest from bookings order by room limit ?", [most])
    return [Booking(room=room, guest=guest) for room, guest in rows]


@app.put("/bookings/{room}", dependencies=[Depends(allowed)])
def book(room: int, booking: Booking, database: Database) -> Booking:
    if room != booking.room:
        raise HTTPException(422, f"Room {room} is asked for, and {booking.room} is in the body.")
    database.execute("insert or replace into bookings values (?, ?)", [room, booking.guest])
    return booking


# %%
api.examples.add("GET", "/hotel")
api.examples.add("GET", "/bookings", query={"most": 1})
api.examples.add("GET", "/bookings", query={"most": 0})
