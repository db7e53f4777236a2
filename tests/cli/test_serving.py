"""`notebookapi dev` and `notebookapi run`: real servers, asked over the loopback."""

import signal
import socket
from pathlib import Path

import pytest

from tests.cli.driver import PATIENCE, SHOP, Serving, write

VERSION = """
from notebookapi import NotebookAPI

app = NotebookAPI()

@app.get("/version")
def version() -> str:
    return "{}"
"""

ABOUT = """
import os
from notebookapi import NotebookAPI, Request

app = NotebookAPI(docs_url="/help", redoc_url=None)

@app.get("/about")
def about(request: Request) -> dict[str, str | int | None]:
    return {
        "pid": os.getpid(),
        "mine": os.environ.get("NOTEBOOKAPI_ENV"),
        "theirs": os.environ.get("FASTAPI_ENV"),
        "root_path": request.scope["root_path"],
        "scheme": request.url.scheme,
    }
"""
LOCAL = ("--host", "127.0.0.1", "--port", "0")


def test_dev_serves_and_reloads(folder: Path) -> None:
    write(folder, {"main.py": VERSION.format("first")})
    with Serving("dev", "--port", "0", folder=folder) as serving:
        assert serving.url.startswith("http://127.0.0.1:")
        assert serving.client.get("/version").json() == "first"
        serving.wait_for("startup complete")
        write(folder, {"main.py": VERSION.format("the second")})
        serving.wait_for_answer("/version", "the second", saved=folder / "main.py")
        # A version that cannot be imported is explained; the next one serves again.
        write(folder, {"main.py": "1 / 0"})
        line = serving.wait_for("cannot be imported")
        assert "main.py cannot be imported: ZeroDivisionError" in line
        assert "multiprocessing" not in "".join(serving.lines)
        write(folder, {"main.py": VERSION.format("the third one")})
        serving.wait_for_answer("/version", "the third one", saved=folder / "main.py")
        assert serving.stop() == 0


def test_dev_reloads_while_a_stream_is_open(folder: Path) -> None:
    stream = """
@app.get("/stream")
async def stream() -> AsyncIterator[int]:
    while True:
        yield 1
        await anyio.sleep(0.05)
"""
    text = f"import anyio\nfrom collections.abc import AsyncIterator\n{VERSION}{stream}"
    write(folder, {"main.py": text.format("first")})
    with (
        Serving("dev", "--port", "0", folder=folder) as serving,
        serving.client.stream("GET", "/stream") as response,
    ):
        next(response.iter_raw())
        write(folder, {"main.py": text.format("the second")})
        serving.wait_for_answer("/version", "the second", saved=folder / "main.py")


def test_dev_watches_other_folders(folder: Path) -> None:
    text = SHOP.replace("return item_id", "from stock import count; return count")
    write(folder, {"shop/main.py": text, "lib/stock.py": "count = 1"})
    more = {"PYTHONPATH": str(folder / "lib")}
    words = ["dev", "main.py", "--port", "0", "--reload-dir", "../lib"]
    with Serving(*words, folder=folder / "shop", **more) as serving:
        assert serving.client.get("/items/7").json() == 1
        serving.wait_for("startup complete")
        write(folder, {"lib/stock.py": "count = 1000"})
        serving.wait_for_answer("/items/7", 1000, saved=folder / "lib/stock.py")


@pytest.mark.parametrize(
    ("words", "environment"), [(["dev", "--no-reload"], "development"), (["run"], None)]
)
def test_environment(folder: Path, words: list[str], environment: str | None) -> None:
    write(folder, {"main.py": ABOUT})
    with Serving(*words, *LOCAL, folder=folder) as serving:
        about = serving.client.get("/about").json()
        assert (about["mine"], about["theirs"]) == (environment, environment)
        assert about["pid"] == serving.process.pid  # no second process without reloading


def test_panel_says_where(folder: Path) -> None:
    write(folder, {"shop/__init__.py": "", "shop/web.py": ABOUT})
    with Serving("run", "shop/web.py", *LOCAL, folder=folder) as serving:
        serving.client.get("/about")
        serving.wait_for("Ctrl+C stops it.")
        panel = [line.rstrip() for line in serving.lines[:5]]
        assert panel == [
            "notebookapi run",
            "Application  shop.web:app",
            f"Serving at   {serving.url}",
            f"Docs at      {serving.url}/help",
            "Ctrl+C stops it.",
        ]


def test_run_listens_on_every_address(folder: Path) -> None:
    write(folder, {"main.py": VERSION.format("one")})
    # What is bound is told by the panel; this asks over the loopback only.
    with Serving("run", "--host", "0.0.0.0", "--port", "0", folder=folder) as serving:
        assert serving.url.startswith("http://127.0.0.1:")
        assert serving.client.get("/version").json() == "one"
        port = serving.url.rpartition(":")[2]
        assert serving.wait_for("Reachable").rstrip().endswith(f"by port {port}")


def test_workers(folder: Path) -> None:
    write(folder, {"main.py": ABOUT})
    with Serving("run", *LOCAL, "--workers", "2", folder=folder) as serving:
        serving.wait_for("startup complete")
        serving.wait_for("startup complete")
        assert serving.client.get("/about").json()["pid"] != serving.process.pid
        assert serving.stop() == 0


def test_proxy(folder: Path) -> None:
    write(folder, {"main.py": ABOUT})
    headers = {"X-Forwarded-Proto": "https"}
    with Serving("run", *LOCAL, "--root-path", "/shop", folder=folder) as serving:
        about = serving.client.get("/about", headers=headers).json()
        assert (about["root_path"], about["scheme"]) == ("/shop", "https")


@pytest.mark.parametrize(
    "words", [["--no-proxy-headers"], ["--forwarded-allow-ips", "192.0.2.1"]], ids=str
)
def test_proxies_that_are_not_believed(folder: Path, words: list[str]) -> None:
    write(folder, {"main.py": ABOUT})
    with Serving("run", *LOCAL, *words, folder=folder) as serving:
        about = serving.client.get("/about", headers={"X-Forwarded-Proto": "https"}).json()
        assert about["scheme"] == "http"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"shop.py": SHOP}, ["-e", "shop:app"]),
        ({"shop.py": SHOP.replace("app", "mine")}, ["shop", "--app", "mine"]),
        ({"shop.py": SHOP.replace("app", "mine")}, ["shop.py"]),
        ({"src/shop/__init__.py": SHOP}, ["src/shop"]),
        ({"shop.py": SHOP, "pyproject.toml": '[tool.fastapi]\nentrypoint = "shop:app"'}, []),
        ({"shop.py": f"{SHOP}\nasgi = app.__call__"}, ["shop:asgi"]),
    ],
    ids=["entrypoint", "app", "first", "package", "pyproject", "any ASGI"],
)
def test_ways_to_name_it(folder: Path, files: dict[str, str], words: list[str]) -> None:
    write(folder, files)
    with Serving("run", *words, *LOCAL, folder=folder) as serving:
        assert serving.client.get("/items/7").json() == 7


@pytest.mark.parametrize("name", ["NOTEBOOKAPI_PORT", "PORT"])
def test_port_from_the_environment(folder: Path, name: str) -> None:
    write(folder, {"main.py": SHOP})
    more = {"PORT": "1"} | {name: "0"}  # Ours counts before the common one.
    with Serving("run", "--host", "127.0.0.1", folder=folder, **more) as serving:
        assert serving.client.get("/items/7").json() == 7


HEAD = b"GET /items/7 HTTP/1.1\r\nHost: localhost\r\nX-Long: "


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("run",), id="one process"),
        pytest.param(("run", "--workers", "2"), id="workers"),
        pytest.param(("dev",), id="reloading"),
    ],
)
def test_headers_without_an_end_are_cut_off(folder: Path, words: tuple[str, ...]) -> None:
    """RFC 6585, section 5. 64 KB are read, and not a megabyte."""
    write(folder, {"main.py": SHOP})
    with Serving(*words, *LOCAL, folder=folder) as serving:
        port = int(serving.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(HEAD + b"x" * 70_000)
            assert connection.recv(100).startswith(b"HTTP/1.1 431 ")
        assert serving.client.get("/items/7", headers={"X-Long": "x" * 60_000}).json() == 7


def test_terminated_server_has_shut_down(folder: Path) -> None:
    write(folder, {"main.py": SHOP})
    with Serving("run", *LOCAL, folder=folder) as serving:
        serving.wait_for("startup complete")
        serving.process.send_signal(signal.SIGTERM)
        serving.wait_for("shutdown complete")
        assert serving.process.wait(30) in (0, -signal.SIGTERM)
