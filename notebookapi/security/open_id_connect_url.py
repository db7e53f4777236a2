"""OpenID Connect."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from notebookapi.exceptions import HTTPException
from notebookapi.security import models
from notebookapi.security.base import SecurityBase, not_authenticated


class OpenIdConnect(SecurityBase):
    """Documents OpenID Connect and hands on the `Authorization` header; checking it is yours.

    openIdConnectUrl: address of the discovery document (OpenID Connect Discovery 1.0, section 4).
    scheme_name: key in the document; the class's name if not given.
    auto_error: answer 401 where the header is missing; False gives the dependant None.
    """

    model: models.OpenIdConnect

    def __init__(
        self,
        *,
        openIdConnectUrl: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        self.model = models.OpenIdConnect(
            openIdConnectUrl=openIdConnectUrl, description=description
        )
        self.scheme_name = scheme_name or type(self).__name__
        self.auto_error = auto_error

    def make_not_authenticated_error(self) -> HTTPException:
        """Return the error for a missing header; override it for another status or detail."""
        return not_authenticated({"WWW-Authenticate": "Bearer"})

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the whole header."""
        authorization = request.headers.get("Authorization")
        if not authorization and self.auto_error:
            raise self.make_not_authenticated_error()
        return authorization or None
