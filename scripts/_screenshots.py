"""Takes the pictures of docs/images: run by scripts/screenshots."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM  # noqa: E402  # the path comes first
from tests.browser.lab import Lab  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SHOP = """from pydantic import BaseModel

app.title = "Lamps"


class Lamp(BaseModel):
    name: str
    watts: float = 7.5


LAMPS = {1: Lamp(name="desk")}


@app.get("/lamps/{lamp_id}")
def read_lamp(lamp_id: int) -> Lamp:
    return LAMPS[lamp_id]


@app.post("/lamps/{lamp_id}", status_code=201)
def create_lamp(lamp_id: int, lamp: Lamp) -> Lamp:
    LAMPS[lamp_id] = lamp
    return lamp
"""


def take(lab: Lab, browser: Browser) -> None:
    """Take each picture in both themes."""
    notebook = lab.open(browser, "lamps", ["%load_ext notebookapi", SHOP, "%api docs"])
    notebook.run_all()
    docs = notebook.cell(2)
    block = docs.locator(".opblock-get")
    block.locator(".opblock-summary-control").click()
    block.get_by_placeholder("lamp_id").fill("1")
    block.get_by_role("button", name="Execute").click()
    block.locator(".live-responses-table .response-col_status").last.wait_for()
    for name, dark in (("light", False), ("dark", True)):
        notebook.set_theme(dark=dark)
        docs.locator(".dark-mode").wait_for(state="attached" if dark else "detached")
        docs.locator(".scroll").evaluate("box => { box.scrollTop = 0; }")
        docs.screenshot(path=IMAGES / f"docs-{name}.png")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        lab = Lab(Path(folder))
        try:
            take(lab, browser)
        finally:
            lab.stop()


main()
