"""A program that knows nothing of the notebook but its address: it sends requests.

python _traffic.py answers URL    reads a list of requests from stdin, prints the answers
python _traffic.py load URL       keeps 20 clients busy with one request until stdin says so,
                                  then 200 requests more; prints what came back
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter

import httpx2

CLIENTS = 20
REST = 200


async def answers(url: str) -> None:
    requests = json.loads(sys.stdin.read())
    found = []
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
        for request in requests:
            response = await client.request(**request)
            kept = {"status": response.status_code, "body": response.json()}
            found.append({**kept, "type": response.headers["content-type"]})
    print(json.dumps(found))


class Load:
    """Counts what comes back. left: requests to send still; None until the end is announced."""

    def __init__(self, url: str, path: str) -> None:
        self.url, self.path = url, path
        self.seen: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.left: int | None = None
        self.busy = asyncio.Event()

    async def client(self) -> None:
        async with httpx2.AsyncClient(base_url=self.url, trust_env=False, timeout=30) as client:
            while self.left is None or self.left > 0:
                if self.left is not None:
                    self.left -= 1
                await self.one(client)

    async def one(self, client: httpx2.AsyncClient) -> None:
        try:
            response = await client.get(self.path)
            response.raise_for_status()
            self.seen[response.text] += 1
        except httpx2.HTTPError as error:
            self.lost[repr(error)] += 1
        if sum(self.seen.values()) >= CLIENTS:
            self.busy.set()

    async def until_told(self) -> None:
        await self.busy.wait()
        print("busy", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        self.left = REST


async def load(url: str) -> None:
    path = sys.stdin.readline().strip()
    traffic = Load(url, path)
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(traffic.client())
        group.create_task(traffic.until_told())
    print(json.dumps({"seen": traffic.seen, "lost": traffic.lost}))


if __name__ == "__main__":
    asyncio.run({"answers": answers, "load": load}[sys.argv[1]](sys.argv[2]))
