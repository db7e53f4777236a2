"""What `%api explain` tells: the stages of a request, in their order, and the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import formatannotation
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticUndefined

from notebookapi._plan.steps import ExecutionPlan, Flavour, Special, Step, Value
from notebookapi._route import APIRoute
from notebookapi.notebook.errors import BadArguments

if TYPE_CHECKING:
    from notebookapi._plan.fields import ModelField
    from notebookapi._table.published import Published

_HOW = {
    Flavour.ASYNC: "on the event loop",
    Flavour.SYNC: "in a thread",
    Flavour.ASYNC_YIELD: "on the event loop",
    Flavour.SYNC_YIELD: "in a thread",
}
_LEFT = {"function": "after the endpoint", "request": "after the response", "app": "at the end"}
_EXACT = "# Answered step by step: "
_CALL = re.compile(r"^\w+\((.*)\)$", re.DOTALL)
"""A rule as it is written: `ge=1` of `Ge(ge=1)`."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that happens to a request. what: "validate", "call". depth: 1 inside a call."""

    what: str
    name: str
    about: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Explained:
    """How an operation answers.

    source: of the function that answers valid requests; empty where none is made, and `why` not.
    """

    label: str
    endpoint: str
    stages: Sequence[Stage]
    source: str
    why: str


def explained(label: str, route: Any, published: Published) -> Explained:
    """Return how a route answers. Raises BadArguments for one that is no path operation."""
    if not isinstance(route, APIRoute):
        raise BadArguments(
            f"{label} has no compiled function to show: it is a {type(route).__name__}, not a "
            "path operation. `%api routes` lists what there is."
        )
    text = route.explain()
    why = text.removeprefix(_EXACT).strip().rstrip(".") if text.startswith(_EXACT) else ""
    if not why and published.overrides:
        why = "dependencies are overridden, and as long as they are"
    return Explained(
        label=label,
        endpoint=route.name,
        stages=[*_stages(route.plan), _answer(route)],
        source="" if text.startswith(_EXACT) else text.rstrip() + "\n",
        why=why,
    )


def _stages(plan: ExecutionPlan) -> Iterator[Stage]:
    if plan.body is not None:
        kind = "form" if plan.body.form is not None else "JSON"
        yield Stage("read", "the body", kind)
    for step in plan.steps:
        yield from _of_step(step, is_endpoint=step is plan.endpoint)


def _of_step(step: Step, *, is_endpoint: bool) -> Iterator[Stage]:
    for argument in step.arguments:
        if isinstance(argument, Value):
            yield Stage("validate", argument.name, _about_value(argument), 1)
        elif isinstance(argument, Special):
            yield Stage("pass", argument.name, argument.kind.__name__, 1)
    yield Stage("call", _name_of(step.call), _about_call(step, is_endpoint=is_endpoint))


def _about_value(value: Value) -> str:
    where = value.in_.value if value.in_ is not None else "body"
    field = value.field
    rules = ", ".join(_CALL.sub(r"\1", str(each)) for each in field.info.metadata)
    parts = [f"{where}: {type_text(field.annotation)}", rules, _default(field)]
    return ", ".join(filter(None, parts))


def _default(field: ModelField) -> str:
    if field.required:
        return "required"
    known = field.info.default
    return "has a default" if known is PydanticUndefined or known is ... else f"else {known!r}"


def _about_call(step: Step, *, is_endpoint: bool) -> str:
    role = "the endpoint" if is_endpoint else "a dependency"
    is_left = step.flavour in (Flavour.ASYNC_YIELD, Flavour.SYNC_YIELD) and not is_endpoint
    left = f"left {_LEFT[step.scope]}" if is_left else ""
    kept = "kept by the application" if step.scope == "app" else ""
    few = "few at once" if step.slots is not None else ""
    return ", ".join(filter(None, [role, _HOW[step.flavour], left, kept, few]))


def _answer(route: APIRoute) -> Stage:
    responder = route.responder
    field, status = responder.field, responder.status or 200
    what = f"validated as {type_text(field.annotation)}" if field else "encoded as it is"
    if hasattr(responder, "made"):
        what = f"streamed piece by piece, each {what}"
    return Stage("answer", str(status), what)


def _name_of(call: Any) -> str:
    return getattr(call, "__qualname__", None) or type(call).__name__


def type_text(annotation: Any) -> str:
    """Return a type as a program would write it: `int`, `Item | None`."""
    module = getattr(annotation, "__module__", None)
    return formatannotation(annotation, module).replace("__main__.", "")
