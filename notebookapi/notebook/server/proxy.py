"""Behind a Jupyter proxy: what is Jupyter's is taken out, and the application knows where it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi.notebook.server.asked import PREFIXES, TOKEN, Asked

# Our own token's, and the ones that a Jupyter server and a JupyterHub log a browser in with. A
# browser keeps the cookies of all ports of a host together, so they come without a proxy too.
_OWN = re.compile(r"notebookapi-\d+")
_LOGIN = re.compile(r"username-[A-Za-z0-9-]+|jupyterhub-.+")
_OF_JUPYTER = frozenset({b"x-xsrftoken"})


def without_credentials(scope: Scope, asked: Asked) -> Scope:
    """Return a scope without what belongs to Jupyter or to the guard: the token, cookies.

    `Authorization: token …` is Jupyter's where a Jupyter proxy passes the request on.
    """
    if not (asked.token or asked.cookies or asked.is_proxied):
        return scope
    return {**scope, "headers": list(_kept(scope, asked))}


def _kept(scope: Scope, asked: Asked) -> Iterator[tuple[bytes, bytes]]:
    for name, value in scope["headers"]:
        if name == TOKEN or (asked.is_proxied and _is_jupyters(name, value)):
            continue
        if name == b"cookie":
            cookies = _kept_cookies(value.decode("latin-1"), asked)
            if cookies:
                yield name, cookies.encode("latin-1")
            continue
        yield name, value


def _is_jupyters(name: bytes, value: bytes) -> bool:
    is_token = name == b"authorization" and value.strip().lower().startswith(
        (b"token ", b"token\t")
    )
    return is_token or name in _OF_JUPYTER


def _kept_cookies(told: str, asked: Asked) -> str:
    parts = told.split(";")
    names = [part.partition("=")[0].strip() for part in parts]
    # The name is one that others use as well: Jupyter's where its other cookies are.
    has_xsrf = asked.is_proxied or any(_LOGIN.fullmatch(name) for name in names)
    kept = [
        part
        for name, part in zip(names, parts, strict=True)
        if not (_OWN.fullmatch(name) or _LOGIN.fullmatch(name) or (has_xsrf and name == "_xsrf"))
    ]
    return told if len(kept) == len(parts) else ";".join(kept).strip()


def below_prefix(app: ASGIApp, is_told: Callable[[], bool]) -> ASGIApp:
    """Return `app`, told below which path a proxy shows it (ASGI: `root_path`).

    Each request by itself: the same server is asked directly, too. The scope is changed in place,
    so that what stands around sees the route that was found.
    is_told: whether the application has a root path of its own, which counts then.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if any(name in PREFIXES for name, _ in scope.get("headers", ())) and not is_told():
            _put_below(scope, Asked.of(scope))
        await app(scope, receive, send)

    return serve


def _put_below(scope: Scope, asked: Asked) -> None:
    prefix = asked.prefix
    if not prefix:
        return
    scope["root_path"] = prefix
    if asked.is_encrypted:
        scope["scheme"] = "https"
    if not f"{scope['path']}/".startswith(f"{prefix}/"):  # `proxy/absolute/…` leaves it in
        scope["path"] = prefix + scope["path"]
        scope["raw_path"] = prefix.encode() + (scope.get("raw_path") or b"")
