"""`notebookapi doctor`: versions, what is missing, and the command that mends it."""

from __future__ import annotations

import platform
import sys

import notebookapi
from notebookapi._installed import NEEDED, cures, findings
from notebookapi.cli import screen


def examine() -> int:
    """Show what is here; return 1 if something is missing that the commands need, else 0."""
    found = findings()
    rows = [
        ("Python", platform.python_version(), "", sys.executable),
        ("notebookapi", notebookapi.__version__, "", _folder()),
        *(
            (each.requirement.name, each.version or "-", each.requirement.extra, each.remark)
            for each in found
        ),
    ]
    screen.show_table("notebookapi doctor", ("What", "Version", "Extra", "Remark"), rows)
    advice = cures(found)
    for line in advice or ["Nothing is missing."]:
        screen.output().print(line, soft_wrap=True)
    is_broken = any(not each.is_well for each in found if each.requirement.extra in NEEDED)
    return 1 if is_broken else 0


def _folder() -> str:
    return str(notebookapi.__path__[0])
