import asyncio
import random

from notebookapi import BackgroundTasks, NotebookAPI


async def slow(n: int) -> int:
    await asyncio.sleep(0)
    return n * 2


app = NotebookAPI()
LOG = []


async def note(text: str) -> None:
    LOG.append(text)


@app.get("/double/{n}")
async def double(n: int, tasks: BackgroundTasks) -> list[int]:
    tasks.add_task(note, str(n))
    return list(await asyncio.gather(*(slow(n) for _ in range(2))))


random.seed(7)
lucky = random.randint(1, 100)


@app.get("/lucky")
async def get_lucky() -> int:
    return lucky


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
