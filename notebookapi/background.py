"""Work that is done after the response is sent."""

from starlette.background import BackgroundTask as BackgroundTask
from starlette.background import BackgroundTasks as BackgroundTasks
