"""`Query()`, `Path()`, … as they are written in a signature.

They return `Any`, so that `q: str = Query()` type-checks; what they make is in `params`.
"""

from collections.abc import Callable, Sequence
from re import Pattern
from typing import Any, Literal, TypedDict, Unpack

from pydantic import AliasChoices, AliasPath
from pydantic.types import Discriminator
from pydantic_core import PydanticUndefined

from notebookapi import params


class ParamOptions(TypedDict, total=False):
    """Options of a parameter, as pydantic's `Field` has them, and a few of OpenAPI's."""

    default_factory: Callable[[], Any] | None
    """Makes the default. Default: none."""
    alias: str | None
    """Name in the request. Default: the parameter's."""
    alias_priority: int | None
    """Which alias wins over an alias generator. Default: pydantic's."""
    validation_alias: str | AliasPath | AliasChoices | None
    """Name to read. Default: `alias`."""
    serialization_alias: str | None
    """Name to write. Default: `alias`."""
    title: str | None
    """Title in the schema. Default: the name in words."""
    description: str | None
    """Description in the schema, in Markdown. Default: none."""
    gt: float | None
    """Greater than. Default: no bound."""
    ge: float | None
    """Greater than or equal to. Default: no bound."""
    lt: float | None
    """Less than. Default: no bound."""
    le: float | None
    """Less than or equal to. Default: no bound."""
    min_length: int | None
    """Least length of a string or list. Default: no bound."""
    max_length: int | None
    """Greatest length of a string or list. Default: no bound."""
    pattern: str | Pattern[str] | None
    """Regular expression that a string must match. Default: none."""
    regex: str | None
    """Deprecated name of `pattern`."""
    discriminator: str | Discriminator | None
    """Field that tells the members of a union apart. Default: none."""
    strict: bool | None
    """Refuse to convert between types. Default: False."""
    validate_default: bool | None
    """Validate the default too. Default: False."""
    union_mode: Literal["smart", "left_to_right"] | None
    """How a union is tried. Default: "smart"."""
    fail_fast: bool | None
    """Stop at the first error of a list. Default: False."""
    multiple_of: float | None
    """A number that the value must be a multiple of. Default: none."""
    allow_inf_nan: bool | None
    """Accept infinity and NaN. Default: True."""
    max_digits: int | None
    """Most digits of a decimal. Default: no bound."""
    decimal_places: int | None
    """Most digits of a decimal behind the point. Default: no bound."""
    examples: list[Any] | None
    """Examples in the schema. Default: none."""
    example: Any
    """Deprecated: one example."""
    openapi_examples: dict[str, Any] | None
    """Examples of OpenAPI's kind, by name. Default: none."""
    deprecated: bool | str | None
    """Mark as deprecated. Default: not."""
    include_in_schema: bool
    """Show in the OpenAPI document. Default: True."""
    json_schema_extra: dict[str, Any] | Callable[[dict[str, Any]], None] | None
    """Merged into the schema. Default: nothing."""


def Path(default: Any = PydanticUndefined, **options: Unpack[ParamOptions]) -> Any:
    """Declare a parameter that is read from the path."""
    return params.Path(default, **options)


def Query(default: Any = PydanticUndefined, **options: Unpack[ParamOptions]) -> Any:
    """Declare a parameter that is read from the query string."""
    return params.Query(default, **options)


def Header(
    default: Any = PydanticUndefined,
    *,
    convert_underscores: bool = True,
    **options: Unpack[ParamOptions],
) -> Any:
    """Declare a parameter that is read from a header."""
    return params.Header(default, convert_underscores=convert_underscores, **options)


def Cookie(default: Any = PydanticUndefined, **options: Unpack[ParamOptions]) -> Any:
    """Declare a parameter that is read from a cookie."""
    return params.Cookie(default, **options)


def Body(
    default: Any = PydanticUndefined,
    *,
    embed: bool | None = None,
    media_type: str = "application/json",
    **options: Unpack[ParamOptions],
) -> Any:
    """Declare a parameter that is read from the body."""
    return params.Body(default, embed=embed, media_type=media_type, **options)


def Form(
    default: Any = PydanticUndefined,
    *,
    media_type: str = "application/x-www-form-urlencoded",
    **options: Unpack[ParamOptions],
) -> Any:
    """Declare a parameter that is read from a form: one of its fields, or a model of several."""
    return params.Form(default, media_type=media_type, **options)


def File(
    default: Any = PydanticUndefined,
    *,
    media_type: str = "multipart/form-data",
    **options: Unpack[ParamOptions],
) -> Any:
    """Declare a parameter that is a file in a form, or its content where it is `bytes`."""
    return params.File(default, media_type=media_type, **options)


def Depends(
    dependency: Callable[..., Any] | None = None,
    use_cache: bool = True,
    scope: params.Scope | None = None,
    *,
    max_concurrency: int | None = None,
) -> Any:
    """Declare a parameter that is the result of calling `dependency`.

    use_cache: share one result among those who ask for it in the same request.
    scope: when a dependency that yields is left: "request" after the response, "function" before
        it is sent. "app": called once, for all requests, and left when the application shuts down.
        Default: "request".
    max_concurrency: how many requests may be inside it at once; others wait. Default: any number.
    """
    return params.Depends(dependency, use_cache, scope, max_concurrency=max_concurrency)


def Security(
    dependency: Callable[..., Any] | None = None,
    scopes: Sequence[str] | None = None,
    use_cache: bool = True,
) -> Any:
    """Declare a dependency that asks for scopes, which it finds in its `SecurityScopes`."""
    return params.Security(dependency, use_cache, scopes=scopes or ())
