"""Build an API in a notebook, serve it while you write it, export it as a module."""

from typing import TYPE_CHECKING

from starlette import status as status

from notebookapi.applications import NotebookAPI as NotebookAPI
from notebookapi.background import BackgroundTasks as BackgroundTasks
from notebookapi.datastructures import UploadFile as UploadFile
from notebookapi.editing import edit as edit
from notebookapi.exceptions import HTTPException as HTTPException
from notebookapi.exceptions import WebSocketException as WebSocketException
from notebookapi.param_functions import Body as Body
from notebookapi.param_functions import Cookie as Cookie
from notebookapi.param_functions import Depends as Depends
from notebookapi.param_functions import File as File
from notebookapi.param_functions import Form as Form
from notebookapi.param_functions import Header as Header
from notebookapi.param_functions import Path as Path
from notebookapi.param_functions import Query as Query
from notebookapi.param_functions import Security as Security
from notebookapi.requests import Request as Request
from notebookapi.responses import Response as Response
from notebookapi.routing import APIRouter as APIRouter
from notebookapi.websockets import WebSocket as WebSocket
from notebookapi.websockets import WebSocketDisconnect as WebSocketDisconnect

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0"


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Answer `%load_ext notebookapi`. IPython is imported here and not before."""
    from notebookapi.notebook import load

    load(shell)


def unload_ipython_extension(shell: "InteractiveShell") -> None:
    """Answer `%unload_ext notebookapi`."""
    from notebookapi.notebook import unload

    unload(shell)
