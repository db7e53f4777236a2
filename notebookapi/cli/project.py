"""What pyproject.toml says about the application."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from notebookapi.cli.errors import BadProject

TABLES = ("notebookapi", "fastapi")
"""Below [tool]; the first that has the key counts."""


def configured_entrypoint(folder: Path) -> str | None:
    """Return `entrypoint` of the folder's pyproject.toml, if it says one. Raises BadProject."""
    file = folder / "pyproject.toml"
    try:
        tools: Any = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadProject(f"{file} cannot be read: {error}. Correct it.") from error
    for table in TABLES:
        settings = tools.get(table, {})
        if "entrypoint" not in settings:
            continue
        value = settings["entrypoint"]
        if isinstance(value, str) and value:
            return value
        raise BadProject(
            f"entrypoint in [tool.{table}] of {file} is {value!r}. "
            'Write a text "MODULE:NAME", such as "shop:app".'
        )
    return None
