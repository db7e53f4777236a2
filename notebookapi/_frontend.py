"""Built frontends: files of a folder, served where no other route answers."""

from __future__ import annotations

import os
import warnings
from typing import Any, Literal

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from notebookapi._options import Inherited, RouteSpec
from notebookapi._respond.handlers import request_response
from notebookapi._route import APIRoute
from notebookapi._websocket import Declaring
from notebookapi.exceptions import InvalidOption, InvalidPath, MissingFrontend

Fallback = Literal["auto", "index.html", "404.html"] | None
CheckDir = Literal["auto"] | bool
Folder = str | os.PathLike[str]

_REST = "frontend_path"
"""The name of the path parameter that holds what is below a frontend's path."""
_FALLBACKS = ("auto", "index.html", "404.html", None)


class Frontend(BaseRoute):
    """The files of a folder under a path, tried where no ordinary route matches.

    Lists of routes hold it, but it matches nothing there: a frontend at the root would shadow
    whatever is declared behind it. Applications look for one when all else has failed.
    """

    def __init__(self, route: APIRoute) -> None:
        """route: serves what is below the path; its dependencies are the frontend's."""
        self.route = route
        self.path = route.path.removesuffix(f"/{{{_REST}:path}}") or "/"
        self.endpoint = route.endpoint
        self.app = request_response(route.get_route_handler())

    def under(self, outer: Inherited) -> Frontend:
        """Return this as it is inside an inclusion."""
        return Frontend(self.route.under(outer))

    @property
    def original_route(self) -> APIRoute:
        """The route inside, as it was declared."""
        return self.route.original_route

    def path_params(self, path: str) -> dict[str, Any] | None:
        """Return the parameters of a path that is served from here; None for another."""
        for each in (path, path + "/"):
            if self.route.pattern.regex.match(each):
                return self.route.pattern.values(each)
        return None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell that this is no ordinary route."""
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Raise NoMatchFound: files have no names."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever its method."""
        await self.app(scope, receive, send)

    def __repr__(self) -> str:
        return f"Frontend({self.path!r})"


class FrontendVerbs:
    """What registers a frontend, inherited by the application and by APIRouter."""

    @property
    def _declaring(self) -> Declaring:
        raise NotImplementedError  # a router itself, an application's router

    def frontend(
        self,
        path: str,
        *,
        directory: Folder,
        fallback: Fallback = "auto",
        check_dir: CheckDir = "auto",
    ) -> None:
        """Serve the files of `directory` under `path`, where no other route answers.

        Of several frontends the one with the longest path is asked. The dependencies of the
        application, of routers and inclusions apply.
        fallback: what answers for a file that is not there. "404.html", with status 404;
        "index.html", to requests that accept HTML; "auto": the first of them that exists; None:
        a 404 in JSON.
        check_dir: whether the directory and an explicit fallback must exist now; "auto" warns
        where the environment variable NOTEBOOKAPI_ENV (or FASTAPI_ENV) is "development".
        Raises MissingFrontend, a RuntimeError, for a directory or file that is not there.
        """
        if not path.startswith("/"):
            raise InvalidPath(f"The frontend's path {path!r} must start with a slash: '/{path}'.")
        if fallback not in _FALLBACKS:
            raise InvalidOption(
                f"`frontend` has no fallback {fallback!r}; choose "
                f"{', '.join(map(repr, _FALLBACKS))}."
            )
        from notebookapi._folder import Files  # loaded where a frontend is served

        files = Files(directory, fallback, _REST)
        missing = files.missing() if check_dir else None
        if missing and check_dir == "auto" and _is_development():
            warnings.warn(missing, UserWarning, stacklevel=2)
        elif missing:
            raise MissingFrontend(missing)
        outer = self._declaring.inherited
        route = APIRoute(
            f"{outer.prefix}{path.rstrip('/')}/{{{_REST}:path}}",
            files,
            spec=RouteSpec(include_in_schema=False, name="frontend").under(outer),
        )
        self._declaring.add_registration(Frontend(route))


def _is_development() -> bool:
    environment = os.environ.get("NOTEBOOKAPI_ENV") or os.environ.get("FASTAPI_ENV")
    return environment == "development"
