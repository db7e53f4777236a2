"""`%api log` in a real JupyterLab: requests as they come, and all that is known of one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from .lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

ENDPOINTS = """
import asyncio, logging, sys
from IPython.display import HTML, display
from notebookapi.responses import HTMLResponse, StreamingResponse

@app.get("/items/{item_id}")
def read_item(item_id: int) -> dict[str, int]:
    print("read", item_id)
    print("careful", file=sys.stderr)
    logging.getLogger("shop").warning("low on %d", item_id)
    return {"item_id": item_id}

@app.get("/fails")
def fails():
    return {}["name"]

CANARY = '<img src=x onerror="window.canary = 1"><script>window.canary = 1</script>'

@app.get("/untrusted/{path:path}")
def untrusted(path: str):
    print(CANARY)
    logging.getLogger(CANARY).warning(CANARY)
    display(HTML(CANARY))
    raise ValueError(CANARY)

@app.get("/page")
def page():
    return HTMLResponse(CANARY + "<p>a page</p>", headers={"x-canary": CANARY})

@app.get("/ticks")
async def ticks():
    async def lines():
        yield "first"
        await go_on.wait()
    return StreamingResponse(lines(), media_type="text/plain")
go_on = asyncio.Event()
"""
CELLS = ["%load_ext notebookapi", ENDPOINTS, "%api log", ""]


@pytest.fixture
def notebook(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    made = lab.open(browser, request.node.name, CELLS)
    made.run_all()
    expect(made.cell(2).get_by_text("No requests yet.").last).to_be_visible()
    yield made
    made.page.context.close()


def run_source(notebook: Notebook, source: str) -> str:
    notebook.write(3, source)
    notebook.run(3)
    return notebook.text_of(3)


def rows(notebook: Notebook) -> Locator:
    return notebook.cell(2).locator(".space [role=row]")


def row(notebook: Notebook, text: str) -> Locator:
    return rows(notebook).filter(has_text=text)


def details(notebook: Notebook) -> Locator:
    return notebook.cell(2).locator("section.details")


GET = "import httpx2; client = httpx2.Client(base_url=api.url, trust_env=False)\n"


def test_a_request_appears_and_is_opened_by_keys(notebook: Notebook) -> None:
    before = notebook.sources()
    run_source(notebook, GET + "for n in (1, 2): client.get(f'/items/{n}')")
    expect(rows(notebook)).to_have_count(2)
    grid = notebook.cell(2).get_by_role("grid", name="Requests")
    grid.focus()
    # "b" and "dd" would change the notebook, where JupyterLab's shortcuts get at them.
    notebook.page.keyboard.type("bdd")
    notebook.page.keyboard.press("End")
    notebook.page.keyboard.press("ArrowUp")
    notebook.page.keyboard.press("Enter")
    shown = details(notebook)
    for text in ("GET /items/1", "read 1", "careful", "WARNING:shop:low on 1", "read_item"):
        expect(shown).to_contain_text(text)
    expect(shown.locator(".tree")).to_contain_text('"item_id": 1')
    shown.get_by_text("Request: no body").click()
    shown.get_by_text("headers").last.click()
    expect(shown.locator(".facts").last).to_contain_text("python-httpx2")
    grid.focus()
    notebook.page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    assert notebook.sources()[:3] == before[:3] and len(notebook.sources()) == len(before)
    assert notebook.elsewhere == []


def test_the_filter(notebook: Notebook) -> None:
    run_source(notebook, "for p in ('/items/1', '/items/2', '/fails', '/none'): api.get(p)")
    expect(rows(notebook)).to_have_count(4)
    before = notebook.sources()
    notebook.cell(2).get_by_role("searchbox", name="Filter requests").click()
    notebook.page.keyboard.type("items -/2")
    expect(rows(notebook)).to_have_count(1)
    expect(notebook.cell(2).locator(".bar")).to_contain_text("1 of 4 requests, 1 failed")
    for _ in "items -/2":
        notebook.page.keyboard.press("Backspace")
    notebook.page.keyboard.type("4xx")
    expect(row(notebook, "/none")).to_have_count(1)
    expect(rows(notebook)).to_have_count(1)
    notebook.page.keyboard.type("abdd")
    expect(notebook.cell(2)).to_contain_text("No request is like that.")
    assert notebook.sources() == before


def test_failures_alone_and_the_way_to_their_cell(notebook: Notebook) -> None:
    run_source(notebook, "api.get('/items/1'); api.get('/fails')")
    notebook.cell(2).get_by_role("button", name="Failed only").click()
    expect(rows(notebook)).to_have_count(1)
    expect(rows(notebook)).to_contain_text("KeyError: 'name' (Cell In[2]")
    rows(notebook).locator(".path").click()
    trace = details(notebook).locator("pre").first
    expect(trace).to_contain_text('return {}["name"]')
    expect(trace).not_to_contain_text("site-packages")
    trace.get_by_role("link", name="Cell In[2]").click()
    notebook.page.wait_for_function("() => location.hash === '#cell-id=cell1' || !location.hash")
    expect(details(notebook)).to_contain_text("%api debug 2")


def test_a_debugger_opens_in_the_log(notebook: Notebook) -> None:
    run_source(notebook, "api.get('/fails')")
    before = notebook.sources()
    rows(notebook).locator(".path").click()
    details(notebook).get_by_role("button", name="Debug here").click()
    said = details(notebook).get_by_role("log", name="What the debugger says")
    expect(said).to_contain_text('return {}["name"]')
    field = details(notebook).get_by_label("A line for the debugger")
    expect(field).to_be_focused()
    notebook.page.keyboard.type("p 'dab' * 2")
    notebook.page.keyboard.press("Enter")
    expect(said).to_contain_text("'dabdab'")
    expect(field).to_be_editable()
    notebook.page.keyboard.type("q")
    notebook.page.keyboard.press("Enter")
    expect(said).to_contain_text("Left the debugger of request 1.")
    details(notebook).get_by_role("button", name="Close the debugger").click()
    assert notebook.sources() == before
    assert run_source(notebook, "print(len(api.log))") == "1\n"


def test_pause_and_clear(notebook: Notebook) -> None:
    run_source(notebook, "api.get('/items/1')")
    expect(rows(notebook)).to_have_count(1)
    notebook.cell(2).get_by_role("button", name="Pause").click()
    run_source(notebook, "api.get('/items/2')")
    expect(notebook.cell(2).locator(".bar")).to_contain_text("paused, 1 more since")
    expect(rows(notebook)).to_have_count(1)
    notebook.cell(2).get_by_role("button", name="Go on").click()
    expect(rows(notebook)).to_have_count(2)
    notebook.cell(2).get_by_role("button", name="Clear").click()
    expect(rows(notebook)).to_have_count(0)
    assert run_source(notebook, "print(len(api.log))") == "0\n"


def test_what_is_open_is_there_and_ends(notebook: Notebook) -> None:
    source = "waiting = asyncio.ensure_future(asyncio.to_thread(client.get, '/ticks'))"
    run_source(notebook, GET + source)
    expect(row(notebook, "/ticks")).to_contain_text("…")
    row(notebook, "/ticks").locator(".path").click()
    expect(details(notebook)).to_contain_text("so far")
    run_source(notebook, "async def go(): go_on.set()\nawait api.on_server(go())\nawait waiting")
    expect(details(notebook)).not_to_contain_text("so far")
    expect(details(notebook)).to_contain_text("first")


def test_after_a_reload_it_goes_on(notebook: Notebook) -> None:
    run_source(notebook, "api.get('/items/1')")
    notebook.save()
    notebook.load()
    expect(rows(notebook)).to_have_count(1)
    run_source(notebook, "api.get('/items/2')")
    expect(rows(notebook)).to_have_count(2)


def test_a_kernel_that_is_gone_is_said_and_leaves_the_list(notebook: Notebook) -> None:
    run_source(notebook, "api.get('/items/1')")
    notebook.run(2)
    expect(rows(notebook)).to_have_count(1)
    notebook.save()
    notebook.restart_kernel()
    rows(notebook).locator(".path").click()
    expect(details(notebook)).to_contain_text("The kernel is gone: run this cell again.")
    notebook.load()
    listed = notebook.cell(2).locator(".nbapi-static")
    expect(listed).to_be_visible()
    expect(listed).to_contain_text("/items/1")
    expect(notebook.cell(2).get_by_text("Error displaying widget")).to_be_hidden()


def test_nothing_that_comes_in_runs(notebook: Notebook) -> None:
    run_source(
        notebook,
        GET + "client.get('/untrusted/' + CANARY, headers={'x-seen': CANARY})\nclient.get('/page')",
    )
    row(notebook, "/untrusted").locator(".path").click()
    shown = details(notebook)
    expect(shown).to_contain_text("ValueError: <img src=x")
    shown.get_by_text("Request: no body").click()
    shown.get_by_text("headers").last.click()
    expect(shown.locator(".facts").last).to_contain_text("<script>")
    row(notebook, "/page").locator(".path").click()
    expect(shown.frame_locator("iframe").get_by_text("a page")).to_be_visible()
    assert notebook.page.evaluate("() => window.canary") is None
    assert notebook.elsewhere == []


def test_many_requests_neither_freeze_the_page_nor_fill_it(notebook: Notebook) -> None:
    notebook.page.evaluate(
        """() => {
            window.gaps = []; let last = performance.now();
            const each = now => { gaps.push(now - last); last = now; requestAnimationFrame(each); };
            requestAnimationFrame(each);
        }"""
    )
    run_source(notebook, GET + "for n in range(1500): client.get(f'/items/{n}')")
    expect(notebook.cell(2).locator(".bar")).to_contain_text("1,000 requests")
    expect(row(notebook, "/items/1499")).to_be_visible()
    assert notebook.page.locator(".space [role=row]").count() < 40
    assert run_source(notebook, "print(len(api.log))") == "1000\n"


def test_a_cell_that_runs_again_leaves_one_widget(notebook: Notebook) -> None:
    for _ in range(3):
        notebook.run(2)
    told = run_source(
        notebook,
        "journal = api.journal\nprint(len(journal._early), len(journal._listeners))",
    )
    assert told in ("1 1\n", "0 0\n")
