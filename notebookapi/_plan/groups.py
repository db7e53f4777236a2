"""Models whose fields are read one by one: from the query, headers, cookies, or a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, Strict
from pydantic.fields import FieldInfo
from pydantic_core import ValidationError

from notebookapi import params
from notebookapi._plan.fields import (
    ModelField,
    bare,
    is_sequence,
    located,
    make_field,
    members,
)
from notebookapi._plan.forms import holds_upload, is_empty, is_read_as_bytes
from notebookapi._records import record
from notebookapi.types import ErrorDetails

Raw = Mapping[str, Any]
"""All names and values of one part of a request; a list where a name is repeated."""


@record(frozen=True, slots=True, eq=False)
class Group:
    """A model, or for forms a union of models, whose fields are read one by one.

    names: all that its fields are read by, headers in small letters. optional: it has a value
    only where one of the names was sent. fields: as they are documented, each with its name in
    requests. as_bytes: names of files that are read into memory. holds_files: whether any is not.
    """

    validating: ModelField
    fields: tuple[ModelField, ...]
    names: frozenset[str]
    optional: bool
    as_bytes: frozenset[str]
    holds_files: bool
    renamed: Mapping[str, str]

    def validate(self, raw: Raw, loc: tuple[str, ...]) -> tuple[Any, list[ErrorDetails]]:
        """Return the validated model and no errors, or None and the errors, located at `loc`."""
        try:
            return self.validating.adapter.validate_python(raw, from_attributes=True), []
        except ValidationError as error:
            return None, [self._as_sent(each, len(loc)) for each in located(error, loc)]

    def _as_sent(self, error: ErrorDetails, depth: int) -> ErrorDetails:
        """Name a field as the request does, and a member of a union by its class."""
        loc = list(error["loc"])
        if len(loc) > depth and isinstance(loc[depth], str):
            plain = loc[depth].removeprefix(_LABEL)
            plain = plain.removesuffix("]") if plain != loc[depth] else plain
            loc[depth] = self.renamed.get(plain, plain)
        return {**error, "loc": tuple(loc)}


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a field. sent: in the request. key: as the model knows it."""

    sent: str
    key: str
    repeated: bool

    def documented(self) -> str:
        return self.key if self.sent == self.key.lower() else self.sent


@dataclass(frozen=True, slots=True)
class _Style:
    """How names and values are written in a part of a request."""

    header: bool = False
    hyphens: bool = False
    form: bool = False


def is_group(annotation: Any, info: params.Param) -> bool:
    """Tell whether a parameter is a model whose fields are read one by one."""
    models = members(annotation)
    if not all(_is_model(each) for each in models):
        return False
    if isinstance(info, params.Body):
        return isinstance(info, params.Form)
    return len(models) == 1


def _is_model(kind: Any) -> bool:
    if not isinstance(kind, type) or not issubclass(kind, BaseModel):
        return False
    return not kind.__pydantic_root_model__ or _is_mapping(kind.model_fields["root"].annotation)


def _is_mapping(annotation: Any) -> bool:
    kind = get_origin(bare(annotation)) or bare(annotation)
    return isinstance(kind, type) and issubclass(kind, Mapping)


def make_group(name: str, annotation: Any, info: params.Param, place: str) -> Group:
    """Compile a group. `place` names the callable in the InvalidParameter that is raised."""
    style = _Style(
        header=isinstance(info, params.Header),
        hyphens=getattr(info, "convert_underscores", False),
        form=isinstance(info, params.Form),
    )
    models = members(annotation)
    names = {model: _names_of(model, style) for model in models}
    arranged = _with_arrangement(annotation, names, style)
    every = [each for of_model in names.values() for field in of_model.values() for each in field]
    return Group(
        validating=make_field(name, arranged, _lenient(info), place=place),
        fields=() if style.form else tuple(_documented(models[0], names[models[0]], place)),
        names=frozenset(each.sent for each in every),
        optional=_is_nullable(annotation),
        as_bytes=frozenset(_read_as_bytes(names)),
        holds_files=any(_holds_files(model) for model in models),
        renamed={each.key: each.sent for each in every if each.sent != each.key.lower()},
    )


def _lenient(info: params.Param) -> params.Param:
    """Return a marker without `strict`: all that is read here is text, to be converted."""
    own = copy(info)
    own.metadata = [each for each in info.metadata if not isinstance(each, Strict)]
    return own


def _is_nullable(annotation: Any) -> bool:
    annotation = bare(annotation)
    return annotation is type(None) or (
        get_origin(annotation) in (Union, UnionType)
        and any(_is_nullable(each) for each in get_args(annotation))
    )


_Names = Mapping[str, tuple[_Name, ...]]
"""The names of each field of a model, by the field's own."""


def _names_of(model: type[BaseModel], style: _Style) -> _Names:
    if model.__pydantic_root_model__:
        return {}  # a mapping: it takes whatever was sent
    if not model.__pydantic_complete__:
        model.model_rebuild(raise_errors=False)
    return {
        name: tuple(_names_of_field(name, info, model, style))
        for name, info in model.model_fields.items()
    }


def _names_of_field(
    name: str, info: FieldInfo, model: type[BaseModel], style: _Style
) -> Iterator[_Name]:
    """Yield a field's names in the order in which they count, as pydantic's settings say."""
    config = model.model_config
    by_name = config.get("validate_by_name") or config.get("populate_by_name")
    repeated = is_sequence(_type_of(info))
    alias = info.validation_alias if info.validation_alias is not None else info.alias
    if alias is not None and config.get("validate_by_alias") is not False:
        for choice in alias.choices if isinstance(alias, AliasChoices) else [alias]:
            inside = isinstance(choice, AliasPath)
            key = str(choice.path[0]) if isinstance(choice, AliasPath) else choice
            sent = key.lower() if style.header else key
            yield _Name(sent, key, repeated=inside or repeated)
        if not by_name:
            return
    sent = name.replace("_", "-") if style.hyphens else name
    yield _Name(sent.lower() if style.header else sent, name, repeated)


def _type_of(info: FieldInfo) -> Any:
    """Return a field's type with what pydantic keeps beside it, `Json` for example."""
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


def _documented(model: type[BaseModel], names: _Names, place: str) -> Iterator[ModelField]:
    for name in names:
        info = model.model_fields[name]
        plain = copy(info)
        if info.default_factory_takes_validated_data:
            plain.default_factory = type(None)  # documents do not show what it makes
        alias = names[name][0].documented()
        if alias != names[name][0].key:  # a header is titled without its hyphens
            plain.title = info.title or name.title().replace("_", " ")
        yield make_field(name, info.annotation, plain, alias=alias, place=place)


def _holds_files(model: type[BaseModel]) -> bool:
    return any(holds_upload(_type_of(info)) for info in model.model_fields.values())


def _read_as_bytes(names: Mapping[type[BaseModel], _Names]) -> Iterator[str]:
    for model, of_model in names.items():
        for name, own in of_model.items():
            if is_read_as_bytes(_type_of(model.model_fields[name])):
                yield from (each.sent for each in own)


_LABEL = "function-before[_arranged(), "  # how pydantic names a model with the validator below


def _with_arrangement(
    annotation: Any, names: Mapping[type[BaseModel], _Names], style: _Style
) -> Any:
    """Return a type whose models each pick what is theirs out of all that was sent."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return Annotated[(_with_arrangement(inner, names, style), *metadata)]
    annotation = bare(annotation)
    if get_origin(annotation) in (Union, UnionType):
        each = tuple(_with_arrangement(one, names, style) for one in get_args(annotation))
        return Union[each]  # noqa: UP007  # made of a tuple
    if annotation in names:
        return Annotated[annotation, BeforeValidator(_arranging(names[annotation], style))]
    return annotation


def _arranging(names: _Names, style: _Style) -> Callable[[Raw], dict[str, Any]]:
    fields = tuple(names.values())
    known = {name for field in fields for each in field for name in (each.sent, each.key)}

    def _arranged(raw: Raw) -> dict[str, Any]:
        picked = (_picked(field, raw, style) for field in fields)
        made = {key: value for each in picked if each for key, value in (each,)}
        return {**made, **{name: value for name, value in raw.items() if name not in known}}

    return _arranged


def _listed(sent: Any) -> list[Any]:
    return sent if isinstance(sent, list) else [sent]


def _picked(names: tuple[_Name, ...], raw: Raw, style: _Style) -> tuple[str, Any] | None:
    """Return a field's key and value; None where it was not sent."""
    for name in names:
        if name.sent not in raw:
            continue
        sent = raw[name.sent]
        values = [each for each in _listed(sent) if not is_empty(each)]
        if name.repeated and values:
            return name.key, values
        if values and not name.repeated:
            value = values[0 if style.header else -1]
            if not (style.form and value == ""):  # an empty field says nothing
                return name.key, value
    return None
