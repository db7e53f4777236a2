"""The examples of a session: a sequence, kept in a file where the notebook's place is known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from notebookapi.examples.record import Example, Pairs
from notebookapi.examples.redaction import redacted
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.examples.place import examples_file
from notebookapi.notebook.examples.recording import (
    LARGEST,
    example_of,
    secret_fields,
    template,
)
from notebookapi.notebook.views.examples import ExampleList

if TYPE_CHECKING:
    import httpx2

    from notebookapi.notebook.face import Session
    from notebookapi.notebook.views.shown import Shown

Change = Callable[[tuple[Example, ...]], tuple[Example, ...]]


class Examples(Sequence[Example]):
    """`api.examples`: `api.examples.add(…)`, `save(…)`, `forget(…)`; it displays as a list.

    is_on: whether they are sent again after a publication that touches their endpoint.
    """

    def __init__(self, session: Session) -> None:
        self.is_on = True
        self._session = session
        self._memory: tuple[Example, ...] = ()
        self._secrets: dict[str, Mapping[str, str]] = {}
        self._sent: httpx2.Response | None = None

    @property
    def path(self) -> Path | None:
        """The file that they are kept in; None: in memory only."""
        return examples_file(self._session.namespace)

    @property
    def place(self) -> str | None:
        """The file as outputs name it, which are saved with the notebook: beside it."""
        return f"{self.path.parent.name}/{self.path.name}" if self.path else None

    def noted(self, response: httpx2.Response) -> httpx2.Response:
        """Remember a request of the person's, for `save`; return its response."""
        self._sent = response
        return response

    def save(self, name: str | None = None, *, replay: bool = False) -> Example:
        """Keep the last request that `api` sent, and its answer, without the secrets in them.

        name: one that is there already is replaced. replay: whether it is sent again although its
        method may change something. Raises BadArguments.
        """
        response = self._sent
        if response is None:
            raise BadArguments(
                'No request has been sent yet. Send one, such as `api.get("/")`, then save it.'
            )
        request = response.request
        if max(len(response.content), _size_of(request)) > LARGEST:
            raise BadArguments(
                f"{request.method} {request.url.path} has a body of more than {LARGEST // 1024} "
                "KiB, too much for an example. Ask for less of it."
            )
        made = example_of("", response, self._session.app.published)
        return self._kept(replace(made, name=name or self._free_name(made), replay=replay))

    def add(
        self,
        method: str,
        path: str,
        *,
        name: str | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | str = b"",
        replay: bool = False,
    ) -> Example:
        """Keep a request that is written down; its first answer is what is expected from then on.

        json: the body as JSON. content: the body as it is. Raises BadArguments.
        """
        heads: Pairs = tuple((key.lower(), value) for key, value in (headers or {}).items())
        body = content.encode() if isinstance(content, str) else content
        if json is not None:
            body = _json(json)
            heads = (*heads, ("content-type", "application/json"))
        if not path.startswith("/"):
            raise BadArguments(f"{path!r} is no path; it begins with a slash, as in `/items`.")
        made = Example(
            name=name or "",
            method=method.upper(),
            path=path,
            endpoint=template(self._session.app.published, method.upper(), path),
            query=tuple((key, str(value)) for key, value in (query or {}).items()),
            headers=heads,
            body=body,
            replay=replay,
        )
        return self._kept(made if name else replace(made, name=self._free_name(made)))

    def forget(self, name: str) -> Example:
        """Drop an example; return it. Raises BadArguments."""
        found = next((each for each in self if each.name == name), None)
        if found is None:
            names = ", ".join(each.name for each in self) or "none is kept"
            raise BadArguments(f"No example is called {name!r}; there are: {names}.")
        self._change(lambda kept: tuple(each for each in kept if each.name != name))
        self._secrets.pop(name, None)
        return found

    def secrets_of(self, example: Example) -> Mapping[str, str]:
        """Return the secrets that this session knows of an example; they are in no file."""
        return self._secrets.get(example.name, {})

    def expect(self, example: Example) -> None:
        """Keep an example's first answer."""
        self._change(lambda kept: tuple(example if e.name == example.name else e for e in kept))

    def _kept(self, example: Example) -> Example:
        made, secrets = redacted(example, self.secret_fields_of(example))
        self._change(lambda kept: _with(kept, made))
        self._secrets[made.name] = secrets
        return made

    def secret_fields_of(self, example: Example) -> set[str]:
        """Return the names of fields that the schema of an example's endpoint calls secret."""
        from notebookapi._openapi.single import single

        entry = self._session.app.published.table.entry_for(example.method, example.path)
        route: Any = entry.route if entry is not None else None
        if not hasattr(route, "plan"):
            return set()
        made = single(route, example.method)
        return secret_fields({"operation": made.described, "schemas": made.components})

    def _change(self, change: Change) -> None:
        # What a person has edited in the file meanwhile is read before it is written.
        kept = change(self._now())
        if self.path is not None:
            from notebookapi.examples import file

            file.write(self.path, kept)
        self._memory = kept

    def _now(self) -> tuple[Example, ...]:
        """Return what is kept. Raises BadArguments for a file that cannot be read."""
        if self.path is None:
            return self._memory
        from notebookapi.examples import file  # its models are made when there may be a file

        try:
            return file.read(self.path)
        except file.UnreadableExamples as error:
            raise BadArguments(str(error)) from error

    def _free_name(self, example: Example) -> str:
        words = re.findall(r"[A-Za-z0-9]+", f"{example.method} {example.endpoint or example.path}")
        first = "-".join(words).lower()
        taken, number, name = {each.name for each in self}, 1, first
        while name in taken:
            number += 1
            name = f"{first}-{number}"
        return name

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Example]: ...
    def __getitem__(self, index: int | slice) -> Example | Sequence[Example]:
        return self._now()[index]

    def __len__(self) -> int:
        return len(self._now())

    def __iter__(self) -> Iterator[Example]:
        return iter(self._now())

    def __call__(self, *arguments: object, **options: object) -> Shown:
        """`%api examples …`: `api.examples("save", "name")`."""
        from notebookapi.notebook.commands.calling import method_of

        command = method_of(self._session, "examples")
        if command is None:  # the table of commands has it
            raise BadArguments("`%api examples` is not there.")
        return command(*arguments, **options)

    @property
    def view(self) -> ExampleList:
        """The list that they display as."""
        return ExampleList(self._now(), self.is_on, self.place)

    def __repr__(self) -> str:
        return repr(self())

    def _repr_html_(self) -> str:
        return self()._repr_html_()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _with(kept: tuple[Example, ...], example: Example) -> tuple[Example, ...]:
    """Return examples with one more, in the place of the one of its name."""
    if any(each.name == example.name for each in kept):
        return tuple(example if each.name == example.name else each for each in kept)
    return (*kept, example)


def _size_of(request: httpx2.Request) -> int:
    """Return the bytes of a body; of one that was sent in pieces and not kept more than any."""
    try:
        return len(request.content)
    except RuntimeError:  # httpx2's RequestNotRead
        return LARGEST + 1
