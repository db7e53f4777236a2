"""Security schemes, to be depended on; and, for those who keep users, passwords and tokens.

The schemes document themselves where an operation depends on them. They are loaded when they are
asked for: an application without any pays nothing. `passwords` and `tokens` need
`pip install notebookapi[security]`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notebookapi.security.api_key import APIKeyCookie as APIKeyCookie
    from notebookapi.security.api_key import APIKeyHeader as APIKeyHeader
    from notebookapi.security.api_key import APIKeyQuery as APIKeyQuery
    from notebookapi.security.base import SecurityScopes as SecurityScopes
    from notebookapi.security.http import (
        HTTPAuthorizationCredentials as HTTPAuthorizationCredentials,
    )
    from notebookapi.security.http import HTTPBasic as HTTPBasic
    from notebookapi.security.http import HTTPBasicCredentials as HTTPBasicCredentials
    from notebookapi.security.http import HTTPBearer as HTTPBearer
    from notebookapi.security.http import HTTPDigest as HTTPDigest
    from notebookapi.security.oauth2 import OAuth2 as OAuth2
    from notebookapi.security.oauth2 import (
        OAuth2AuthorizationCodeBearer as OAuth2AuthorizationCodeBearer,
    )
    from notebookapi.security.oauth2 import OAuth2PasswordBearer as OAuth2PasswordBearer
    from notebookapi.security.oauth2 import OAuth2PasswordRequestForm as OAuth2PasswordRequestForm
    from notebookapi.security.oauth2 import (
        OAuth2PasswordRequestFormStrict as OAuth2PasswordRequestFormStrict,
    )
    from notebookapi.security.open_id_connect_url import OpenIdConnect as OpenIdConnect

_HOMES = {
    "APIKeyCookie": "api_key",
    "APIKeyHeader": "api_key",
    "APIKeyQuery": "api_key",
    "HTTPAuthorizationCredentials": "http",
    "HTTPBasic": "http",
    "HTTPBasicCredentials": "http",
    "HTTPBearer": "http",
    "HTTPDigest": "http",
    "OAuth2": "oauth2",
    "OAuth2AuthorizationCodeBearer": "oauth2",
    "OAuth2PasswordBearer": "oauth2",
    "OAuth2PasswordRequestForm": "oauth2",
    "OAuth2PasswordRequestFormStrict": "oauth2",
    "OpenIdConnect": "open_id_connect_url",
    "SecurityScopes": "base",
}
__all__ = list(_HOMES)  # for `import *`, which does not ask for names that are not here yet

if not TYPE_CHECKING:  # else type checkers would take any name

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value  # the next look-up finds it without coming here
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
