"""API keys in the query, a header or a cookie."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from notebookapi.exceptions import HTTPException
from notebookapi.security.base import SecurityBase, not_authenticated
from notebookapi.security.models import APIKey, APIKeyIn


class APIKeyBase(SecurityBase):
    """A key under a name.

    auto_error: answer 401 where it is missing; False gives the dependant None.
    """

    model: APIKey

    def __init__(
        self,
        location: APIKeyIn,
        name: str,
        description: str | None,
        scheme_name: str | None,
        auto_error: bool,
    ) -> None:
        self.model = APIKey(in_=location, name=name, description=description)
        self.scheme_name = scheme_name or type(self).__name__
        self.auto_error = auto_error

    def make_not_authenticated_error(self) -> HTTPException:
        """Return the error for a missing key; override it for another status or detail.

        RFC 9110 asks for a challenge with each 401; no scheme is registered for API keys, so its
        name is our own.
        """
        return not_authenticated({"WWW-Authenticate": "APIKey"})

    def check_api_key(self, api_key: str | None) -> str | None:
        """Return the key; an empty one is none. Raises the error where `auto_error` says so."""
        if api_key:
            return api_key
        if self.auto_error:
            raise self.make_not_authenticated_error()
        return None


class APIKeyQuery(APIKeyBase):
    """A key in the query string. It will stand in logs; prefer a header.

    name: the query parameter. scheme_name: key in the document; the class's name if not given.
    """

    def __init__(
        self,
        *,
        name: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(APIKeyIn.query, name, description, scheme_name, auto_error)

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the key."""
        return self.check_api_key(request.query_params.get(self.model.name))


class APIKeyHeader(APIKeyBase):
    """A key in a header.

    name: the header. scheme_name: key in the document; the class's name if not given.
    """

    def __init__(
        self,
        *,
        name: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(APIKeyIn.header, name, description, scheme_name, auto_error)

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the key."""
        return self.check_api_key(request.headers.get(self.model.name))


class APIKeyCookie(APIKeyBase):
    """A key in a cookie.

    name: the cookie. scheme_name: key in the document; the class's name if not given.
    """

    def __init__(
        self,
        *,
        name: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(APIKeyIn.cookie, name, description, scheme_name, auto_error)

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the key."""
        return self.check_api_key(request.cookies.get(self.model.name))
