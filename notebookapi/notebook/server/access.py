"""Who may come in: the names and origins that were given, and the token where it is wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from notebookapi.notebook.server.asked import LOOPBACK, Asked, name_in
from notebookapi.notebook.server.origins import Refusal
from notebookapi.notebook.server.token import HEADER, Guesses, Token

ENTRY = "/_notebookapi/enter"
"""The page where a browser is given the token's cookie."""


class Access:
    """What the guard asks at each request; the person and the pages of a notebook change it.

    is_shared: whether others work on this machine, as on a JupyterHub: loopback is theirs too.
    hosts: the names that are let in besides those of loopback.
    """

    def __init__(
        self,
        listed: Callable[[], Iterable[str]] = tuple,
        home: Callable[[], str] = lambda: "/",
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """listed: returns the origins that the application itself lets in.

        home: returns the path that a person wants to see first.
        """
        self.token = Token()
        self.home = home
        self.is_shared = any(name.startswith("JUPYTERHUB_") for name in environment)
        self._guesses = Guesses()
        self.hosts: frozenset[str] = frozenset()
        self._listed = listed
        self._origins: frozenset[str] = frozenset()

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may send what they like: none that every page could have."""
        listed = {each.lower() for each in self._listed()}
        return self._origins | (listed - {"*", "null"})

    def allow(self, hosts: Iterable[str] = (), origins: Iterable[str] = ()) -> None:
        """Let names and origins in, as `read_host` and `read_origin` have them."""
        self.hosts |= {*hosts}
        self._origins |= {*origins}

    def learn_host(self, host: str) -> None:
        """Let in the name under which a page of the notebook was opened: a proxy passes it on.

        From the page itself, over the kernel's comm; never from a request's header.
        """
        name = name_in(host)
        if name is not None and name not in LOOPBACK:
            self.allow([name])

    def is_wanted(self, asked: Asked, *, is_open: bool) -> bool:
        """Tell whether a request needs the token. is_open: the server listens beyond loopback."""
        return self.is_shared or (is_open and not asked.is_near)

    def has_cookie(self, asked: Asked) -> bool:
        """Tell whether a browser sent the token's cookie."""
        return self.token.matches(_cookie(asked))

    def without_token(self, asked: Asked) -> Refusal:
        """Return what is answered where the token was wanted and another, or none, was given."""
        given = asked.token or _cookie(asked)
        return self.guessed() if given else Refusal(401, _WANTED)

    def guessed(self) -> Refusal:
        """Count a wrong token; return what is answered."""
        wait = self._guesses.note()
        if not wait:
            return Refusal(401, f"This is not the token. {_WANTED}")
        text = f"Too many wrong tokens; the right one is accepted still. Wait for {wait} s."
        return Refusal(429, text, {"Retry-After": str(wait)})


_WANTED = (
    f"Send the token as the header {HEADER}: `api.token.reveal()` in the notebook returns it. In a "
    f"browser, open {ENTRY} on this server first."
)


def cookie_name(port: int) -> str:
    """Return the name of the cookie: browsers keep those of all ports of a host together."""
    return f"notebookapi-{port}"


def _cookie(asked: Asked) -> str:
    name = cookie_name(asked.port)
    pairs = (part.strip().partition("=") for part in asked.cookies.split(";"))
    return next((value for key, _, value in pairs if key == name), "")
