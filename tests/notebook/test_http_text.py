"""The text of `%%http` cells: whatever is written is read, or refused with its line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.sending.expressions import Expressions
from notebookapi.notebook.sending.http_text import parse

from .conftest import Notebook

PIECES = (
    "GET /a", "POST", "/a", "?b=c", "  &d=e", "X-A: b", "# c", "// d", "# @name e", "@f = g", "###",
    "### h", "", "{", '"i": {{1}}', "}", "{{", "}}", "{{j}}", "{{'}}'}}", "< k", "<@ l", "<> m",
    "> {% n %}", "--o", "\t", "é", "\x00",
)  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=10)), max_size=12))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        written = parse(text, 2)
    except BadArguments as error:
        found = re.match(r"%%http, line (\d+): \S", str(error))
        assert found and 2 <= int(found[1]) <= 2 + text.count("\n")
        return
    for request in written:
        assert request.method.isupper() and request.target
        assert all(not line.text.startswith("###") for line in request.body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, width=32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
).filter(lambda value: "inf" not in str(value).lower())


@given(VALUES, st.text())
def test_json_stays_json_whatever_is_put_in(value: Any, text: str) -> None:
    expressions = Expressions({"value": value, "text": text})
    made = expressions.json('{"a": {{value}}, "\\"b": "<{{text}}>", "{{text}}c": [{{text}}]}', 1)
    expected = {"a": value, '"b': f"<{text}>", f"{text}c": [text]}
    assert json.loads(made) == expected


LOGIN = """
from notebookapi import Header, HTTPException
from typing import Annotated
from pydantic import BaseModel

class Login(BaseModel):
    name: str
    password: str

@app.post("/login")
def login(body: Login): return {"token": f"{body.name}-{body.password}"}

@app.get("/items")
def items(limit: int, authorization: Annotated[str, Header()]):
    return {"limit": limit, "authorization": authorization}

def getpass(): return 'p"w'
limit = 3
"""


def test_example_of_the_guide(notebook: Notebook) -> None:
    guide = Path(__file__).parents[2] / "docs" / "guide" / "sending.md"
    found = re.search(r"```\n(%%http\n.+?)```", guide.read_text(), re.DOTALL)
    assert found is not None
    notebook.run(LOGIN, "a")
    assert notebook.run(found[1], "b").error is None
    assert notebook.shell.user_ns["_response"].json() == {
        "limit": 3,
        "authorization": 'Bearer me-p"w',
    }
    shown = "".join(each._repr_html_() + each.text for each in notebook.shown)
    assert "me-p" not in shown, "tokens are not saved with the notebook"


@pytest.mark.parametrize(
    "line", ["{{" * 50_000, "{{1}}" * 5_000, "{{" + "(" * 1_000 + "}}", "X: " + " " * 100_000]
)
def test_long_lines_are_read_in_time(line: str) -> None:
    expressions = Expressions({})
    for write in (expressions.text, expressions.json):
        try:
            write(line, 1)
        except BadArguments as error:
            assert "%%http, line 1: " in str(error)
