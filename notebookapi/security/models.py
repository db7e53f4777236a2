"""What OpenAPI says of a security scheme: plain records (OpenAPI 3.1, sections 4.8.27 to 4.8.29).

They are light on purpose: a scheme costs a program no schema building. `model_dump` is called as
pydantic's is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import Any

from notebookapi.exceptions import InvalidOption


class SecuritySchemeType(StrEnum):
    """The kinds of scheme that OpenAPI knows and HTTP clients here use."""

    apiKey = "apiKey"
    http = "http"
    oauth2 = "oauth2"
    openIdConnect = "openIdConnect"


class APIKeyIn(StrEnum):
    """Where an API key is sent."""

    query = "query"
    header = "header"
    cookie = "cookie"


@dataclass(frozen=True)
class Record:
    """A part of the OpenAPI document."""

    def model_dump(
        self,
        *,
        mode: str = "python",
        by_alias: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """Return the record as a dictionary.

        by_alias: write OpenAPI's names (`in`) instead of Python's (`in_`).
        mode: "json" writes enumerations as their values.
        """
        made: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value is None and exclude_none:
                continue
            if isinstance(value, Record):
                value = value.model_dump(mode=mode, by_alias=by_alias, exclude_none=exclude_none)
            elif isinstance(value, Enum) and mode == "json":
                value = value.value
            made[each.name.rstrip("_") if by_alias else each.name] = value
        return made


@dataclass(frozen=True, kw_only=True)
class SecurityScheme(Record):
    """What all schemes have. description: in Markdown."""

    type_: SecuritySchemeType
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class APIKey(SecurityScheme):
    """A key under a name of the API's own."""

    type_: SecuritySchemeType = SecuritySchemeType.apiKey
    in_: APIKeyIn
    name: str


@dataclass(frozen=True, kw_only=True)
class HTTPBase(SecurityScheme):
    """A scheme of the `Authorization` header (RFC 9110, section 11.1)."""

    type_: SecuritySchemeType = SecuritySchemeType.http
    scheme: str


@dataclass(frozen=True, kw_only=True)
class HTTPBearer(HTTPBase):
    """Bearer tokens (RFC 6750). bearerFormat: a hint for readers, such as "JWT"."""

    scheme: str = "bearer"
    bearerFormat: str | None = None


@dataclass(frozen=True, kw_only=True)
class OAuthFlow(Record):
    """What the flows of OAuth 2.0 share. scopes: name to description."""

    refreshUrl: str | None = None
    scopes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OAuthFlowImplicit(OAuthFlow):
    """RFC 6749, section 4.2."""

    authorizationUrl: str


@dataclass(frozen=True, kw_only=True)
class OAuthFlowPassword(OAuthFlow):
    """RFC 6749, section 4.3."""

    tokenUrl: str


@dataclass(frozen=True, kw_only=True)
class OAuthFlowClientCredentials(OAuthFlow):
    """RFC 6749, section 4.4."""

    tokenUrl: str


@dataclass(frozen=True, kw_only=True)
class OAuthFlowAuthorizationCode(OAuthFlow):
    """RFC 6749, section 4.1."""

    authorizationUrl: str
    tokenUrl: str


@dataclass(frozen=True, kw_only=True)
class OAuthFlows(Record):
    """The flows that a scheme offers."""

    implicit: OAuthFlowImplicit | None = None
    password: OAuthFlowPassword | None = None
    clientCredentials: OAuthFlowClientCredentials | None = None
    authorizationCode: OAuthFlowAuthorizationCode | None = None


@dataclass(frozen=True, kw_only=True)
class OAuth2(SecurityScheme):
    """OAuth 2.0 (RFC 6749)."""

    type_: SecuritySchemeType = SecuritySchemeType.oauth2
    flows: OAuthFlows


@dataclass(frozen=True, kw_only=True)
class OpenIdConnect(SecurityScheme):
    """OpenID Connect. openIdConnectUrl: the address of its discovery document."""

    type_: SecuritySchemeType = SecuritySchemeType.openIdConnect
    openIdConnectUrl: str


_FLOWS: Mapping[str, type[OAuthFlow]] = {
    "implicit": OAuthFlowImplicit,
    "password": OAuthFlowPassword,
    "clientCredentials": OAuthFlowClientCredentials,
    "authorizationCode": OAuthFlowAuthorizationCode,
}


def read_flows(flows: OAuthFlows | Mapping[str, Any]) -> OAuthFlows:
    """Return flows that may be written as dictionaries.

    Raises InvalidOption for a flow, or a key of one, that does not exist or is missing.
    """
    if isinstance(flows, OAuthFlows):
        return flows
    unknown = flows.keys() - _FLOWS.keys()
    if unknown:
        raise InvalidOption(
            f"OAuth 2.0 has no flow {min(unknown)!r}; there are {', '.join(map(repr, _FLOWS))}."
        )
    return OAuthFlows(**{name: _flow(name, given) for name, given in flows.items()})


def _flow(name: str, given: Any) -> Any:
    kind = _FLOWS[name]
    if not isinstance(given, Mapping):
        return given
    try:
        return kind(**given)
    except TypeError as error:
        keys = ", ".join(each.name for each in fields(kind))
        raise InvalidOption(f"The flow {name!r} has the keys {keys}; {error}.") from error
