# pyright: basic
"""What a person sees of the options in IPython: Tab, `help` and the signature."""

import inspect
import pydoc
from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from notebookapi import APIRouter, NotebookAPI
from notebookapi._options import NAMES

CALLS: dict[str, Callable[..., Any]] = {
    f"{name}.{method}": getattr(owner, method)
    for name, owner in (("app", NotebookAPI()), ("router", APIRouter()))
    for method in ("get", "post", "put", "delete", "patch", "api_route", "add_api_route")
}


@pytest.fixture(scope="module", params=[True, False], ids=["jedi", "no jedi"])
def shell(request: pytest.FixtureRequest) -> InteractiveShell:
    config = Config({
        "HistoryManager": {"enabled": False}, "IPCompleter": {"use_jedi": request.param},
    })  # fmt: skip
    made = InteractiveShell(config=config)  # type: ignore[no-untyped-call]  # IPython's
    made.user_ns.update(app=NotebookAPI(), router=APIRouter())
    return made


@pytest.mark.parametrize("call", CALLS)
def test_tab_completes_options(call: str, shell: InteractiveShell) -> None:
    text = f"{call}('/', "
    with provisionalcompleter():
        found = {each.text for each in shell.Completer.completions(text, len(text))}
    assert [name for name in NAMES if f"{name}=" not in found] == []


@pytest.mark.parametrize("function", CALLS.values(), ids=CALLS)
def test_help_lists_options(function: Callable[..., Any]) -> None:
    text = pydoc.plain(pydoc.render_doc(function))
    assert [name for name in NAMES if f"{name}: " not in text] == []
    assert "ForwardRef" not in text
    assert "Register" in text


@pytest.mark.parametrize("function", CALLS.values(), ids=CALLS)
def test_signature_has_options_with_defaults(function: Callable[..., Any]) -> None:
    parameters = inspect.signature(function).parameters
    assert list(parameters)[-len(NAMES) :] == list(NAMES)
    assert all(parameters[name].default is not inspect.Parameter.empty for name in NAMES)
