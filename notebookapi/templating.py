"""Pages made with Jinja2, under the name that programs import."""

from starlette.templating import Jinja2Templates as Jinja2Templates
