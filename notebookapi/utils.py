"""Functions that programs and plugins import from here."""

from __future__ import annotations

import re
from typing import Any

from notebookapi._respond.compile import has_body

__all__ = ["generate_unique_id", "get_path_param_names", "is_body_allowed_for_status_code"]


def generate_unique_id(route: Any) -> str:
    """Return the operationId that a route has by default: name, path and first method."""
    words = re.sub(r"\W", "_", f"{route.name}{route.path_format}")
    return f"{words}_{min(route.methods).lower()}"


def is_body_allowed_for_status_code(status_code: int | str | None) -> bool:
    """Tell whether a response with this status may have a body (RFC 9110, section 6.4.1).

    Ranges ("4XX"), "default" and None may.
    """
    text = str(status_code)
    return has_body(int(text)) if text.isdigit() else True


def get_path_param_names(path: str) -> set[str]:
    """Return the names between braces."""
    return set(re.findall(r"{(.*?)}", path))
