"""`%api nest`: `asyncio.run(…)` in a cell, by nest-asyncio2. Never applied unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from notebookapi.notebook.commands.command import Command, nothing_more
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Message, View

_OLD = (
    "nest-asyncio 1 is applied in this kernel: a cell that waits while `asyncio.run` runs in "
    "another is lost, and stays at [*]. Restart the kernel without it; `%api nest` does the same "
    "by nest-asyncio2, and serving needs neither."
)


def old_one_applied() -> str | None:
    """Return what to say where the predecessor, which loses cells, has patched asyncio; or None.

    It marks the module asyncio, and cannot be taken off again.
    """
    is_patched = hasattr(asyncio, "_nest_patched")
    return _OLD if is_patched and not hasattr(asyncio, "_nest_asyncio2") else None


def _nest(session: Session, arguments: Sequence[str]) -> View:
    nothing_more("nest", arguments)
    if old := old_one_applied():
        raise BadArguments(old)
    try:
        import nest_asyncio2
    except ImportError:
        raise BadArguments(
            'nest-asyncio2 is not installed: `%pip install "notebookapi[notebook]"`, then again.'
        ) from None
    nest_asyncio2.apply()
    return Message(
        "`asyncio.run(…)` works in cells from now on, until the kernel's end.",
        ["Serving does not need it: the server has a thread and a loop of its own."],
    )


COMMANDS = (
    Command("nest", _nest, [("nest", "let `asyncio.run(…)` work in cells, by nest-asyncio2")]),
)
