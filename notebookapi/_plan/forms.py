"""Forms: read, and the values in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import field
from typing import Any, get_args

from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUploadFile
from starlette.requests import Request

from notebookapi._limits import FormLimits
from notebookapi._plan.fields import ABSENT, is_sequence, members
from notebookapi._plan.remembering import remembered
from notebookapi._records import record
from notebookapi.exceptions import MissingMultipart


@record(frozen=True, slots=True, eq=False)
class Form:
    """A form as it came.

    contents: of the files that are read as bytes, by the identity of the file.
    """

    data: FormData
    contents: Mapping[int, bytes] = field(default_factory=dict)

    def one(self, names: Iterable[str], *, as_bytes: bool) -> tuple[str, Any]:
        """Return the value of a field and the name that it was found by.

        An empty field says nothing, and neither does a file input in which no file was chosen.
        """
        for name in names:
            value = self.data.get(name)
            if value is not None and value != "" and not is_empty(value):
                return name, self._as_wanted(value, as_bytes)
        return "", ABSENT

    def several(self, names: Iterable[str], *, as_bytes: bool) -> tuple[str, Any]:
        """Return the values of a field that may be repeated; of those, empty texts count."""
        for name in names:
            found = [each for each in self.data.getlist(name) if not is_empty(each)]
            if found:
                return name, [self._as_wanted(each, as_bytes) for each in found]
        return "", ABSENT

    def everything(self, as_bytes: Collection[str]) -> dict[str, Any]:
        """Return all names and values; a list where a name is repeated."""
        return collected(
            (name, self._as_wanted(value, name in as_bytes))
            for name, value in self.data.multi_items()
        )

    def _as_wanted(self, value: Any, as_bytes: bool) -> Any:
        return self.contents.get(id(value), value) if as_bytes else value


def collected(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as a dictionary, in which a name that is repeated has a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def is_empty(value: object) -> bool:
    """Tell whether this is what a browser sends for a file input without a file."""
    return isinstance(value, StarletteUploadFile) and not value.filename and not value.size


async def read_form(
    request: Request, limits: FormLimits, as_bytes: Iterable[str], exits: AsyncExitStack
) -> Form:
    """Read a form; its files are closed when `exits` is left.

    as_bytes: names of the fields whose files are read into memory.
    Raises HTTPException with status 400 for a form that is malformed or beyond `limits`.
    """
    form = await request.form(**limits)
    exits.push_async_callback(form.close)
    contents: dict[int, bytes] = {}
    for name in as_bytes:
        for value in form.getlist(name):
            if isinstance(value, StarletteUploadFile):
                contents[id(value)] = await value.read()
                await value.seek(0)
    return Form(form, contents)


@remembered
def holds_upload(annotation: Any) -> bool:
    """Tell whether a value of this type is, or holds, an uploaded file."""
    return any(isinstance(each, type) and issubclass(each, StarletteUploadFile)
               for each in _leaves(annotation))  # fmt: skip


@remembered
def is_read_as_bytes(annotation: Any) -> bool:
    """Tell whether an uploaded file is wanted as its content."""
    return bytes in _leaves(annotation) and not holds_upload(annotation)


def _leaves(annotation: Any) -> Iterator[Any]:
    for each in members(annotation):
        if is_sequence(each):
            for item in get_args(each):
                yield from members(item)
        else:
            yield each


def require_multipart() -> None:
    """Raise MissingMultipart unless forms can be parsed."""
    from importlib.util import find_spec  # loads much, and few applications read forms

    if find_spec("python_multipart") is not None:
        return
    installed = find_spec("multipart") is not None
    wrong = " `multipart`, which is installed, is another package: remove it first." * installed
    raise MissingMultipart(
        f"Forms and files are parsed by `python-multipart`, which is not installed.{wrong} "
        "Install it: pip install python-multipart"
    )
