"""Takes the pictures of docs/images: run by scripts/screenshots."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM  # noqa: E402  # the path comes first
from tests.browser.lab import Lab, Notebook  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SHOP = """import asyncio
from typing import Literal

from pydantic import BaseModel, Field

from notebookapi import Query, WebSocket

app.title = "Lamps"


class Lamp(BaseModel):
    name: str = Field(examples=["kitchen"])
    watts: float = Field(7.5, gt=0)
    rooms: list[str] = ["kitchen", "hall"]
    serial: int = 9007199254740993


LAMPS = {1: Lamp(name="desk")}


@app.get("/lamps/{lamp_id}")
def read_lamp(lamp_id: int) -> Lamp:
    return LAMPS[lamp_id]


@app.post("/lamps/{lamp_id}", status_code=201)
def create_lamp(
    lamp_id: int,
    lamp: Lamp,
    light: Literal["warm", "cold"] = "warm",
    dimmed: bool = False,
    percent: int = Query(100, ge=1, le=100, description="How bright it is"),
) -> Lamp:
    print(f"{lamp.name}: {light}, {percent} %")
    LAMPS[lamp_id] = lamp
    return lamp


@app.websocket("/lamps/{lamp_id}/watch")
async def watch(websocket: WebSocket, lamp_id: int):
    await websocket.accept()
    async for word in websocket.iter_text():
        await websocket.send_json({"lamp": lamp_id, "heard": word, "on": word == "on"})
"""
TRY = ["%api try POST /lamps/2", "%api try WS /lamps/2/watch"]


SEND = """import httpx2

with httpx2.Client(base_url=api.url, trust_env=False) as client:
    for path in ("/lamps/1", "/lamps/1?colour=warm", "/lamps/desk", "/nowhere", "/lamps/2"):
        client.get(path)"""


def take_log(lab: Lab, browser: Browser) -> None:
    """Take the pictures of the card and of the log."""
    cells = ["%load_ext notebookapi", SHOP, "%api log", SEND]
    notebook = lab.open(browser, "log", cells)
    notebook.run_all()
    changes = {
        "    return LAMPS": '    print("looking for", lamp_id)\n    return LAMPS',
        "    watts:": '    colour: str = "white"\n    watts:',
        "le=100": "le=50",
    }
    changed = SHOP
    for before, after in changes.items():
        changed = changed.replace(before, after, 1)
    notebook.write(1, changed)
    notebook.run(1)
    notebook.write(3, SEND)
    notebook.run(3)
    card, log = notebook.cell(1), notebook.cell(2)
    card.get_by_role("button", name="Docs").wait_for()
    card.locator(".nbapi-card summary").first.click()
    log.locator(".space .failed .path").last.click()
    log.locator("section.details .part").first.wait_for()
    for name, dark in (("light", False), ("dark", True)):
        notebook.set_theme(dark=dark)
        log.locator(f'.panel[data-theme="{name}"]').wait_for()
        wait_for_calm(notebook)
        card.locator(".nbapi-card").screenshot(path=IMAGES / f"card-{name}.png")
        log.locator(".panel").screenshot(path=IMAGES / f"log-{name}.png")


MEASURED = {
    "explain": "%api explain read_lamp",
    "bench": "%api bench GET /lamps/1",
    "fuzz": "%api fuzz read_lamp --seed 1",
}


def take_measured(lab: Lab, browser: Browser) -> None:
    """Take the pictures of what looks at an endpoint closely."""
    cells = ["%load_ext notebookapi", SHOP, *MEASURED.values()]
    notebook = lab.open(browser, "measured", cells)
    notebook.run_all()
    for theme in ("light", "dark"):
        notebook.set_theme(dark=theme == "dark")
        wait_for_calm(notebook)
        for index, name in enumerate(MEASURED, start=2):
            notebook.cell(index).screenshot(path=IMAGES / f"{name}-{theme}.png")


def wait_for_calm(notebook: Notebook) -> None:
    """Wait until nothing of what covers the page while a theme is loaded is left."""
    notebook.page.locator("#jupyterlab-splash").wait_for(state="detached")


def take(lab: Lab, browser: Browser) -> None:
    """Take each picture in both themes."""
    notebook = lab.open(browser, "lamps", ["%load_ext notebookapi", SHOP, "%api docs", *TRY])
    notebook.run_all()
    for name, (index, act) in PICTURES.items():
        cell = notebook.cell(index)
        act(cell)
        for theme in ("light", "dark"):
            notebook.set_theme(dark=theme == "dark")
            cell.locator(f'.panel[data-theme="{theme}"]').wait_for()
            wait_for_calm(notebook)
            cell.screenshot(path=IMAGES / f"{name}-{theme}.png")


def ask_docs(cell: Locator) -> None:
    """A GET in Swagger UI."""
    block = cell.locator(".opblock-get")
    block.locator(".opblock-summary-control").click()
    block.get_by_placeholder("lamp_id").fill("1")
    block.get_by_role("button", name="Execute").click()
    block.locator(".live-responses-table .response-col_status").last.wait_for()
    cell.locator(".scroll").evaluate("box => { box.scrollTop = 0; }")


def send(cell: Locator) -> None:
    """A form with its answer."""
    cell.get_by_label("light", exact=True).select_option("cold")
    cell.get_by_role("button", name="Send", exact=True).click()
    cell.get_by_text("answered by create_lamp").wait_for()


def be_refused(cell: Locator) -> None:
    """A form whose values are refused."""
    cell.get_by_label("percent", exact=True).fill("120")
    cell.get_by_role("textbox", name="Body", exact=True).click()
    cell.locator(".editor .cm-editor").wait_for()
    cell.get_by_role("textbox", name="Body", exact=True).fill(
        '{\n  "name": "kitchen",\n  "watts": -3\n}'
    )
    cell.get_by_role("button", name="Send", exact=True).click()
    cell.locator(".headline .status", has_text="422").wait_for()
    cell.get_by_text("answered by create_lamp").wait_for()


def talk(cell: Locator) -> None:
    """A WebSocket, and frames in both directions."""
    cell.get_by_role("button", name="Connect").click()
    cell.get_by_text("connected", exact=True).wait_for()
    for count, word in enumerate(("on", "off"), start=1):
        cell.get_by_label("Frame", exact=True).fill(word)
        cell.get_by_role("button", name="Send", exact=True).click()
        cell.locator(".frame.in").nth(count - 1).wait_for()


# What is done in which cell before its picture is taken.
PICTURES: dict[str, tuple[int, Callable[[Locator], None]]] = {
    "docs": (2, ask_docs),
    "try": (3, send),
    "try-refused": (3, be_refused),
    "try-websocket": (4, talk),
}


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        lab = Lab(Path(folder))
        try:
            take(lab, browser)
            take_log(lab, browser)
            take_measured(lab, browser)
        finally:
            lab.stop()


main()
