"""What OpenAPI documents consist of, as classes.

Security schemes use the records here. The other classes are for programs that read or build a
document by parts; they are pydantic models, and are loaded when one of them is asked for.
"""

from typing import Any

from notebookapi.security.models import APIKey as APIKey
from notebookapi.security.models import APIKeyIn as APIKeyIn
from notebookapi.security.models import HTTPBase as HTTPBase
from notebookapi.security.models import HTTPBearer as HTTPBearer
from notebookapi.security.models import OAuth2 as OAuth2
from notebookapi.security.models import OAuthFlow as OAuthFlow
from notebookapi.security.models import OAuthFlowAuthorizationCode as OAuthFlowAuthorizationCode
from notebookapi.security.models import OAuthFlowClientCredentials as OAuthFlowClientCredentials
from notebookapi.security.models import OAuthFlowImplicit as OAuthFlowImplicit
from notebookapi.security.models import OAuthFlowPassword as OAuthFlowPassword
from notebookapi.security.models import OAuthFlows as OAuthFlows
from notebookapi.security.models import OpenIdConnect as OpenIdConnect
from notebookapi.security.models import SecurityScheme as SecurityBase  # as programs know it
from notebookapi.security.models import SecuritySchemeType as SecuritySchemeType

__all__ = [
    "APIKey",
    "APIKeyIn",
    "HTTPBase",
    "HTTPBearer",
    "OAuth2",
    "OAuthFlow",
    "OAuthFlowAuthorizationCode",
    "OAuthFlowClientCredentials",
    "OAuthFlowImplicit",
    "OAuthFlowPassword",
    "OAuthFlows",
    "OpenIdConnect",
    "SecurityBase",
    "SecuritySchemeType",
]


def __getattr__(name: str) -> Any:
    from notebookapi.openapi import documents

    if name in documents.__all__:
        return getattr(documents, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
