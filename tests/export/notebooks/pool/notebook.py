# %%
import sqlite3
from contextlib import asynccontextmanager
from notebookapi import NotebookAPI, Request

# %%
SCHEMA = "create table words (word text)"

def connect():
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute(SCHEMA)
    connection.executemany("insert into words values (?)", [("one",), ("two",)])
    return connection

# %%
@asynccontextmanager
async def lifespan(app: NotebookAPI):
    connection = connect()
    yield {"connection": connection}
    connection.close()

app = NotebookAPI(lifespan=lifespan)

# %%
trial = connect()
trial.execute("select count(*) from words").fetchone()

# %%
@app.get("/words")
def words(request: Request) -> list[str]:
    rows = request.state.connection.execute("select word from words order by word")
    return [word for (word,) in rows]

# %%
api.examples.add("GET", "/words")
