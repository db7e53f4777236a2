"""A dependency that turns a bearer token into its claims."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from notebookapi.exceptions import HTTPException
from notebookapi.security.base import SecurityBase, SecurityScopes
from notebookapi.security.http import HTTPAuthorizationCredentials, HTTPBearer
from notebookapi.security.oauth2 import OAuth2AuthorizationCodeBearer, OAuth2PasswordBearer
from notebookapi.security.tokens import Claims, TokenError, Tokens

Scheme = HTTPBearer | OAuth2PasswordBearer | OAuth2AuthorizationCodeBearer


class BearerClaims(SecurityBase):
    """The claims of the access token that a request carries; to be depended on.

        signed_in = BearerClaims(tokens, OAuth2PasswordBearer("token"))

        @app.get("/orders")
        def orders(claims: Annotated[Claims, Security(signed_in, scopes=["orders"])]): ...

    scheme: finds and documents the token; a plain HTTPBearer if not given. Where its `auto_error`
        is False, requests without a token get None; a token that is not accepted is refused always.
    A token that is not accepted is answered 401, one without the scopes asked for 403, both with
    the challenge of RFC 6750, section 3.
    """

    def __init__(self, tokens: Tokens, scheme: Scheme | None = None) -> None:
        self.tokens = tokens
        self.scheme = scheme or HTTPBearer(bearerFormat="JWT")
        self.model = self.scheme.model
        self.scheme_name = self.scheme.scheme_name

    async def __call__(self, request: HTTPConnection, wanted: SecurityScopes) -> Claims | None:
        """Return the claims."""
        found = await self.scheme(request)
        token = found.credentials if isinstance(found, HTTPAuthorizationCredentials) else found
        if token is None:
            return None
        try:
            claims = self.tokens.check(token)
        except TokenError as error:
            raise _refused(401, "Invalid token", 'error="invalid_token"') from error
        if not set(wanted.scopes) <= set(claims.scopes):
            challenge = f'error="insufficient_scope", scope="{wanted.scope_str}"'
            raise _refused(403, "Not enough permissions", challenge)
        return claims


def _refused(status: int, detail: str, challenge: str) -> HTTPException:
    return HTTPException(status, detail, {"WWW-Authenticate": f"Bearer {challenge}"})
