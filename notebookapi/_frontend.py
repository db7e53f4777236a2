"""Built frontends: files of a folder, served where no other route answers."""

from __future__ import annotations

import errno
import os
import stat
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Literal

import anyio.to_thread
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from notebookapi._accepting import is_zero_quality
from notebookapi._options import Inherited, RouteSpec
from notebookapi._respond.handlers import request_response
from notebookapi._route import APIRoute
from notebookapi._websocket import Declaring
from notebookapi.exceptions import InvalidOption, InvalidPath, MissingFrontend

Fallback = Literal["auto", "index.html", "404.html"] | None
CheckDir = Literal["auto"] | bool
Folder = str | os.PathLike[str]

_REST = "frontend_path"
_FALLBACKS = ("auto", "index.html", "404.html", None)
_HTML = ("text/html", "application/xhtml+xml")


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
        files = _Files(directory, fallback)
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


class _Files(StaticFiles):
    """The endpoint: a file of the folder, or what stands for one that is not there."""

    def __init__(self, folder: Folder, fallback: Fallback) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.folder = folder
        self.fallback = fallback

    def missing(self) -> str | None:
        """Return what is wrong with the folder, if anything is."""
        where = f"directory {os.fspath(self.folder)!r} ({os.path.abspath(self.folder)})"
        if not os.path.isdir(self.folder):
            return f"The frontend's {where} does not exist; build the frontend first."
        explicit = self.fallback if self.fallback != "auto" else None
        if explicit and not os.path.isfile(os.path.join(self.folder, explicit)):
            return f"The frontend's fallback {explicit!r} does not exist in {where}."
        return None

    async def __call__(self, request: Request, response: Response) -> Response:  # type: ignore[override]  # an endpoint, where starlette's is an application
        """Return the file that a request asks for, with what dependencies set on `response`."""
        answer = await self._file(_as_file(request.path_params[_REST]), request)
        if answer is None:
            answer = await self._stand_in(request)
        answer.headers.raw.extend(response.headers.raw)
        return answer

    async def _file(self, rest: str, request: Request) -> Response | None:
        found = await self._look_up(rest)
        is_directory = found is not None and stat.S_ISDIR(found[1].st_mode)
        if is_directory:
            found = await self._look_up(os.path.join(rest, "index.html"))
        if found is None or not stat.S_ISREG(found[1].st_mode):
            return None
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        if is_directory and not request.scope["path"].endswith("/"):
            url = URL(scope=request.scope)
            return RedirectResponse(url.replace(path=url.path + "/"))
        return self.file_response(*found, request.scope)

    async def _stand_in(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(404)
        for name, status in self._stand_ins(request):
            found = await self._look_up(name)
            if found is not None and stat.S_ISREG(found[1].st_mode):
                return FileResponse(found[0], status_code=status, stat_result=found[1])
        missing = await anyio.to_thread.run_sync(self.missing)
        if missing:
            raise MissingFrontend(missing)
        raise HTTPException(404)

    def _stand_ins(self, request: Request) -> Iterator[tuple[str, int]]:
        if self.fallback in ("auto", "404.html"):
            yield "404.html", 404
        if self.fallback in ("auto", "index.html") and accepts_html(request):
            yield "index.html", 200

    async def _look_up(self, path: str) -> tuple[str, os.stat_result] | None:
        look_up: Callable[[str], tuple[str, os.stat_result | None]] = self.lookup_path
        try:
            full_path, found = await anyio.to_thread.run_sync(look_up, path)
        except PermissionError as error:
            raise HTTPException(401) from error
        except ValueError:
            return None  # a NUL, say, which no file's name holds
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None
            raise
        return (full_path, found) if found is not None else None


def _as_file(path: str) -> str:
    """Return a path of a URL as one of this system, without dots that lead nowhere."""
    return os.path.normpath(os.path.join(*path.split("/")))


def accepts_html(request: Request) -> bool:
    """Tell whether a request names HTML among what it accepts, as a page's navigation does.

    `*/*` does not: a script asks in this way for an asset, for which a page is no answer.
    """
    for each in ",".join(request.headers.getlist("accept")).split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        if kind.lower() in _HTML and not any(map(is_zero_quality, parameters)):
            return True
    return False
