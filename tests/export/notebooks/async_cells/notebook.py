# %%
import asyncio
import random
from notebookapi import NotebookAPI, BackgroundTasks

# %%
async def slow(n: int) -> int:
    await asyncio.sleep(0)
    return n * 2

results = await asyncio.gather(slow(1), slow(2))
print(results)

# %%
async with asyncio.Lock():
    pass

# %%
app = NotebookAPI()
LOG = []

async def note(text: str) -> None:
    LOG.append(text)

@app.get("/double/{n}")
async def double(n: int, tasks: BackgroundTasks) -> list[int]:
    tasks.add_task(note, str(n))
    return list(await asyncio.gather(*(slow(n) for _ in range(2))))

# %%
random.seed(7)
lucky = random.randint(1, 100)

@app.get("/lucky")
async def get_lucky() -> int:
    return lucky

# %%
await double(2, BackgroundTasks())

# %%
api.examples.add("GET", "/double/4")
api.examples.add("GET", "/lucky")
