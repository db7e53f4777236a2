"""One operation by itself: its object, and the component schemas that it refers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notebookapi._openapi.operation import Operable, fields_of, operation, with_callbacks
from notebookapi._openapi.schemas import Schema, Schemas


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """described: the operation object. components: schemas by name, for its `$ref`s."""

    described: dict[str, Any]
    components: dict[str, Schema]


def single(
    route: Operable, method: str, *, separate: bool = True, problems: bool = False
) -> Single:
    """Return one operation of a route, without making the document that it is a part of.

    separate, problems: as for `make_document`.
    """
    fields = [each for shown in with_callbacks([route]) for each in fields_of(shown)]
    schemas = Schemas(fields, separate=separate)
    described, needed = operation(route, method, schemas, problems=problems)
    return Single(described, {**schemas.definitions, **needed})
