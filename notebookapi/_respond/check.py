"""What an endpoint returns or yields, held against what it declares."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from notebookapi._plan.fields import ModelField
from notebookapi.exceptions import EndpointContext, ResponseValidationError


def settled_class(field: ModelField | None) -> type[BaseModel] | None:
    """Return the model whose own instances need no validation, if a field declares one.

    pydantic takes an instance of exactly the declared model as valid, its fields unread; only
    validators of the whole model would run again, on what they have let pass already. A subclass
    is not settled, nor is a model that asks to be validated again.
    """
    kind = field.annotation if field is not None else None
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return None
    again = kind.model_config.get("revalidate_instances", "never")
    return kind if again == "never" else None


def valid(
    value: Any, field: ModelField, settled: type[BaseModel] | None, context: EndpointContext
) -> Any:
    """Return a value as its field declares it. Raises ResponseValidationError."""
    if settled is not None and type(value) is settled:
        return value
    checked, errors = field.validate(value, ("response",))
    if errors:
        raise ResponseValidationError(errors, body=value, endpoint_ctx=context)
    return checked
