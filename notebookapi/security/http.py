"""The schemes of the `Authorization` header: Basic, Bearer and Digest."""

from __future__ import annotations

import base64
from typing import Any

from pydantic import BaseModel
from starlette.requests import HTTPConnection

from notebookapi.exceptions import HTTPException
from notebookapi.security import models
from notebookapi.security.base import SecurityBase, not_authenticated
from notebookapi.security.utils import get_authorization_scheme_param


class HTTPBasicCredentials(BaseModel):
    """A name and a password, as sent (RFC 7617). Compare with `secrets.compare_digest`."""

    username: str
    password: str


class HTTPAuthorizationCredentials(BaseModel):
    """An `Authorization` header. scheme: as written by the client. credentials: the rest."""

    scheme: str
    credentials: str


class HTTPBase(SecurityBase):
    """Any scheme of the `Authorization` header (RFC 9110, section 11).

    scheme: its name in the document and the challenge; other schemes are accepted as well, which
        `HTTPBasic`, `HTTPBearer` and `HTTPDigest` do not.
    scheme_name: key in the document; the class's name if not given.
    auto_error: answer 401 where credentials are missing; False gives the dependant None.
    """

    model: models.HTTPBase

    def __init__(
        self,
        *,
        scheme: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        self.model = models.HTTPBase(scheme=scheme, description=description)
        self.scheme_name = scheme_name or type(self).__name__
        self.auto_error = auto_error

    def make_authenticate_headers(self) -> dict[str, str]:
        """Return the challenge that goes with a 401."""
        return {"WWW-Authenticate": self.model.scheme.title()}

    def make_not_authenticated_error(self) -> HTTPException:
        """Return the error for missing or unusable credentials; override it for another."""
        return not_authenticated(self.make_authenticate_headers())

    async def __call__(self, request: HTTPConnection) -> Any:
        """Return the credentials, an `HTTPAuthorizationCredentials`."""
        scheme, credentials = get_authorization_scheme_param(request.headers.get("Authorization"))
        if scheme and credentials:
            return HTTPAuthorizationCredentials(scheme=scheme, credentials=credentials)
        return self._missing()

    async def _only_own(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        """Return the credentials if they are of this scheme, whose case does not matter."""
        found: HTTPAuthorizationCredentials | None = await HTTPBase.__call__(self, request)
        if found is None or found.scheme.lower() == self.model.scheme.lower():
            return found
        return self._missing()

    def _missing(self) -> HTTPAuthorizationCredentials | None:
        if self.auto_error:
            raise self.make_not_authenticated_error()
        return None


class HTTPBasic(HTTPBase):
    """A name and a password with each request, readable by all on the way (RFC 7617): use TLS.

    realm: what the name is valid for, shown by browsers that ask for one.
    Credentials that cannot be decoded are answered 401 even where `auto_error` is False.
    """

    def __init__(
        self,
        *,
        scheme_name: str | None = None,
        realm: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="basic", scheme_name=scheme_name, description=description, auto_error=auto_error
        )
        self.realm = realm

    def make_authenticate_headers(self) -> dict[str, str]:
        """Return the challenge, with the realm as a quoted string (RFC 9110, section 5.6.4)."""
        if not self.realm:
            return {"WWW-Authenticate": "Basic"}
        quoted = self.realm.replace("\\", "\\\\").replace('"', '\\"')
        return {"WWW-Authenticate": f'Basic realm="{quoted}"'}

    async def __call__(self, request: HTTPConnection) -> HTTPBasicCredentials | None:
        """Return the name and the password."""
        found = await self._only_own(request)
        if found is None:
            return None
        try:
            # ASCII only: `secrets.compare_digest`, which programs check with, takes no more.
            text = base64.b64decode(found.credentials, validate=True).decode("ascii")
        except ValueError as error:
            raise self.make_not_authenticated_error() from error
        username, colon, password = text.partition(":")
        if not colon:
            raise self.make_not_authenticated_error()
        return HTTPBasicCredentials(username=username, password=password)


class HTTPBearer(HTTPBase):
    """A token in the `Authorization` header (RFC 6750).

    bearerFormat: a hint for readers of the document, such as "JWT".
    """

    def __init__(
        self,
        *,
        bearerFormat: str | None = None,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="bearer", scheme_name=scheme_name, description=description, auto_error=auto_error
        )
        self.model = models.HTTPBearer(bearerFormat=bearerFormat, description=description)

    async def __call__(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        """Return the token as `credentials`."""
        return await self._only_own(request)


class HTTPDigest(HTTPBase):
    """HTTP Digest (RFC 7616). The parameters are handed on as they came; check them yourself."""

    def __init__(
        self,
        *,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="digest", scheme_name=scheme_name, description=description, auto_error=auto_error
        )

    async def __call__(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        """Return the parameters, unparsed, as `credentials`."""
        return await self._only_own(request)
