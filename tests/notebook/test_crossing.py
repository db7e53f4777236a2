"""`await api.on_server(…)`: from a cell to the server's loop and back."""

from __future__ import annotations

import pytest

from notebookapi.notebook.errors import BadArguments

from .conftest import Notebook

X = "@app.get('/x')\ndef x(): return 1\n"


def test_what_is_made_there_can_be_used_by_endpoints(notebook: Notebook) -> None:
    made = (
        "import asyncio, threading\n"
        "async def make():\n"
        "    loop = asyncio.get_running_loop()\n"
        "    ready = loop.create_future()\n"
        "    loop.call_soon(ready.set_result, threading.current_thread().name)\n"
        "    return ready\n"
        "ready = await api.on_server(make())\n"
        "@app.get('/thread')\nasync def thread(): return await ready"
    )
    ran = notebook.run(X + made, "a")
    assert ran.error is None
    assert notebook.get("/thread").startswith("notebookapi-")


def test_context_goes_along(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run(
        "from contextvars import ContextVar\nwho = ContextVar('who')\n"
        "async def read(): return who.get()\n"
        "who.set('me')\nseen = await api.on_server(read())",
        "b",
    )
    assert notebook.shell.user_ns["seen"] == "me"


def test_cancelling_the_wait_cancels_it(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run(
        "import asyncio, threading\nbegun, over = threading.Event(), threading.Event()\n"
        "async def hang():\n"
        "    try:\n        begun.set()\n        await asyncio.Event().wait()\n"
        "    finally:\n        over.set()\n"
        "task = asyncio.ensure_future(api.on_server(hang()))\n"
        "await asyncio.to_thread(begun.wait, 5)\n"
        "task.cancel()\n",
        "b",
    )
    assert notebook.shell.user_ns["over"].wait(5)


def test_error_has_the_persons_frames(notebook: Notebook) -> None:
    notebook.run(X, "a")
    ran = notebook.run("async def f():\n    raise KeyError('no')\nawait api.on_server(f())", "b")
    assert isinstance(ran.error, KeyError)
    trace, names = ran.error.__traceback__, []
    while trace is not None:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert names[-1] == "f"


REFUSED = {
    "f": "call the function, `await api.on_server(f())`",
    "g": "`g` is a plain function",
    "(n for n in [1])": "is a generator",
    "3": "it was given a int",
}


@pytest.mark.parametrize("argument", REFUSED)
def test_what_is_no_coroutine_is_refused(notebook: Notebook, argument: str) -> None:
    notebook.run(X + "async def f(): pass\ndef g(): pass", "a")
    error = notebook.run(f"await api.on_server({argument})", "b").error
    assert isinstance(error, BadArguments)
    assert REFUSED[argument] in str(error)


def test_another_loops_object_is_answered_with_the_remedy(notebook: Notebook) -> None:
    notebook.run(
        "import asyncio\nasync def lasting(): await asyncio.Event().wait()\n"
        "task = asyncio.ensure_future(lasting())\n"
        "@app.get('/x')\nasync def x(): return await task\nawait asyncio.sleep(0)",
        "a",
    )
    assert notebook.get("/x") == 500
    told = notebook.session.journal.failures[-1].traceback
    assert "await api.on_server(" in told
