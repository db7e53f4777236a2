"""`NOTEBOOKAPI_PATH`: which path of a request is forced, from the first request on."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio
import sys

from notebookapi import NotebookAPI

app = NotebookAPI()

@app.get("/")
def read(n: int = 1) -> bool:
    return n == 1

ran = set()
sys.setprofile(lambda frame, event, arg: ran.add(frame.f_code.co_filename))
sent = []
async def send(message): sent.append(message)
scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"",
         "headers": [], "http_version": "1.1", "scheme": "http", "root_path": "",
         "server": ("t", 80), "client": ("t", 1), "asgi": {"version": "3.0"}}
asyncio.run(app(scope, None, send))
sys.setprofile(None)
assert sent[1]["body"] == b"true"
print(any("GET /" in name for name in ran))
"""


def run(value: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NOTEBOOKAPI_PATH": value}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("value", "generated"), [("", False), ("exact", False), ("generated", True)]
)
def test_the_first_request(value: str, generated: bool) -> None:
    done = run(value)
    assert done.stdout == f"{generated}\n", done.stderr


def test_another_value_is_refused() -> None:
    done = run("fast")
    assert done.returncode == 1
    assert "NOTEBOOKAPI_PATH='fast': say exact or generated, or unset it." in done.stderr
