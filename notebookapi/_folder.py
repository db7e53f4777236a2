"""The files of a folder as an endpoint, and what stands for one that is not there."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from typing import Literal

import anyio.to_thread
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from notebookapi._accepting import is_zero_quality
from notebookapi.exceptions import MissingFrontend

Fallback = Literal["auto", "index.html", "404.html"] | None
Folder = str | os.PathLike[str]

_HTML = ("text/html", "application/xhtml+xml")


class Files(StaticFiles):
    """The endpoint: a file of the folder, or what stands for one that is not there."""

    def __init__(self, folder: Folder, fallback: Fallback, rest: str) -> None:
        """rest: the path parameter that says which file is asked for."""
        super().__init__(directory=folder, check_dir=False)
        self.rest = rest
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
        answer = await self._file(_as_file(request.path_params[self.rest]), request)
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
