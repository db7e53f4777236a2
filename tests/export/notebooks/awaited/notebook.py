# %%
import asyncio
from notebookapi import NotebookAPI, Depends

class Pool:
    def __init__(self): self.rows = ["a", "b"]
    async def fetch(self): return list(self.rows)
async def connect():
    await asyncio.sleep(0)
    return Pool()
# %%
# connect once
pool = await connect()
rows = await pool.fetch()
COUNT = len(rows)  # how many
TEXT = f"""
  {COUNT}
"""
# %%
app = NotebookAPI(
    title="Pool",  # the name
)
@app.get("/rows")
async def get_rows() -> list[str]:
    return await pool.fetch()
@app.get("/count")
def count() -> int:
    return COUNT + len(TEXT)
# %%
await asyncio.sleep(0)
print(await pool.fetch())
# %%
api.examples.add("GET", "/rows")
api.examples.add("GET", "/count")
