"""`python -m notebookapi`: the same as the command `notebookapi`."""

import sys

from notebookapi.cli import main

# A process that serves for this one imports this module, too, and must not run the command.
if __name__ == "__main__":
    sys.exit(main())
