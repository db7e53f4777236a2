"""Python imports this module when it starts, in every process of a run: see run.py.

`import fastapi` is answered by notebookapi from here on, in workers of pytest and in the programs
that tests start too.
"""

import sys
from types import ModuleType

import pydantic

from notebookapi.compat import install_as_fastapi


def _private_constant() -> None:
    """Supply a constant that one test reads from a private module of FastAPI's."""
    module = ModuleType("fastapi._compat")
    version = tuple(int(part) for part in pydantic.VERSION.split(".")[:2])
    module.__dict__["PYDANTIC_VERSION_MINOR_TUPLE"] = version
    sys.modules[module.__name__] = module


install_as_fastapi()
_private_constant()
