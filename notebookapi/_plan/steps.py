"""The frozen plan of an endpoint: decided at registration, data only at request time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from typing import Any

from notebookapi._limits import FormLimits
from notebookapi._plan.fields import ModelField
from notebookapi._plan.groups import Group
from notebookapi._plan.sources import Source
from notebookapi._records import record
from notebookapi.concurrency import Slots
from notebookapi.params import Form, ParamTypes, Scope
from notebookapi.security.base import SecurityBase


class Flavour(Enum):
    """How a callable is called."""

    ASYNC = "async def"
    SYNC = "def"
    ASYNC_YIELD = "async def with yield"
    SYNC_YIELD = "def with yield"


YIELDING = (Flavour.ASYNC_YIELD, Flavour.SYNC_YIELD)


@record(frozen=True, slots=True, eq=False)
class Value:
    """A validated value.

    in_: None for the body. whole: the value is the whole body.
    names: in the request; the first that is there counts.
    group: for a model whose fields are read one by one.
    as_bytes: an uploaded file is wanted as its content.
    """

    name: str
    field: ModelField
    in_: ParamTypes | None
    whole: bool = False
    names: tuple[str, ...] = ()
    group: Group | None = None
    as_bytes: bool = False

    def loc(self, name: str = "") -> tuple[str, ...]:
        """Return where errors say that it stands. name: that it was found by, if it was."""
        part = self.in_.value if self.in_ is not None else "body"
        return (part,) if self.whole or self.group else (part, name or self.field.alias)

    @property
    def from_form(self) -> bool:
        """Whether it is read from a form."""
        return isinstance(self.field.info, Form)


@record(frozen=True, slots=True, eq=False)
class Result:
    """The result of an earlier step."""

    name: str
    slot: int


@record(frozen=True, slots=True, eq=False)
class Special:
    """The request, the injected response, the background tasks, the scopes asked for."""

    name: str
    kind: type
    scopes: tuple[str, ...] = ()


Argument = Value | Result | Special


@record(frozen=True, slots=True, eq=False)
class Step:
    """One call. Its result goes to `slot`; the endpoint is the last step.

    needs: the slots it cannot be called without, those of its own dependencies.
    positional: the names that are passed by position.
    uses_scopes: whether it, or what it needs, depends on the scopes that are asked for.
    slots: how many requests may be inside the call at once; None: any number.
    """

    slot: int
    call: Callable[..., Any]
    flavour: Flavour
    arguments: tuple[Argument, ...]
    needs: tuple[int, ...] = ()
    scope: Scope = "request"
    positional: tuple[str, ...] = ()
    slots: Slots | None = None
    uses_scopes: bool = False


@record(frozen=True, slots=True, eq=False)
class FormPlan:
    """How a form is read. as_bytes: the names of files that are read into memory."""

    limits: FormLimits
    as_bytes: tuple[str, ...]


@record(frozen=True, slots=True, eq=False)
class BodyPlan:
    """How the body is read.

    embedded: it is an object with a key for each value. form: it is a form; None: it is not.
    """

    values: tuple[Value, ...]
    embedded: bool
    strict_content_type: bool = True
    form: FormPlan | None = None


@record(frozen=True, slots=True, eq=False)
class Requirement:
    """A security scheme that a request must satisfy, and the scopes that it must have there."""

    scheme: SecurityBase
    scopes: tuple[str, ...]


@record(frozen=True, slots=True, eq=False)
class ExecutionPlan:
    """All that a request needs: dependencies in order, then the endpoint."""

    steps: tuple[Step, ...]
    body: BodyPlan | None
    sources: Mapping[Any, tuple[Source, ...]] = field(default_factory=dict)
    """What was read of each callable's signature, by callable and the names in the path."""
    security: tuple[Requirement, ...] = ()
    """The security schemes, in the order in which they are depended on."""

    @property
    def endpoint(self) -> Step:
        return self.steps[-1]

    @property
    def values(self) -> tuple[Value, ...]:
        """Every value that is read: the endpoint's first, then the dependencies', in order."""
        own_first = (self.steps[-1], *self.steps[:-1])
        return tuple(
            argument
            for step in own_first
            for argument in step.arguments
            if isinstance(argument, Value)
        )
