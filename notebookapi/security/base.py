"""What all security schemes have, and the scopes that they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from notebookapi.exceptions import HTTPException


class Describes(Protocol):
    """What a scheme's `model` is: a record of `security.models`, or a pydantic model."""

    def model_dump(self, *, mode: str, by_alias: bool, exclude_none: bool) -> dict[str, Any]: ...


class SecurityBase:
    """Something that tells who is asking; to be depended on.

    Where an operation depends on an instance, at any depth, its document says so. Subclass it for
    a scheme of your own: set `model` and `scheme_name`, and write `async def __call__`.
    model: what the document says of it, also as a dictionary. scheme_name: its key there.
    """

    model: Describes | Mapping[str, Any]
    scheme_name: str


class SecurityScopes:
    """Injected where a parameter has this type: the scopes that all who need it ask for.

    scopes: those of each `Security(…, scopes=[…])` on the way from the endpoint, outermost first.
    scope_str: the same, with spaces between, as in RFC 6749, section 3.3.
    """

    def __init__(self, scopes: list[str] | None = None) -> None:
        self.scopes: list[str] = scopes or []
        self.scope_str: str = " ".join(self.scopes)


def not_authenticated(headers: dict[str, str]) -> HTTPException:
    """Return the error for missing or unusable credentials.

    headers: `WWW-Authenticate`, which tells the client what to do (RFC 9110, section 11.6.1).
    """
    return HTTPException(status_code=401, detail="Not authenticated", headers=headers)


def openapi_form(scheme: SecurityBase) -> dict[str, Any]:
    """Return what stands in the document under the scheme's name."""
    if isinstance(scheme.model, Mapping):
        return dict(scheme.model)
    return scheme.model.model_dump(mode="json", by_alias=True, exclude_none=True)
