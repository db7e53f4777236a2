"""Text for the person to run: in place of the running cell, or at the terminal's next prompt."""

from __future__ import annotations

from typing import Any

from IPython.core.getipython import get_ipython


def put(text: str) -> None:
    """Replace the running cell's text, as `%load` does.

    A front end does so when the cell has ended; nbclient and the like do nothing.
    """
    shell: Any = get_ipython()
    if shell is not None:
        shell.set_next_input(text, replace=True)
