"""Files from a folder, under the name that programs import."""

from starlette.staticfiles import StaticFiles as StaticFiles
