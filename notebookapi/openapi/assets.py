"""Serves the files that the docs pages load, from inside the package.

Bundles lie on disk compressed. A client that accepts gzip gets those bytes as they are.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from notebookapi._accepting import is_zero_quality

__all__ = [
    "ASSETS",
    "FAVICON",
    "REDOC_JS",
    "SWAGGER_CSS",
    "SWAGGER_JS",
    "AssetsNotBuilt",
    "asset_path",
    "serve_asset",
]

SWAGGER_JS: Final = "swagger-ui-bundle.js"
SWAGGER_CSS: Final = "swagger-ui.css"
REDOC_JS: Final = "redoc.standalone.js"
FAVICON: Final = "favicon.svg"

_HERE: Final = Path(__file__).parent


class AssetsNotBuilt(RuntimeError):
    """A source checkout in which the docs assets have not been built."""


@dataclass(frozen=True, slots=True)
class Asset:
    file: str
    """Path below this folder; a name in `.gz` holds gzip bytes."""
    media_type: str


ASSETS: Final = MappingProxyType(
    {
        SWAGGER_JS: Asset(f"static/{SWAGGER_JS}.gz", "text/javascript"),
        SWAGGER_CSS: Asset(f"static/{SWAGGER_CSS}.gz", "text/css"),
        REDOC_JS: Asset(f"static/{REDOC_JS}.gz", "text/javascript"),
        FAVICON: Asset(FAVICON, "image/svg+xml"),
    }
)
"""Every name that is served. Nothing else is looked up on disk."""


@dataclass(frozen=True, slots=True)
class _Content:
    body: bytes
    digest: str


def asset_path(name: str) -> Path:
    """Return the file that holds asset `name`, compressed if it ends in `.gz`.

    Raises KeyError for a name that is not in ASSETS, AssetsNotBuilt if the file is not there.
    """
    path = _HERE / ASSETS[name].file
    if not path.is_file():
        raise AssetsNotBuilt(
            f"The docs asset {name!r} is not in {path.parent}: this source checkout has not been "
            'built. Run "pip install -e ." in it, or scripts/test, which does so.'
        )
    return path


async def serve_asset(request: Request) -> Response:
    """Answer with the asset that `request.path_params["name"]` names."""
    name = request.path_params["name"]
    if name not in ASSETS:
        return PlainTextResponse("Not Found", status_code=404)
    try:
        content = _read(asset_path(name))
    except AssetsNotBuilt as error:
        return PlainTextResponse(str(error), status_code=503)
    return _respond(ASSETS[name], content, request)


def _respond(asset: Asset, content: _Content, request: Request) -> Response:
    is_compressed = asset.file.endswith(".gz")
    as_gzip = is_compressed and _accepts_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{content.digest}{"-gzip" if as_gzip else ""}"'
    headers = {
        "etag": etag,
        # Asked for again each time, at the price of a 304: the URL does not name a version.
        "cache-control": "public, no-cache",
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
    }
    if _is_listed(etag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    if as_gzip:
        headers["content-encoding"] = "gzip"
    body = content.body if as_gzip or not is_compressed else gzip.decompress(content.body)
    return Response(body, headers=headers, media_type=asset.media_type)


@cache
def _read(path: Path) -> _Content:
    body = path.read_bytes()
    return _Content(body, sha256(body).hexdigest()[:32])


def _accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding value allows gzip: by name first, else by `*`."""
    allowed: dict[str, bool] = {}
    for item in accept_encoding.lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        allowed[coding] = not any(map(is_zero_quality, parameters))
    return allowed.get("gzip", allowed.get("*", False))


def _is_listed(etag: str, if_none_match: str) -> bool:
    # Proxies that change the encoding turn a strong tag into a weak one: compare weakly.
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags
