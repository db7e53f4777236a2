# No `from __future__ import annotations` here: `help(app.get)` shows these annotations.
"""The options of a path operation, spelled once.

`RouteOptions` is for type checkers and editors, `RouteSpec` holds the same keys at run time, and
`Inherited` is what an application, an inclusion or a router hands down.
"""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, field, fields, replace
from enum import Enum
from typing import (
    Any,
    Final,
    Literal,
    ParamSpec,
    TypedDict,
    TypeVar,
    Unpack,
    get_args,
    get_type_hints,
)

from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from notebookapi._checks import check_options
from notebookapi._limits import FormLimits, check_limits, nearest_limits, nearest_size
from notebookapi._records import record
from notebookapi.exceptions import InvalidOption
from notebookapi.params import Depends
from notebookapi.types import IncEx


class _Unset(Enum):
    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = _Unset.UNSET
"""Not given. Resolved before a plan is compiled: a plan holds final values only."""
Unset = Literal[_Unset.UNSET]

Tags = list[str | Enum]
Responses = dict[int | str, dict[str, Any]]
UniqueIdFunction = Callable[[Any], str]


class RouteOptions(TypedDict, total=False):
    """Options of a path operation, as its decorator takes them."""

    response_model: Any
    """Type that the response is validated against, filtered to and documented with; `None`
    switches this off. Default: the return annotation."""
    status_code: int | None
    """Status of a successful response. Default: 200."""
    tags: Tags | None
    """Groups in the documentation. Default: those of the router."""
    dependencies: Sequence[Depends] | None
    """Dependencies that run before the endpoint's own, for their effect. Default: none."""
    summary: str | None
    """Short title. Default: the endpoint's name in words."""
    description: str | None
    """Longer text, in Markdown. Default: the endpoint's docstring."""
    response_description: str
    """Text of the successful response. Default: "Successful Response"."""
    responses: Responses | None
    """More responses to document, by status. Default: none."""
    callbacks: Sequence[BaseRoute] | None
    """Requests that the API may make to its caller, to document: a router's routes. Default:
    none."""
    raises: Sequence[type[StarletteHTTPException]] | None
    """Errors to document: classes of HTTPException that say their `status_code`, and `detail` and
    `headers` if they like. Default: none."""
    deprecated: bool | None
    """Mark as deprecated in the documentation. Default: not."""
    operation_id: str | None
    """OpenAPI's operationId. Default: made from name, path and method."""
    response_model_include: IncEx | None
    """Fields of the response to keep. Default: all."""
    response_model_exclude: IncEx | None
    """Fields of the response to leave out. Default: none."""
    response_model_by_alias: bool
    """Write fields under their aliases. Default: True."""
    response_model_exclude_unset: bool
    """Leave out fields that were never set. Default: False."""
    response_model_exclude_defaults: bool
    """Leave out fields that hold their default. Default: False."""
    response_model_exclude_none: bool
    """Leave out fields that are None. Default: False."""
    include_in_schema: bool
    """Show in the OpenAPI document. Default: True."""
    response_class: type[Response] | Unset
    """Class of the response. Default: JSON."""
    name: str | None
    """Name for `url_path_for`. Default: the endpoint's name."""
    openapi_extra: dict[str, Any] | None
    """Merged into the operation in the OpenAPI document. Default: nothing."""
    generate_unique_id_function: UniqueIdFunction | Unset
    """Makes the operationId from the route. Default: name, path and method."""
    max_body_size: int | None
    """Most bytes of a request's body; a larger one is answered with 413. Default: the router's,
    else the application's, else no limit."""
    form_limits: FormLimits | None
    """Most fields, files and bytes of a form. Default, for each: as for `max_body_size`."""


class InclusionOptions(TypedDict, total=False):
    """What routers and inclusions hand down, as `APIRouter` and `include_router` take it."""

    prefix: str
    """What the paths begin with. Default: nothing."""
    tags: Sequence[str | Enum] | None
    """Groups in the documentation, in front of an operation's own. Default: none."""
    dependencies: Sequence[Depends] | None
    """Dependencies that run before an operation's own. Default: none."""
    default_response_class: type[Response] | Unset
    """Class of the responses of operations that name none. Default: JSON."""
    responses: Mapping[int | str, dict[str, Any]] | None
    """More responses to document, by status. Default: none."""
    callbacks: Sequence[BaseRoute] | None
    """Requests that the API may make to its caller, to document. Default: none."""
    raises: Sequence[type[StarletteHTTPException]] | None
    """Errors to document. Default: none."""
    deprecated: bool | None
    """Mark all operations as deprecated. Default: not."""
    include_in_schema: bool
    """Show the operations in the OpenAPI document. Default: True."""
    generate_unique_id_function: UniqueIdFunction | Unset
    """Makes the operationId from the route. Default: name, path and method."""
    max_body_size: int | None
    """Most bytes of a request's body. Default: as where this is included."""
    form_limits: FormLimits | None
    """Most fields, files and bytes of a form. Default, for each: as where this is included."""


@record(frozen=True, slots=True, kw_only=True, eq=False)
class RouteSpec:
    """The options of one path operation, complete."""

    response_model: Any = UNSET
    status_code: int | None = None
    tags: Tags | None = None
    dependencies: Sequence[Depends] | None = None
    summary: str | None = None
    description: str | None = None
    response_description: str = "Successful Response"
    responses: Responses | None = None
    callbacks: Sequence[BaseRoute] | None = None
    raises: Sequence[type[StarletteHTTPException]] | None = None
    deprecated: bool | None = None
    operation_id: str | None = None
    response_model_include: IncEx | None = None
    response_model_exclude: IncEx | None = None
    response_model_by_alias: bool = True
    response_model_exclude_unset: bool = False
    response_model_exclude_defaults: bool = False
    response_model_exclude_none: bool = False
    include_in_schema: bool = True
    response_class: type[Response] | Unset = UNSET
    name: str | None = None
    openapi_extra: dict[str, Any] | None = None
    generate_unique_id_function: UniqueIdFunction | Unset = UNSET
    max_body_size: int | None = None
    form_limits: FormLimits | None = None

    def __post_init__(self) -> None:
        check_limits(self.max_body_size, self.form_limits)
        check_options(self)

    def under(self, outer: "Inherited") -> "RouteSpec":
        """Return these options as they are inside `outer`: lists joined, the nearest value wins."""
        return replace(
            self,
            tags=[*outer.tags, *(self.tags or ())] or None,
            dependencies=[*outer.dependencies, *(self.dependencies or ())],
            responses={**outer.responses, **(self.responses or {})},
            callbacks=[*outer.callbacks, *(self.callbacks or ())] or None,
            raises=[*outer.raises, *(self.raises or ())] or None,
            deprecated=self.deprecated or outer.deprecated,
            include_in_schema=self.include_in_schema and outer.include_in_schema,
            response_class=_nearest(self.response_class, outer.default_response_class),
            generate_unique_id_function=_nearest(
                self.generate_unique_id_function, outer.generate_unique_id_function
            ),
            max_body_size=nearest_size(self.max_body_size, outer.max_body_size),
            form_limits=nearest_limits(self.form_limits, outer.form_limits),
        )


@record(frozen=True, slots=True, kw_only=True, eq=False)
class Inherited:
    """What an application, an inclusion or a router hands down to the operations inside it."""

    prefix: str = ""
    tags: Sequence[str | Enum] = ()
    dependencies: Sequence[Depends] = ()
    responses: Mapping[int | str, dict[str, Any]] = field(default_factory=dict)
    callbacks: Sequence[BaseRoute] = ()
    raises: Sequence[type[StarletteHTTPException]] = ()
    deprecated: bool | None = None
    include_in_schema: bool = True
    default_response_class: type[Response] | Unset = UNSET
    generate_unique_id_function: UniqueIdFunction | Unset = UNSET
    strict_content_type: bool | Unset = UNSET
    max_body_size: int | None = None
    form_limits: FormLimits | None = None

    def __post_init__(self) -> None:
        check_limits(self.max_body_size, self.form_limits)
        check_options(self)

    @classmethod
    def given(
        cls, *, strict_content_type: bool | Unset = UNSET, **options: Unpack[InclusionOptions]
    ) -> "Inherited":
        """Return what a program says to be handed down; None stands for the default."""
        said: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
        return cls(strict_content_type=strict_content_type, **said)

    def then(self, inner: "Inherited") -> "Inherited":
        """Return what both hand down to an operation inside `inner`, which is inside this."""
        return Inherited(
            prefix=self.prefix + inner.prefix,
            tags=[*self.tags, *inner.tags],
            dependencies=[*self.dependencies, *inner.dependencies],
            responses={**self.responses, **inner.responses},
            callbacks=[*self.callbacks, *inner.callbacks],
            raises=[*self.raises, *inner.raises],
            deprecated=inner.deprecated or self.deprecated,
            include_in_schema=self.include_in_schema and inner.include_in_schema,
            default_response_class=_nearest(
                inner.default_response_class, self.default_response_class
            ),
            generate_unique_id_function=_nearest(
                inner.generate_unique_id_function, self.generate_unique_id_function
            ),
            strict_content_type=_nearest(inner.strict_content_type, self.strict_content_type),
            max_body_size=nearest_size(inner.max_body_size, self.max_body_size),
            form_limits=nearest_limits(inner.form_limits, self.form_limits),
        )


def _nearest(inner: Any, outer: Any) -> Any:
    return outer if inner is UNSET else inner


NAMES = tuple(option.name for option in fields(RouteSpec))
_DEFAULTS: Mapping[Any, Mapping[str, Any]] = {
    RouteOptions: {option.name: option.default for option in fields(RouteSpec)},
    InclusionOptions: {
        option.name: None if option.default in ((), MISSING) else option.default
        for option in fields(Inherited)
        if option.name in InclusionOptions.__annotations__
    },
}

F = TypeVar("F", bound=Callable[..., Any])


def spells_out(function: F) -> F:
    """Give a method that takes `**options: Unpack[Options]` the signature of each option.

    Callers that leave one out get its default, so that an overriding `add_api_route` sees every
    keyword. Raises InvalidOption for a name that is not an option, with the nearest that is.
    """
    own = inspect.signature(function)
    named = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    (unpacked,) = (p.annotation for p in own.parameters.values() if p not in named)
    (options_kind,) = get_args(unpacked)
    defaults = _DEFAULTS[options_kind]
    known = {p.name for p in named} | set(defaults)
    place = _place(function)
    spelled = _spelled(options_kind)

    @functools.wraps(function)
    def complete(*args: Any, **options: Any) -> Any:
        _check_names(place, options, known)
        return function(*args, **{**defaults, **options})

    complete.__signature__ = own.replace(parameters=[*named, *spelled])  # type: ignore[attr-defined]  # documented by inspect
    return complete  # type: ignore[return-value]  # same call, longer signature


@functools.cache
def _spelled(options_kind: Any) -> tuple[inspect.Parameter, ...]:
    """Return a parameter for each option; made once, for a dozen methods."""
    hints = get_type_hints(options_kind)
    keyword = inspect.Parameter.KEYWORD_ONLY
    return tuple(
        inspect.Parameter(name, keyword, default=default, annotation=hints[name])
        for name, default in _DEFAULTS[options_kind].items()
    )


P = ParamSpec("P")
T = TypeVar("T")


def names_nearest(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function with options raise InvalidOption for a name that it does not have.

    Python's own TypeError names it too, but not the nearest that is.
    """
    known = set(inspect.signature(function).parameters)
    place = _place(function)

    @functools.wraps(function)
    def checked(*args: P.args, **options: P.kwargs) -> T:
        _check_names(place, options, known)
        return function(*args, **options)

    return checked


def _place(function: Callable[..., Any]) -> str:
    """Return what a program knows a method by."""
    owner, _, name = function.__qualname__.rpartition(".")
    return owner if name == "__init__" else f"app.{name}"


def _check_names(place: str, options: Mapping[str, object], known: set[str]) -> None:
    unknown = options.keys() - known
    if not unknown:
        return
    import difflib  # only mistakes need it

    name = min(unknown)
    near = difflib.get_close_matches(name, known - {"self"}, n=1)
    cure = f"did you mean `{near[0]}`?" if near else f"`help({place})` lists the options."
    raise InvalidOption(f"`{place.removeprefix('app.')}` has no option `{name}`; {cure}")
