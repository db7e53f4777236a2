"""Problem details: errors as RFC 9457 has them."""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Any

PROBLEM_TYPE = "application/problem+json"


def problem(status: int, detail: object) -> dict[str, Any]:
    """Return a problem document (RFC 9457, section 3).

    The items of a mapping become members of it, as section 3.2 has it; a list is its `errors`.
    """
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:  # a status of the program's own
        phrase = f"Status {status}"
    made: dict[str, Any] = {"type": "about:blank", "title": phrase, "status": status}
    if isinstance(detail, Mapping):
        return {**made, **detail, "status": status}
    if isinstance(detail, str):
        return made if detail in ("", phrase) else {**made, "detail": detail}
    if detail is None:
        return made
    return {**made, "errors": detail}
