"""What documents are made of, kept for the next one: a new route costs what it adds."""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from notebookapi._openapi.operation import Operable, operation
from notebookapi._openapi.schemas import Schema, Schemas
from notebookapi._plan.fields import ModelField

_Made = tuple[dict[str, Any], Schema]


@dataclass(slots=True, eq=False)
class Pieces:
    """The schemas and operations of the last document of an application."""

    schemas: Schemas | None = None
    operations: WeakKeyDictionary[Any, dict[Any, Any]] = field(default_factory=WeakKeyDictionary)

    def schemas_of(self, fields: Iterable[ModelField], *, separate: bool) -> Schemas:
        """Return the schemas of fields. Operations that show older ones are forgotten."""
        made = Schemas(fields, separate=separate, before=self.schemas)
        if self.schemas is None or not made.is_as_before(self.schemas):
            self.operations.clear()
        self.schemas = made
        return made

    def operation(self, route: Operable, method: str, schemas: Schemas, *, problems: bool) -> _Made:
        """Return what `operation` returns, the caller's own to change."""
        if route.spec.callbacks:
            return operation(route, method, schemas, problems=problems)
        seen, of_route = _seen(route), self.operations.setdefault(route, {})
        known = of_route.get((method, problems))
        if known is not None and known[0] == seen:
            copied: _Made = marshal.loads(known[1])
            return copied
        made = operation(route, method, schemas, problems=problems)
        try:
            # The parts are held, so that no others can get their identities.
            parts = (route.spec, route.plan, route.responder)
            of_route[method, problems] = (seen, marshal.dumps(made), parts)
        except ValueError:  # an object of the program's, which only it can copy
            return made
        return made


def _seen(route: Operable) -> tuple[Any, ...]:
    """Return all that an operation is made of, as far as a program can change it."""
    spec = route.spec
    lists = (spec.tags, spec.responses, spec.openapi_extra, spec.raises, route.extra_models)
    return (
        id(spec), id(route.plan), id(route.responder), repr(lists), route.name, route.path_format,
        route.description, route.unique_id, tuple(sorted(route.methods or ())),
    )  # fmt: skip


def own(definitions: dict[str, Schema]) -> dict[str, Schema]:
    """Return a copy of schemas, the caller's own to change."""
    try:
        copied: dict[str, Schema] = marshal.loads(marshal.dumps(definitions))
    except ValueError:
        return deepcopy(definitions)
    return copied
