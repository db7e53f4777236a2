"""`input()` and `getpass()` in endpoints: refused, since nobody sits there to answer."""

from __future__ import annotations

import builtins
import getpass
from collections.abc import Callable, Iterator
from typing import Any

from notebookapi.notebook.errors import NoInput
from notebookapi.notebook.log.capture import current


def refuse_input(kernel: Any) -> Iterator[Callable[[], object]]:
    """Refuse both to whatever answers a request; yield what undoes it.

    A kernel puts functions of its own in their place while a cell runs, so these are met too:
    a box to type in would appear under an unrelated cell, and the server would wait for it.
    kernel: None in a terminal.
    """
    yield _refuse([(builtins, "input"), (kernel, "_sys_raw_input")], "input")
    yield _refuse([(getpass, "getpass"), (kernel, "_save_getpass")], "getpass")
    yield _refuse([(kernel, "raw_input")], "input")
    yield _refuse([(kernel, "getpass")], "getpass")


def _refuse(places: list[tuple[Any, str]], word: str) -> Callable[[], object]:
    """Stand in the place of a function, at the last of the places where it is.

    A kernel keeps Python's own function aside while a cell runs, and puts it back afterwards.
    """
    there = [(owner, name) for owner, name in places if hasattr(owner, name)]
    if not there:
        return lambda: None
    original = getattr(*there[-1])
    is_own = there[-1][1] in vars(there[-1][0])

    def asked(*args: Any, **options: Any) -> Any:
        if current.get() is None:
            return original(*args, **options)
        raise NoInput(
            f"`{word}()` cannot ask anybody while a request is answered. Declare what is to be "
            "given as a parameter of the endpoint."
        )

    setattr(*there[-1], asked)

    def undo() -> None:
        for owner, name in there:
            if vars(owner).get(name) is not asked:
                continue  # it was put elsewhere meanwhile
            if is_own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)

    return undo
