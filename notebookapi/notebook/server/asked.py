"""What the guard reads of a request: who asks, under which name, from which page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from starlette.types import Scope

from notebookapi.notebook.server.token import HEADER

RawHeaders = list[tuple[bytes, bytes]]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TOKEN = HEADER.lower().encode()
PREFIXES = (b"x-forwarded-prefix", b"x-forwarded-context")
PROTO = b"x-forwarded-proto"
_READ = frozenset({b"host", b"origin", b"sec-fetch-site", b"cookie", PROTO, TOKEN, *PREFIXES})
_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_PATH = re.compile(r"(/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)+")  # RFC 3986, section 3.3
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # not TRACE, which no page needs


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as it is judged. method: "WebSocket" for an upgrade.

    host, origin: as they were sent, empty where they were not. site: `Sec-Fetch-Site`.
    is_near: whether the connection itself comes from this machine; a header can lie.
    port: the one that was connected to. prefix: below which a proxy says that it shows the server;
    is_encrypted: whether one says that it did so by TLS. size: bytes of all headers.
    """

    method: str
    host: str
    origin: str
    site: str
    token: str
    cookies: str
    is_near: bool
    port: int
    prefix: str
    is_encrypted: bool
    size: int

    @classmethod
    def of(cls, scope: Scope) -> Asked:
        """Read a request's headers, once."""
        told: dict[bytes, str] = {}
        size = 0
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name in _READ:
                text = value.decode("latin-1")
                # Sent twice, it is neither of the two: nothing lenient, since what reads a header
                # otherwise than the application does can be deceived.
                between = "; " if name == b"cookie" else ", "
                told[name] = text if name not in told else told[name] + between + text
        client = scope.get("client")
        is_near = client is not None and _is_loopback(client[0])
        prefix = (told.get(PREFIXES[0]) or told.get(PREFIXES[1])) if is_near else None
        return cls(
            method=scope["method"] if scope["type"] == "http" else "WebSocket",
            host=told.get(b"host", ""),
            origin=told.get(b"origin", ""),
            site=told.get(b"sec-fetch-site", ""),
            token=told.get(TOKEN, ""),
            cookies=told.get(b"cookie", ""),
            is_near=is_near,
            port=(scope.get("server") or ("", 0))[1] or 0,
            prefix=_prefix(prefix) if prefix else "",
            is_encrypted=told.get(PROTO, "").partition(",")[0].strip().lower() == "https",
            size=size,
        )

    @property
    def is_safe(self) -> bool:
        """Whether the method asks for nothing to be changed (RFC 9110, section 9.2.1)."""
        return self.method in _SAFE

    @property
    def is_proxied(self) -> bool:
        """Whether a Jupyter proxy passes it on; for WebSockets these send no prefix."""
        is_elsewhere = not self.host.endswith(f":{self.port}")
        return self.is_near and (bool(self.prefix) or (self.method == "WebSocket" and is_elsewhere))

    @property
    def host_name(self) -> str | None:
        """The name in the Host header (RFC 9112, section 3.2); None where it is malformed."""
        return name_in(self.host)


def name_in(host: str) -> str | None:
    """Return the name in `NAME` or `NAME:PORT`, lower-case; None where it is neither."""
    found = _HOST.fullmatch(host)
    return found["name"].strip("[]").lower() if found else None


@lru_cache(maxsize=256)
def _is_loopback(client: str) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _prefix(told: str) -> str:
    """Return a path that pages can put before theirs; empty where it is no such path.

    `//name` would be another host's.
    """
    path = told.rstrip("/")
    is_path = _PATH.fullmatch(path) and not {".", ".."} & set(path.split("/"))
    return path if is_path else ""
