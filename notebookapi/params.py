"""Where a parameter comes from and what it must satisfy: plain records.

`Param` and its kinds extend pydantic's `FieldInfo`, so that they may stand in a model as well.
Programs call the functions of the same names in `param_functions`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import Enum
from typing import Any, ClassVar, Literal

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from notebookapi.concurrency import Slots
from notebookapi.exceptions import (
    InvalidConcurrency,
    InvalidDependency,
    InvalidOption,
    NotebookAPIDeprecationWarning,
)


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


class Param(FieldInfo):  # type: ignore[misc]  # final for checkers only; models take these too
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
            raise _no_such_option(type(self), min(unknown))
        given = {name: value for name, value in options.items() if value is not None}
        super().__init__(default=default, **_modern(given, regex, example))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.default})"


def _no_such_option(kind: type[Param], name: str) -> InvalidOption:
    import difflib  # only mistakes need it

    own = ("include_in_schema", "openapi_examples")
    near = difflib.get_close_matches(name, [*_FIELD_OPTIONS, *own, *kind.own_options], n=1)
    cure = f"did you mean `{near[0]}`?" if near else f"`help({kind.__name__})` lists the options."
    return InvalidOption(f"`{kind.__name__}` has no option `{name}`; {cure}")


def _modern(given: dict[str, Any], regex: str | None, example: Any) -> dict[str, Any]:
    """Translate what pydantic 2 has renamed, with a warning."""
    if regex is not None:
        warnings.warn(
            "`regex` is deprecated; write `pattern`.", NotebookAPIDeprecationWarning, stacklevel=5
        )
        given.setdefault("pattern", regex)
    if example is not PydanticUndefined:
        warnings.warn(
            "`example` is deprecated; write `examples=[…]`.",
            NotebookAPIDeprecationWarning,
            stacklevel=5,
        )
    if isinstance(given.get("pattern"), re.Pattern):
        given["pattern"] = given["pattern"].pattern
    alias = given.get("alias")
    if alias is not None:
        given.setdefault("validation_alias", alias)
        given.setdefault("serialization_alias", alias)
    return given


class Path(Param):  # type: ignore[misc]  # as above
    """A value from the path."""

    in_ = ParamTypes.path


class Query(Param):  # type: ignore[misc]  # as above
    """A value from the query string."""

    in_ = ParamTypes.query


class Header(Param):  # type: ignore[misc]  # as above
    """A value from a header. convert_underscores: `x_token` reads `X-Token`."""

    in_ = ParamTypes.header
    own_options: ClassVar[Mapping[str, Any]] = {"convert_underscores": True}
    convert_underscores: bool


class Cookie(Param):  # type: ignore[misc]  # as above
    """A value from a cookie."""

    in_ = ParamTypes.cookie


class Body(Param):  # type: ignore[misc]  # as above
    """The body, or one key of it.

    embed: True reads the key with the parameter's name even where it is the only one.
    """

    own_options: ClassVar[Mapping[str, Any]] = {"embed": None, "media_type": "application/json"}
    embed: bool | None
    media_type: str


class Form(Body):  # type: ignore[misc]  # as above
    """A field of a form, or a model of several."""

    own_options: ClassVar[Mapping[str, Any]] = {
        "embed": None,
        "media_type": "application/x-www-form-urlencoded",
    }


class File(Form):  # type: ignore[misc]  # as above
    """A file in a form."""

    own_options: ClassVar[Mapping[str, Any]] = {"embed": None, "media_type": "multipart/form-data"}


Scope = Literal["function", "request", "app"]


@dataclass(frozen=True)
class Depends:
    """The result of calling something with parameters of its own.

    dependency: what to call; None: the class that the parameter is annotated with.
    use_cache: share one result among those who ask for it in the same request.
    scope: when a dependency that yields is left: "function" before the response is sent,
        "request" (the default) after, "app" when the application shuts down. What has the scope
        "app" is made once, when it is first needed, and shared by all requests.
    max_concurrency: how many requests may be inside it at once, on each event loop; others wait.
    """

    dependency: Callable[..., Any] | None = None
    use_cache: bool = True
    scope: Scope | None = None
    _: KW_ONLY
    max_concurrency: int | None = None
    slots: Slots | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        limit = self.max_concurrency
        if limit is not None:
            if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
                raise InvalidConcurrency(
                    f"`Depends(…, max_concurrency={limit!r})`: give a whole number from 1 up, or "
                    "None for no limit."
                )
            object.__setattr__(self, "slots", Slots(limit))
        if self.scope not in (None, "function", "request", "app"):
            raise InvalidDependency(
                f'`Depends(…, scope={self.scope!r})`: a scope is "function", "request" or "app".'
            )
        if self.scope == "app" and not (self.use_cache and limit is None):
            raise InvalidDependency(
                '`Depends(…, scope="app")` is called once for all requests, so `use_cache=False` '
                "and `max_concurrency` mean nothing there; leave them out."
            )
        if self.dependency is not None and not callable(self.dependency):
            raise InvalidDependency(
                f"`Depends({self.dependency!r})` was given something that cannot be called; "
                "give it the function or class itself, without calling it."
            )

    def completed(self, dependency: Callable[..., Any]) -> Depends:
        """Return this with what it left open."""
        made = replace(self, dependency=dependency)
        object.__setattr__(made, "slots", self.slots)  # they belong to the declaration
        return made


@dataclass(frozen=True)
class Security(Depends):
    """A dependency that asks for scopes.

    scopes: what a request must be allowed; all that is needed below is asked for them too.
    """

    scopes: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.scopes, str):
            each = ", ".join(f'"{name}"' for name in self.scopes.split())
            raise InvalidDependency(
                f'`Security(…, scopes="{self.scopes}")`: scopes are a list; write `[{each}]`.'
            )
        object.__setattr__(self, "scopes", tuple(self.scopes or ()))  # can be hashed
