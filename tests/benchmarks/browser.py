"""What a person waits for in a page: `python -m tests.benchmarks.browser [ROUNDS]`.

A real JupyterLab in Chromium, and a real kernel, so it runs in the project's own environment.
`scripts/bench browser` prints the table and writes it to docs/benchmarks.md.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.benchmarks.in_page import CLOCK, Page, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.lab import Lab

RATE = 200
"""Requests a second."""
SECONDS = 60
WARM = 60
"""Seconds of the same before that is measured: the log has become as long as it gets."""
AGAIN = 5
"""How often the same is done in one page."""

TARGETS: Mapping[str, tuple[str, float]] = {
    "card": ("card, from the end of its cell, ms", 100),
    "card-first": ("the first card, with the start of the server, ms", 100),
    "card-docs": ("card, while `%api docs` stands in the page, ms", 100),
    "buttons": ("the buttons in it, ms", 0),
    "form": ("form of `%api try`, from the end of its cell, ms", 200),
    "form-click": ("form, from the click on Try in a card, ms", 200),
    "docs-first": ("`%api docs`, the first in a page, from the end of its cell, ms", 2000),
    "docs": ("`%api docs`, a later one, ms", 300),
    "docs-click": ("docs, from the click on Docs in a card, ms", 300),
    "frame": (f"{RATE} requests/s for {SECONDS} s into the log: longest frame, ms", 100),
    "frames": ("the same: frames longer than 50 ms", 0),
    "heap": ("the same: growth of the page's heap, MB", 1),
    "nodes": ("the same: growth of the page's nodes", 100),
    "rss": ("the same: growth of the kernel's memory, MB", 2),
    "wheel": ("the wheel, MB", 2.5),
}

SHOP = """
from pydantic import BaseModel
class Item(BaseModel):
    name: str
    price: float = 1.5
@app.post("/items/{item_id}", status_code=201)
def create(item_id: int, item: Item, note: str = "{n}") -> Item:
    return item
"""
MANY = """
def _read(item_id: int, q: int = 0) -> Item: ...
for _n in range(20):
    app.get(f"/shelves/{_n}/{{item_id}}")(_read)
"""
BEGIN, LOAD, CELL, REST, TRY, DOCS = range(6)
PAGE = [CLOCK, "%load_ext notebookapi", SHOP, MANY, "%api try POST /items/{item_id}", "%api docs"]
TRIED, SHOWN = 'button[aria-label^="Try POST"]', "button[aria-expanded]:not([aria-label])"

LOGGED = """
@app.get("/items/{item_id}")
def read(item_id: int, q: int = 0) -> dict[str, int]:
    print("read", item_id)
    return {"item_id": item_id, "q": q}
"""


def of_widgets(lab: Lab, browser: Browser, name: str) -> dict[str, float]:
    """Measure one page: what comes first once, all else by the median of a few."""
    with opened(lab, browser, name, [*PAGE, ""]) as page:
        for index in (BEGIN, LOAD):
            page.notebook.run(index)
        numbers = itertools.count()

        def card(shown: str = ".nbapi-card") -> float:
            return page.run(CELL, SHOP.replace("{n}", str(next(numbers))), shown)

        found = {"card-first": card()}
        page.notebook.run(REST)
        found["card"] = _median(card)
        found["buttons"] = _median(lambda: card(TRIED))
        found["docs-first"] = page.run(DOCS, PAGE[DOCS], ".opblock")
        found["docs"] = _median(lambda: page.run(DOCS, PAGE[DOCS], ".opblock"))
        found["card-docs"] = _median(card)
        found["docs-click"] = _median(lambda: _opened_by(page, SHOWN, ".opblock"))
        found["form"] = _median(lambda: page.run(TRY, PAGE[TRY], "form.try"))
        found["form-click"] = _median(lambda: _opened_by(page, TRIED, "form.try"))
        return found


def _median(cost: Callable[[], float]) -> float:
    return statistics.median(cost() for _ in range(AGAIN))


def _opened_by(page: Page, button: str, what: str) -> float:
    spent = page.click(CELL, button, what)
    page.click_away(CELL, button, what)
    return spent


@dataclass(frozen=True, slots=True)
class Size:
    """heap: bytes of the page's objects in use. rss: bytes of the kernel's memory."""

    heap: int
    nodes: int
    rss: int


def of_log(lab: Lab, browser: Browser, seconds: float = SECONDS) -> dict[str, float]:
    """Measure a page that shows the log, while requests come in at RATE from another process."""
    cells = [CLOCK, "%load_ext notebookapi", LOGGED, "%api log", ""]
    with opened(lab, browser, "log", cells) as page:
        for index in range(4):
            page.notebook.run(index)
        url = page.say("api.url").strip()
        # JupyterLab itself has things to do in the first seconds of a page.
        first, _ = _flood(page, url, WARM)
        last, gaps = _flood(page, url, seconds)
        _check(page, round((WARM + seconds) * RATE))
    return {
        "frame": round(max(gaps), 1),
        "frames": sum(gap > 50 for gap in gaps),
        "heap": (last.heap - first.heap) / 1e6,
        "nodes": last.nodes - first.nodes,
        "rss": (last.rss - first.rss) / 1e6,
    }


def _flood(page: Page, url: str, seconds: float) -> tuple[Size, list[float]]:
    """Send requests for so long; return what there is then, and the ms between frames."""
    view = page.notebook.page
    view.evaluate("() => bench.frames()")
    sender = threading.Thread(target=_send, args=(url, round(seconds * RATE)))
    sender.start()
    while sender.is_alive():
        # The page's events are handled meanwhile.
        view.wait_for_timeout(500)
    gaps: list[float] = view.evaluate("() => bench.stop()")
    session = view.context.new_cdp_session(view)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    nodes = session.send("Memory.getDOMCounters")["nodes"]
    session.detach()
    page.say("__import__('gc').collect()")
    pages = page.say("open('/proc/self/statm').read()").split()[1]
    return Size(heap, nodes, int(pages) * os.sysconf("SC_PAGESIZE")), gaps


def _send(url: str, count: int) -> None:
    to = urlsplit(url)
    connection = http.client.HTTPConnection(to.hostname or "", to.port)
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
        connection.request("GET", f"/items/{number}?q=1")
        connection.getresponse().read()
    connection.close()


def _check(page: Page, count: int) -> None:
    """Raise RuntimeError unless all that was sent is shown."""
    cell = page.notebook.cell(3)
    cell.locator(".space [role=row] .id", has_text=str(count)).wait_for()
    if "1,000 requests" not in (told := cell.locator(".bar").inner_text()):
        raise RuntimeError(f"The log says: {told}")


def size_of_wheel() -> float:
    """Build the wheel; return its MB."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--wheel-dir", folder]
        subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(root)], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        return wheel.stat().st_size / 1e6


def measure(rounds: int) -> dict[str, float]:
    """Return the medians of all rounds. Raises RuntimeError where there is no Chromium."""
    # Where the table is made, there may be no browser.
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM
    from tests.browser.lab import Lab

    if CHROMIUM is None:
        raise RuntimeError("There is no Chromium: install it (on Debian: apt install chromium).")
    found: dict[str, list[float]] = {"wheel": [size_of_wheel()]}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium, lab = playwright.chromium, Lab(Path(folder))
        try:
            for number in range(rounds):
                # A browser of its own: nothing is left of the round before.
                with chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser:
                    costs = of_widgets(lab, browser, f"widgets{number}")
                    costs |= of_log(lab, browser) if number == 0 else {}
                for name, cost in costs.items():
                    found.setdefault(name, []).append(cost)
        finally:
            lab.stop()
    return {name: statistics.median(costs) for name, costs in found.items()}


def table(costs: Mapping[str, float]) -> list[str]:
    """Return a table in Markdown, and what misses its target."""
    lines, missed = ["| | measured | target |", "|---|---|---|"], []
    for name, (title, target) in TARGETS.items():
        cost = f"{costs[name]:.2f}" if title.endswith("MB") else f"{costs[name]:.0f}"
        lines.append(f"| {title} | {cost} | {f'≤ {target:g}' if target else ''} |")
        if target and costs[name] > target:
            missed.append(f"{title} ({cost} of {target:g})")
    return [*lines, "", f"Targets missed: {'; '.join(missed) or 'none'}."]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
