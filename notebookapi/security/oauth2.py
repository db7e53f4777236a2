"""OAuth 2.0 (RFC 6749): bearer tokens, scopes, and the form of the password flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from starlette.requests import HTTPConnection

from notebookapi.exceptions import HTTPException
from notebookapi.param_functions import Form
from notebookapi.security import models
from notebookapi.security.base import SecurityBase, not_authenticated
from notebookapi.security.base import SecurityScopes as SecurityScopes
from notebookapi.security.utils import get_authorization_scheme_param


class OAuth2PasswordRequestForm:
    """The form of a token request (RFC 6749, section 4.3.2); to be depended on.

    grant_type: "password", or left out, which RFC 6749 does not allow but many clients do.
    scope: names with spaces between (section 3.3); `scopes` has them one by one.
    client_id, client_secret: for clients that send them here instead of with HTTP Basic, which
        section 2.3.1 prefers.
    """

    def __init__(
        self,
        *,
        grant_type: Annotated[str | None, Form(pattern="^password$")] = None,
        username: Annotated[str, Form()],
        password: Annotated[str, Form(json_schema_extra={"format": "password"})],
        scope: Annotated[str, Form()] = "",
        client_id: Annotated[str | None, Form()] = None,
        client_secret: Annotated[str | None, Form(json_schema_extra={"format": "password"})] = None,
    ) -> None:
        self.grant_type = grant_type
        self.username = username
        self.password = password
        self.scopes = scope.split()
        self.client_id = client_id
        self.client_secret = client_secret


class OAuth2PasswordRequestFormStrict(OAuth2PasswordRequestForm):
    """The same form, with the `grant_type` that RFC 6749 asks for."""

    def __init__(
        self,
        grant_type: Annotated[str, Form(pattern="^password$")],
        username: Annotated[str, Form()],
        password: Annotated[str, Form()],
        scope: Annotated[str, Form()] = "",
        client_id: Annotated[str | None, Form()] = None,
        client_secret: Annotated[str | None, Form()] = None,
    ) -> None:
        super().__init__(
            grant_type=grant_type,
            username=username,
            password=password,
            scope=scope,
            client_id=client_id,
            client_secret=client_secret,
        )


class OAuth2(SecurityBase):
    """Documents OAuth 2.0 and hands on the `Authorization` header.

    flows: as records or as dictionaries. Raises InvalidOption for those that do not exist.
    scheme_name: key in the document; the class's name if not given.
    auto_error: answer 401 where the header is missing; False gives the dependant None.
    """

    model: models.OAuth2

    def __init__(
        self,
        *,
        flows: models.OAuthFlows | Mapping[str, Any] | None = None,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        self.model = models.OAuth2(flows=models.read_flows(flows or {}), description=description)
        self.scheme_name = scheme_name or type(self).__name__
        self.auto_error = auto_error

    def make_not_authenticated_error(self) -> HTTPException:
        """Return the error for a missing token; override it for another status or detail.

        RFC 6749 leaves the kind of token open; nearly all are bearer tokens, so that is what the
        challenge asks for.
        """
        return not_authenticated({"WWW-Authenticate": "Bearer"})

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the whole header."""
        return request.headers.get("Authorization") or self._missing()

    def _bearer_token(self, request: HTTPConnection) -> str | None:
        scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
        return token if scheme.lower() == "bearer" and token else self._missing()

    def _missing(self) -> str | None:
        if self.auto_error:
            raise self.make_not_authenticated_error()
        return None


class OAuth2PasswordBearer(OAuth2):
    """A bearer token (RFC 6750) that was got with a name and a password.

    tokenUrl: where to get one; relative to the document's servers.
    scopes: name to description. refreshUrl: where to get the next one.
    """

    def __init__(
        self,
        tokenUrl: str,
        scheme_name: str | None = None,
        scopes: dict[str, str] | None = None,
        description: str | None = None,
        auto_error: bool = True,
        refreshUrl: str | None = None,
    ) -> None:
        flow = models.OAuthFlowPassword(
            tokenUrl=tokenUrl, refreshUrl=refreshUrl, scopes=scopes or {}
        )
        super().__init__(
            flows=models.OAuthFlows(password=flow),
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the token."""
        return self._bearer_token(request)


class OAuth2AuthorizationCodeBearer(OAuth2):
    """A bearer token (RFC 6750) that was got with an authorization code.

    authorizationUrl: where the person agrees. tokenUrl: where the code is turned into a token.
    scopes: name to description. refreshUrl: where to get the next one.
    """

    def __init__(
        self,
        authorizationUrl: str,
        tokenUrl: str,
        refreshUrl: str | None = None,
        scheme_name: str | None = None,
        scopes: dict[str, str] | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        flow = models.OAuthFlowAuthorizationCode(
            authorizationUrl=authorizationUrl,
            tokenUrl=tokenUrl,
            refreshUrl=refreshUrl,
            scopes=scopes or {},
        )
        super().__init__(
            flows=models.OAuthFlows(authorizationCode=flow),
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the token."""
        return self._bearer_token(request)
