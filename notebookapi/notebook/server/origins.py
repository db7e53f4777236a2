"""Which names and pages may reach the server: a request -> why it is refused, and the cure.

A page in a browser can send requests to loopback, under a name of its own (DNS rebinding) or from
its own origin. Unsafe methods are all but those known to be safe: no list of bad ones is complete.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.server.asked import LOOPBACK, Asked, name_in

_ORIGIN = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_OF_OWN_PAGES = frozenset({"", "same-origin", "none"})
_SHOWN = 100
"""Characters of a header that an answer repeats."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused. text: what was sent, and what to do instead."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


def host_refused(asked: Asked, hosts: Collection[str]) -> Refusal | None:
    """Return why the name that a request was sent to is refused, or None.

    hosts: the names that are let in besides those of loopback.
    """
    name = asked.host_name
    if name is not None and (name in LOOPBACK or name in hosts):
        return None
    more = f", or let the name in: `%api serve --allow-host {name}`" if name else ""
    return Refusal(
        421,  # RFC 9110, section 15.5.20: not a name that this server answers for
        f"Host {_shown(asked.host)} is not a name of this server. Use http://127.0.0.1 or "
        f"http://localhost, with its port{more}.",
    )


def origin_refused(asked: Asked, origins: Collection[str]) -> Refusal | None:
    """Return why a request that may change something is refused from its page, or None.

    origins: those whose pages may send what they like.
    """
    if asked.is_safe or asked.origin.lower() in origins:
        return None
    if asked.origin and not _is_own(asked):
        return _foreign("Origin", asked.origin, asked.method)
    if asked.site not in _OF_OWN_PAGES:
        return _foreign("Sec-Fetch-Site", asked.site, asked.method)
    return None


def _is_own(asked: Asked) -> bool:
    """Tell whether a page is this server's: by its host and port, whoever may encrypt between."""
    scheme, _, authority = asked.origin.lower().partition("://")
    return scheme in ("http", "https") and authority == asked.host.lower()


def _foreign(header: str, value: str, method: str) -> Refusal:
    cure = "Send it from the notebook or from this server's own pages"
    if header == "Origin" and _ORIGIN.fullmatch(value):
        cure += (
            ", or let the origin in: list it in the application's CORSMiddleware, or run "
            f"`%api serve --allow-origin {value}`"
        )
    what = "a WebSocket" if method == "WebSocket" else "what may change something"
    return Refusal(403, f"{header} {_shown(value)} may not send {what} ({method}). {cure}.")


def _shown(value: str) -> str:
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")


def read_host(word: str) -> str:
    """Return a name that `--allow-host` gives. Raises BadArguments."""
    name = name_in(word)
    if name is None or word.strip("[]").lower() != name:
        raise BadArguments(
            f"`--allow-host {word}` is not a name; give one without scheme, port or path, such as "
            "`--allow-host lab.example.org`."
        )
    return name


def read_origin(word: str) -> str:
    """Return an origin that `--allow-origin` gives (RFC 6454, section 6.2). Raises BadArguments."""
    if not _ORIGIN.fullmatch(word):
        raise BadArguments(
            f"`--allow-origin {word}` is not an origin; give scheme, name and port, such as "
            "`--allow-origin http://localhost:3000`. `*` and `null` would let every page in."
        )
    return word.lower()
