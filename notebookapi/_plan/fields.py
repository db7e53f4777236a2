"""A typed value: validated on the way in, serialised on the way out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import is_dataclass
from enum import Enum
from types import UnionType
from typing import (
    Annotated,
    Any,
    ForwardRef,
    Literal,
    Union,
    get_args,
    get_origin,
    is_typeddict,
)

from pydantic import BaseModel, Json, TypeAdapter, ValidationError
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from notebookapi._plan.adapters import adapter_of
from notebookapi._plan.remembering import remembered
from notebookapi._records import record
from notebookapi.exceptions import InvalidParameter
from notebookapi.types import ErrorDetails, IncEx

Mode = Literal["validation", "serialization"]
ABSENT: Any = object()
"""What stands for a value that a request does not hold; None may be one that it holds."""
_SEQUENCES = (list, set, frozenset, tuple, deque, Sequence)
_TEXT = (str, bytes, bytearray)
# What a FieldInfo says that a lone value has no use for; pydantic warns about these.
_OF_MODELS_ONLY = ("alias", "validation_alias", "serialization_alias", "deprecated")


@record(frozen=True, slots=True, eq=False)
class ModelField:
    """One value with its type.

    name: as Python has it. alias: as the request or response has it. default: a value that
    `copied_default` returns a copy of; `PydanticUndefined` where there is none.
    """

    name: str
    alias: str
    info: FieldInfo
    annotation: Any
    mode: Mode
    adapter: TypeAdapter[Any]
    required: bool
    is_sequence: bool

    @property
    def title(self) -> str:
        """The title in schemas: as given, else the alias in words."""
        return self.info.title or self.alias.title().replace("_", " ")

    def copied_default(self) -> Any:
        """Return the default, never shared between requests."""
        factory = self.info.default_factory
        return factory() if factory is not None else deepcopy(self.info.default)  # type: ignore[call-arg]  # a parameter's factory takes no data

    def validate(self, value: Any, loc: tuple[int | str, ...]) -> tuple[Any, list[ErrorDetails]]:
        """Return the validated value and no errors, or None and the errors, located at `loc`."""
        try:
            return self.adapter.validate_python(value, from_attributes=True), []
        except ValidationError as error:
            return None, located(error, loc)

    def serialized(self, value: Any, **options: Any) -> Any:
        """Return a value as JSON-compatible Python objects."""
        return self.adapter.dump_python(value, mode="json", **options)

    def serialized_json(self, value: Any, **options: Any) -> bytes:
        """Return a value as JSON text in UTF-8."""
        return self.adapter.dump_json(value, **options)


@record(frozen=True, slots=True, eq=False)
class Filters:
    """Which fields of a response are written, as pydantic names the options."""

    include: IncEx | None = None
    exclude: IncEx | None = None
    by_alias: bool = True
    exclude_unset: bool = False
    exclude_defaults: bool = False
    exclude_none: bool = False

    def as_options(self) -> Mapping[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def make_field(
    name: str,
    annotation: Any,
    info: FieldInfo,
    *,
    alias: str | None = None,
    mode: Mode = "validation",
    place: str = "",
) -> ModelField:
    """Compile a field. `place` names the callable in the InvalidParameter that is raised."""
    _refuse_unresolved(annotation, name, place)
    try:
        adapter = adapter_of(annotation, _of_a_value(info))
    except (PydanticUserError, PydanticUndefinedAnnotation, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidParameter(
            f"{place or name}: `{name}` is annotated with {annotation!r}, which is not a type that "
            f"pydantic can validate ({reason}). Use a pydantic type, or inject it with `Depends`."
        ) from error
    return ModelField(
        name=name,
        alias=alias or info.alias or name,
        info=info,
        annotation=annotation,
        mode=mode,
        adapter=adapter,
        required=info.is_required(),
        is_sequence=is_sequence(annotation),
    )


def _of_a_value(info: FieldInfo) -> FieldInfo:
    """Return what a FieldInfo says of a lone value."""
    said = [each for each in _OF_MODELS_ONLY if getattr(info, each) is not None]
    if not said and info._attributes_set.keys().isdisjoint(_OF_MODELS_ONLY):
        return info
    plain = copy(info)
    for attribute in _OF_MODELS_ONLY:
        setattr(plain, attribute, None)
        plain._attributes_set.pop(attribute, None)
    return plain


def located(error: ValidationError, loc: tuple[int | str, ...]) -> list[ErrorDetails]:
    """Return pydantic's errors with `loc` in front of each location."""
    errors: list[Any] = error.errors(include_url=False)
    for each in errors:
        each["loc"] = loc + each["loc"]
    return errors


def missing(loc: tuple[int | str, ...]) -> ErrorDetails:
    """Return the error for a value that is required and absent."""
    return {"type": "missing", "loc": loc, "msg": "Field required", "input": None}


_JSON: Any = Json  # to type checkers another thing than at run time


def _holds_json(annotation: Any) -> bool:
    """Tell whether a value is JSON text: what its type says is inside the text."""
    return get_origin(annotation) is Annotated and any(
        isinstance(each, _JSON) or each is _JSON for each in get_args(annotation)[1:]
    )


def bare(annotation: Any) -> Any:
    """Return an annotation without `Annotated` around it, and type aliases looked through."""
    while not _is_class(annotation):
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__value__"):  # PEP 695
            annotation = annotation.__value__
        else:
            break
    return annotation


def members(annotation: Any) -> tuple[Any, ...]:
    """Return the members of a union but None; of any other annotation, itself."""
    if _is_class(annotation):
        return (annotation,)
    if _holds_json(annotation):
        return (str,)
    annotation = bare(annotation)
    if get_origin(annotation) in (Union, UnionType):
        inner = (each for each in get_args(annotation) if each is not type(None))
        return tuple(leaf for each in inner for leaf in members(each))
    return (annotation,)


@remembered
def is_sequence(annotation: Any) -> bool:
    """Tell whether a value of this type is a list of values (text is not)."""
    return any(_is_subclass(_class_of(each), _SEQUENCES) for each in members(annotation))


@remembered
def is_scalar(annotation: Any) -> bool:
    """Tell whether a value of this type is written as one piece of text."""
    return not any(_is_complex(each) for each in members(annotation))


@remembered
def is_scalar_sequence(annotation: Any) -> bool:
    """Tell whether every member is a list of scalars."""
    return is_sequence(annotation) and all(
        _is_subclass(_class_of(each), _SEQUENCES)
        and all(is_scalar(item) for item in get_args(each) if item is not ...)
        for each in members(annotation)
    )


def has_default(info: FieldInfo) -> bool:
    return info.default_factory is not None or info.default not in (PydanticUndefined, ...)


def _is_complex(annotation: Any) -> bool:
    kind = _class_of(annotation)
    return (
        _is_subclass(kind, (BaseModel, *_SEQUENCES, dict))
        or _is_subclass(kind, Mapping)
        or is_dataclass(kind)
        or is_typeddict(kind)
    )


def _is_class(annotation: Any) -> bool:
    # Not `isinstance`: `list[int]` says that it is a class.
    return issubclass(type(annotation), type)


def _class_of(annotation: Any) -> Any:
    return get_origin(annotation) or annotation


def _is_subclass(kind: Any, of: type | tuple[type, ...]) -> bool:
    if not isinstance(kind, type) or issubclass(kind, (Enum, *_TEXT)):
        return False
    return issubclass(kind, of)


def _refuse_unresolved(annotation: Any, name: str, place: str) -> None:
    text = undefined_in(annotation)
    if text is not None:
        raise InvalidParameter(
            f"{place or name}: the annotation {text!r} of `{name}` names "
            "something that is not defined. Define or import it before the endpoint."
        )


@remembered
def undefined_in(annotation: Any) -> str | None:
    """Return the text in an annotation that could not be evaluated; None where all could."""
    texts = (each.__forward_arg__ for each in _parts(annotation) if isinstance(each, ForwardRef))
    return next(texts, None)


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    if get_origin(annotation) is Literal:
        return
    for each in get_args(annotation):
        yield from _parts(each)
