"""ASGI -> attributes, by OpenTelemetry's semantic conventions for HTTP (version 1.23 and later)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from starlette.types import Scope

_METHODS = frozenset("GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY".split())

# Values that give access to whoever has the URL ("HTTP spans": url.query).
_SIGNING = frozenset(
    {"awsaccesskeyid", "signature", "sig", "x-amz-signature", "x-amz-security-token",
     "x-amz-credential", "x-goog-signature", "x-goog-credential"}
)  # fmt: skip

_PORT = re.compile("[0-9]{1,5}")

Attributes = dict[str, Any]


def method_of(scope: Scope) -> str:
    """Return a request's method, "_OTHER" for one that is not in the standard."""
    method: str = scope.get("method", "GET")  # a WebSocket begins as a GET
    return method if method in _METHODS else "_OTHER"


def measured(scope: Scope) -> Attributes:
    """Return what each measurement of a request says."""
    return {"http.request.method": method_of(scope), "url.scheme": _scheme(scope)}


def described(scope: Scope) -> Attributes:
    """Return what a server span says from the start."""
    headers = {key.decode("latin-1"): value for key, value in scope.get("headers", ())}
    made = {**measured(scope), "url.path": scope["path"]}
    if made["http.request.method"] == "_OTHER":
        made["http.request.method_original"] = scope["method"]
    if scope.get("query_string"):
        made["url.query"] = redacted(scope["query_string"].decode("latin-1"))
    if version := scope.get("http_version"):
        made["network.protocol.version"] = version
    if agent := headers.get("user-agent"):
        made["user_agent.original"] = agent.decode("latin-1")
    made.update(_addresses(scope, headers.get("host", b"").decode("latin-1")))
    return made


def redacted(query: str) -> str:
    """Return a query string with the values of signatures replaced."""
    return "&".join(_redacted(pair) for pair in query.split("&"))


def _redacted(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}=REDACTED" if equals and unquote_plus(name).lower() in _SIGNING else pair


def _scheme(scope: Scope) -> str:
    scheme: str = scope.get("scheme", "http")
    return {"ws": "http", "wss": "https"}.get(scheme, scheme)


def _addresses(scope: Scope, host: str) -> Iterator[tuple[str, Any]]:
    client, server = scope.get("client"), scope.get("server")
    if client:
        yield "client.address", client[0]
        yield "network.peer.address", client[0]
        yield "network.peer.port", client[1]
    name, port = _split(host)
    if not name and server:
        name, port = server[0], server[1]
    if name:
        yield "server.address", name
    if port:
        yield "server.port", port


def _split(host: str) -> tuple[str, int | None]:
    """Return name and port of a Host header; the port is None where it is not given."""
    name, colon, port = host.rpartition(":")
    if colon and _PORT.fullmatch(port) and not (":" in name and not name.startswith("[")):
        return name.strip("[]"), int(port)
    return host.strip("[]"), None


def route_of(scope: Scope, mounted_under: str) -> str | None:
    """Return the template that a connection was served by, with the path of its mount in front.

    mounted_under: the root path that the connection came with.
    """
    path_format: str | None = getattr(scope.get("route"), "path_format", None)
    if path_format is None:
        return None
    inside: str = scope.get("root_path", "").removeprefix(mounted_under)
    return inside + path_format
