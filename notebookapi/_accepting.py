"""What clients say that they accept (RFC 9110, section 12.4.2)."""

from __future__ import annotations


def is_zero_quality(parameter: str) -> bool:
    """Tell whether a parameter, such as "q=0.0", says that something is not accepted."""
    name, _, value = parameter.partition("=")
    try:
        return name.strip().lower() == "q" and float(value) == 0
    except ValueError:
        return False
