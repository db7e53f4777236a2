"""Serving applications by uvicorn. Nothing outside this package imports uvicorn.

Importing it is cheap: uvicorn itself is imported when a server starts.
"""

from notebookapi.serving.background import BackgroundServer as BackgroundServer
from notebookapi.serving.background import until_done as until_done
from notebookapi.serving.ends import ServerEnd as ServerEnd
from notebookapi.serving.errors import CoroutineExit as CoroutineExit
from notebookapi.serving.errors import LifespanError as LifespanError
from notebookapi.serving.errors import PortInUse as PortInUse
from notebookapi.serving.errors import ServerNotRunning as ServerNotRunning
from notebookapi.serving.errors import ServerStartError as ServerStartError
from notebookapi.serving.errors import ServingError as ServingError
from notebookapi.serving.errors import UvicornMissing as UvicornMissing
from notebookapi.serving.lifespans import Lifespan as Lifespan
