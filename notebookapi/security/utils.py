"""Reading the `Authorization` header."""

from __future__ import annotations


def get_authorization_scheme_param(authorization_header_value: str | None) -> tuple[str, str]:
    """Split `Bearer abc` into `("Bearer", "abc")` (RFC 9110, section 11.4); `""` for what lacks."""
    if not authorization_header_value:
        return "", ""
    scheme, _, param = authorization_header_value.partition(" ")
    return scheme, param.strip()
