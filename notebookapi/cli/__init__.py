"""The command line: `notebookapi COMMAND`, or `python -m notebookapi COMMAND`.

Importing it is cheap: typer and rich are imported when a command is given, uvicorn and IPython by
the commands that need them.
"""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1 for a failure, 2 for a wrong use.

    arguments: what stands behind the program's name; None for those of this process.
    """
    try:
        from notebookapi.cli.commands import run
    except ImportError as error:
        library = (error.name or "").partition(".")[0]
        if library not in ("typer", "rich"):
            raise
        print(
            f"Error: The command line needs {library}, which is not installed. "
            'Run: pip install "notebookapi[standard]"',
            file=sys.stderr,
        )
        return 1
    return run(arguments)
