"""A notebook on disk -> its cells: `.ipynb` (nbformat 4), or `.py` in the percent format.

The percent format is the one of Jupytext, Spyder and VS Code: `# %%` begins a cell, and magics
may stand behind a `#`, so that the file is Python.
"""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notebookapi.export.errors import UnreadableNotebook


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """A cell that can run as Python.

    key: the id in the file; `cell-3` for the third cell where the file has none.
    number: 1, 2, 3, ... among the code cells, which is `In[n]` when the notebook runs once.
    """

    key: str
    number: int
    source: str


def read_notebook(path: Path) -> tuple[NotebookCell, ...]:
    """The cells to run, in order: text, empty cells and cells of other languages are left out.

    Raises UnreadableNotebook.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableNotebook(f"{path} cannot be read: {reason}. Check the path.") from error
    if path.suffix not in _READERS:
        raise UnreadableNotebook(
            f"{path} is no notebook: give a file that ends in .ipynb, or in .py (percent format)."
        )
    sources = [each for each in _READERS[path.suffix](path, text) if each[1].strip()]
    if not sources:
        raise UnreadableNotebook(f"{path} has no cell with code in it.")
    return tuple(
        NotebookCell(key, number, source) for number, (key, source) in enumerate(sources, 1)
    )


def is_percent_format(text: str) -> bool:
    """Does the text of a `.py` file have the marks of cells?"""
    return any(_is_mark(line) for line in text.splitlines())


# --- .ipynb --------------------------------------------------------------------------------------


def _of_json(path: Path, text: str) -> Iterator[tuple[str, str]]:
    try:
        notebook = json.loads(text)
    except ValueError as error:
        raise UnreadableNotebook(
            f"{path} is not JSON: {error}. Open it in Jupyter and save it again."
        ) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise UnreadableNotebook(
            f"{path} has no list of cells as nbformat 4 wants it. Convert it: "
            f"`jupyter nbconvert --to notebook {path.name}`."
        )
    language = _language(notebook)
    if language != "python":
        raise UnreadableNotebook(f"{path} is a notebook in {language}; an API needs Python.")
    for place, cell in enumerate(cells, 1):
        if cell.get("cell_type") == "code" and _cell_language(cell) == "python":
            source = cell.get("source", "")
            yield (
                cell.get("id") or f"cell-{place}",
                source if isinstance(source, str) else "".join(source),
            )


def _language(notebook: Any) -> str:
    metadata = notebook.get("metadata", {})
    kernel = metadata.get("kernelspec", {}).get("language")
    return str(kernel or metadata.get("language_info", {}).get("name") or "python").lower()


def _cell_language(cell: Any) -> str:
    """VS Code notes there the language of a cell that is not the kernel's."""
    return str(cell.get("metadata", {}).get("vscode", {}).get("languageId", "python"))


# --- percent format ------------------------------------------------------------------------------

# `# %%`, `#%% title`, `# %% [markdown]`, `# %%% nested`; but not `# %%time`, which is a magic.
_MARK = re.compile(r"#\s?%%+(?P<title>\s.*|\[.*)?")
_KIND = re.compile(r"\[(?P<kind>\w+)\]")
_LINE_MAGIC = re.compile(r"#\s?(?=%[A-Za-z_]\w|![\w./~])")
_CELL_MAGIC = re.compile(r"#\s?(?=%%[A-Za-z_])")
_HEADER = re.compile(r"# ---\n(?:#.*\n)*?# ---\n")


def _of_percent(path: Path, text: str) -> Iterator[tuple[str, str]]:
    text = (
        _HEADER.sub("", text.replace("\r\n", "\n"), count=1) if _starts_with_header(text) else text
    )
    cell: list[str] = []
    kind, place = "code", 0
    comments = _comment_lines(text)
    for number, line in enumerate([*text.split("\n"), "# %%"], 1):
        is_last = number > text.count("\n") + 1
        if not (_is_mark(line) and (is_last or number in comments)):
            cell.append(_uncommented(line) if number in comments else line)
            continue
        if kind == "code" and (source := _code(cell)).strip():
            place += 1
            yield f"cell-{place}", source
        kind, cell = _kind_of(line), []


def _starts_with_header(text: str) -> bool:
    return text.replace("\r\n", "\n").startswith("# ---\n")


def _is_mark(line: str) -> bool:
    return _MARK.fullmatch(line.rstrip()) is not None


def _kind_of(mark: str) -> str:
    found = _KIND.search(mark)
    return "code" if found is None or found["kind"] in ("code", "python") else found["kind"]


def _comment_lines(text: str) -> frozenset[int]:
    """Lines that are comments and begin at the margin: not those inside a text in quotes."""
    found: set[int] = set()
    lines = text.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and token.start[1] == 0:
                found.add(token.start[0])
    except (tokenize.TokenError, SyntaxError):
        # A cell that is not Python, or a magic that is not commented: look at the lines alone.
        return frozenset(n for n, line in enumerate(lines, 1) if line.startswith("#"))
    return frozenset(found)


def _uncommented(line: str) -> str:
    return line if _CELL_MAGIC.match(line) else _LINE_MAGIC.sub("", line, count=1)


def _code(lines: Sequence[str]) -> str:
    """The cell as it was typed: a cell magic at its head stands there without its `#`."""
    text = "\n".join(lines).strip("\n")
    first, _, rest = text.partition("\n")
    if not _CELL_MAGIC.match(first):
        return text
    body = rest.split("\n") if rest else []
    if all(line.startswith("#") or not line.strip() for line in body):
        # A body in another language is commented as a whole.
        body = [re.sub(r"^# ?", "", line) for line in body]
    return "\n".join([_CELL_MAGIC.sub("", first), *body])


_READERS = {".ipynb": _of_json, ".py": _of_percent}
