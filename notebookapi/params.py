"""Where a parameter comes from and what it must satisfy: plain records.

`Param` and its kinds extend pydantic's `FieldInfo`, so that they may stand in a model as well.
Programs call the functions of the same names in `param_functions`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Literal

from pydantic import AliasChoices, AliasPath
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from notebookapi.exceptions import InvalidDependency, InvalidOption


class ParamTypes(Enum):
    """The parts of a request that OpenAPI calls parameters (OpenAPI 3.1, section 4.8.12)."""

    query = "query"
    header = "header"
    path = "path"
    cookie = "cookie"


# What `Query(...)` and its like take for pydantic's `Field`, under the same names.
_FIELD_OPTIONS = frozenset({
    "default", "default_factory", "alias", "alias_priority", "validation_alias",
    "serialization_alias", "title", "description", "gt", "ge", "lt", "le", "min_length",
    "max_length", "pattern", "discriminator", "strict", "validate_default", "union_mode",
    "fail_fast", "multiple_of", "allow_inf_nan", "max_digits", "decimal_places", "examples",
    "deprecated", "json_schema_extra",
})  # fmt: skip


class Param(FieldInfo):
    """A value read from a request."""

    in_: ClassVar[ParamTypes | None] = None
    own_options: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        default: Any = PydanticUndefined,
        *,
        include_in_schema: bool = True,
        openapi_examples: dict[str, Any] | None = None,
        example: Any = PydanticUndefined,
        regex: str | None = None,
        **options: Any,
    ) -> None:
        self.include_in_schema = include_in_schema
        self.openapi_examples = openapi_examples
        self.example = example
        for name, value in self.own_options.items():
            setattr(self, name, options.pop(name, value))
        unknown = options.keys() - _FIELD_OPTIONS
        if unknown:
            raise InvalidOption(f"`{type(self).__name__}` has no option `{min(unknown)}`.")
        given = {name: value for name, value in options.items() if value is not None}
        super().__init__(default=default, **_modern(given, regex, example))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.default})"


def _modern(given: dict[str, Any], regex: str | None, example: Any) -> dict[str, Any]:
    """Translate what pydantic 2 has renamed, with a warning."""
    if regex is not None:
        warnings.warn("`regex` is deprecated; write `pattern`.", DeprecationWarning, stacklevel=5)
        given.setdefault("pattern", regex)
    if example is not PydanticUndefined:
        warnings.warn(
            "`example` is deprecated; write `examples=[…]`.", DeprecationWarning, stacklevel=5
        )
    if isinstance(given.get("pattern"), re.Pattern):
        given["pattern"] = given["pattern"].pattern
    alias = given.get("alias")
    if alias is not None:
        given.setdefault("validation_alias", alias)
        given.setdefault("serialization_alias", alias)
    return given


class Path(Param):
    """A value from the path."""

    in_ = ParamTypes.path


class Query(Param):
    """A value from the query string."""

    in_ = ParamTypes.query


class Header(Param):
    """A value from a header. convert_underscores: `x_token` reads `X-Token`."""

    in_ = ParamTypes.header
    own_options: ClassVar[Mapping[str, Any]] = {"convert_underscores": True}
    convert_underscores: bool


class Cookie(Param):
    """A value from a cookie."""

    in_ = ParamTypes.cookie


class Body(Param):
    """The body, or one key of it.

    embed: True reads the key with the parameter's name even where it is the only one.
    """

    own_options: ClassVar[Mapping[str, Any]] = {"embed": None, "media_type": "application/json"}
    embed: bool | None
    media_type: str


Scope = Literal["function", "request"]


@dataclass(frozen=True)
class Depends:
    """The result of calling something with parameters of its own.

    dependency: what to call; None: the class that the parameter is annotated with.
    use_cache: share one result among those who ask for it in the same request.
    scope: when a dependency that yields is left: "function" before the response is sent,
        "request" (the default) after.
    """

    dependency: Callable[..., Any] | None = None
    use_cache: bool = True
    scope: Scope | None = None

    def __post_init__(self) -> None:
        if self.dependency is not None and not callable(self.dependency):
            raise InvalidDependency(
                f"`Depends({self.dependency!r})` was given something that cannot be called; "
                "give it the function or class itself, without calling it."
            )


AliasLike = str | AliasPath | AliasChoices | None
