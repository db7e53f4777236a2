"""Controllers, kept dependencies and routers' own middleware, redefined cell by cell."""

from __future__ import annotations

import pytest

from .driver import Kernel

CONTROLLER = """
from notebookapi.controllers import Controller, get
class Words(Controller, prefix="/words"):
    @get("")
    def read(self) -> str:
        return "{word}"
"""

KEPT = """
from typing import Annotated
from notebookapi import Depends
log = globals().get("log", [])
async def pool():
    log.append("+{word}")
    yield "{word}"
    log.append("-{word}")
"""

ROUTER = """
from notebookapi import APIRouter
inner = APIRouter(prefix="/inner")
@inner.get("/")
def inside() -> str:
    return "inside"
app.include_router(inner)
"""

MIDDLEWARE = """
@inner.middleware("http")
async def mark(request, call_next):
    response = await call_next(request)
    response.headers["x-word"] = "{word}"
    return response
"""


@pytest.mark.slow
def test_a_redefined_controller_serves_where_it_is_included(kernel: Kernel) -> None:
    kernel.run(CONTROLLER.format(word="old"), "class")
    kernel.run("app.include_router(Words)", "include")
    assert kernel.value("api.get('/words').json()") == "old"
    assert kernel.run(CONTROLLER.format(word="new"), "class").error == ""
    assert kernel.value("api.get('/words').json()") == "new"
    assert kernel.value("[path for path in app.openapi()['paths']]") == ["/words"]


@pytest.mark.slow
def test_a_redefined_kept_dependency_is_made_anew_and_the_old_closed(kernel: Kernel) -> None:
    kernel.run(KEPT.format(word="old"), "pool")
    kernel.run(
        "@app.get('/pool')\n"
        "async def read(pool: Annotated[str, Depends(pool, scope='app')]) -> str:\n"
        "    return pool",
        "route",
    )
    assert kernel.value("[api.get('/pool').json() for _ in range(2)]") == ["old", "old"]
    kernel.run(KEPT.format(word="new"), "pool")
    assert kernel.value("api.get('/pool').json()") == "new"
    assert kernel.value("log") == ["+old", "-old", "+new"]


@pytest.mark.slow
def test_a_routers_middleware_is_replaced_not_stacked(kernel: Kernel) -> None:
    kernel.run(ROUTER, "router")
    for word in ("old", "new"):
        kernel.run(MIDDLEWARE.format(word=word), "middleware")
        header = "api.get('/inner/').headers.get_list('x-word')"
        assert kernel.value(header) == [word]
    kernel.run("pass", "middleware")
    assert kernel.value("api.get('/inner/').headers.get_list('x-word')") == []


@pytest.mark.slow
def test_a_route_that_is_never_reached_is_told_of_in_its_cell(kernel: Kernel) -> None:
    kernel.run("@app.get('/users/{name}')\ndef user(name: str) -> str: return name", "user")
    ran = kernel.run("@app.get('/users/me')\ndef me() -> str: return 'me'", "me")
    assert (ran.error, ran.stream) == ("", "")
    assert ran.card.count("GET /users/me is never answered by me (Cell In[") == 1
    other = kernel.run("@app.get('/other')\ndef other() -> int: return 1", "other")
    assert (other.stream, other.card) == ("", "+ GET /other")


@pytest.mark.slow
def test_running_a_cell_again_hides_nothing(kernel: Kernel) -> None:
    code = "@app.get('/a')\ndef a() -> str: return 'a'\nprint(api.get('/a').json())"
    for _ in range(2):
        assert kernel.run(code, "a").stream == "a\n"
    other = "@app.get('/a')\ndef again() -> str: return 'again'\nprint(api.get('/a').json())"
    assert kernel.run(other, "b").stream == "again\n"
    assert kernel.run("@app.get('/{c}')\ndef c(c: str) -> str: return c", "c").stream == ""
