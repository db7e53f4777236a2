# No `from __future__ import annotations` here: `help(get)` shows these annotations.
"""Routes as methods of a class.

    class Items(Controller, prefix="/items", tags=["items"]):
        def __init__(self, session: Annotated[Session, Depends(session)]) -> None:
            self.session = session

        @get("/{item_id}")
        async def read(self, item_id: int) -> Item: ...

    app.include_router(Items)

The parameters of the constructor are read as a dependency's are: each request has an instance of
its own. What a class inherits is served under its own prefix.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import Enum
from functools import update_wrapper
from inspect import Parameter, isfunction
from types import FunctionType
from typing import Annotated, Any, ClassVar, Unpack

from starlette.exceptions import HTTPException
from starlette.responses import Response

from notebookapi._options import UNSET, RouteOptions, Unset, spells_out
from notebookapi._plan.signature import described, signature_of
from notebookapi._records import record
from notebookapi._verbs import Verbs
from notebookapi.exceptions import InvalidController
from notebookapi.params import Depends
from notebookapi.routing import APIRouter

__all__ = [
    "Controller", "api_route", "delete", "get", "head", "options", "patch", "post", "put", "trace",
]  # fmt: skip

_MARKS = "_notebookapi_operations"


@record(frozen=True, slots=True, eq=False)
class _Mark:
    """What a decorator says of a method."""

    path: str
    methods: Collection[str] | None
    options: Mapping[str, Any]


class _Marks(Verbs):
    """The decorators: they leave a method as it is, and a note on it for its class."""

    @spells_out
    def add_api_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        **options: Unpack[RouteOptions],
    ) -> None:
        """Note an operation on a method."""
        function = getattr(endpoint, "__func__", endpoint)
        if not isfunction(function):
            raise InvalidController(
                f"{endpoint!r} is not a method; the decorators of `notebookapi.controllers` stand "
                "on `def` and `async def` in a class."
            )
        # The decorator that stands highest comes last; declared is from the top down.
        function.__dict__[_MARKS] = (_Mark(path, methods, options), *_marks_of(function))


_marks = _Marks()
get, put, post, delete = _marks.get, _marks.put, _marks.post, _marks.delete
options, head, patch, trace = _marks.options, _marks.head, _marks.patch, _marks.trace
api_route = _marks.api_route


def _marks_of(member: object) -> tuple[_Mark, ...]:
    function = getattr(member, "__func__", member)
    marks: tuple[_Mark, ...] = getattr(function, _MARKS, ())
    return marks


class Controller:
    """Operations that share their dependencies: methods of a class, one instance per request."""

    _options: ClassVar[dict[str, Any]] = {}
    _router: ClassVar[APIRouter | None] = None

    def __init_subclass__(
        cls,
        *,
        prefix: str | None = None,
        tags: Sequence[str | Enum] = (),
        dependencies: Sequence[Depends] = (),
        responses: Mapping[int | str, dict[str, Any]] | None = None,
        raises: Sequence[type[HTTPException]] = (),
        default_response_class: type[Response] | Unset = UNSET,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        **others: Any,
    ) -> None:
        """Take the options of the class, as an APIRouter has them.

        The prefix of a class that it inherits from is replaced; lists are joined, those inherited
        first, so that no dependency of theirs is lost; of others the nearest value holds.
        """
        super().__init_subclass__(**others)
        above = cls._options
        nearest = default_response_class is not UNSET
        cls._router = None
        cls._options = {
            "prefix": above.get("prefix", "") if prefix is None else prefix,
            "tags": [*above.get("tags", ()), *tags],
            "dependencies": [*above.get("dependencies", ()), *dependencies],
            "responses": {**above.get("responses", {}), **(responses or {})},
            "raises": [*above.get("raises", ()), *raises],
            "default_response_class": (
                default_response_class if nearest else above.get("default_response_class", UNSET)
            ),
            "deprecated": above.get("deprecated") if deprecated is None else deprecated,
            "include_in_schema": include_in_schema and above.get("include_in_schema", True),
        }

    @classmethod
    def as_router(cls) -> APIRouter:
        """Return the router of the class, the same each time.

        Raises DeclarationErrors that say what cannot be served and why.
        """
        if cls._router is None:
            router = APIRouter(**cls._options)
            operations = list(_operations(cls))
            if not operations:
                raise InvalidController(
                    f"{cls.__qualname__} has no operations: no method of it is marked with a "
                    "decorator of `notebookapi.controllers`, such as `@get(…)`."
                )
            for endpoint, mark in operations:
                router.add_api_route(mark.path, endpoint, methods=mark.methods, **mark.options)
            cls._router = router
        return cls._router


def _operations(kind: type[Controller]) -> Iterator[tuple[Callable[..., Any], _Mark]]:
    """Yield the operations of a class, those that it inherits first, in order.

    A method that replaces a marked one is served in its place, also without a mark of its own.
    """
    marks: dict[str, tuple[_Mark, ...]] = {}
    for each in reversed(kind.__mro__):
        for name, member in vars(each).items():
            marks[name] = _marks_of(member) or marks.get(name, ())
    for name, own in marks.items():
        if own:
            endpoint = _endpoint(kind, name)
            yield from ((endpoint, mark) for mark in own)


def _endpoint(kind: type[Controller], name: str) -> Callable[..., Any]:
    """Return a method as an endpoint; it takes an instance of the class as a dependency."""
    member = next(vars(each)[name] for each in kind.__mro__ if name in vars(each))
    if isinstance(member, (staticmethod, classmethod)):
        endpoint: Callable[..., Any] = getattr(kind, name)
        return endpoint
    if not isfunction(member):
        raise InvalidController(
            f"{kind.__qualname__}.{name} stands for a marked method and is {member!r}; make it a "
            "method too."
        )
    signature = signature_of(member)
    parameters = list(signature.parameters.values())
    if not parameters or parameters[0].kind not in _POSITIONAL:
        raise InvalidController(
            f"{described(member)} takes no instance of its class; give it a `self`, or make it a "
            "`staticmethod`."
        )
    instance = Annotated[Any, Depends(kind)]
    own = parameters[0].replace(annotation=instance, default=Parameter.empty)
    endpoint = _copied(member)
    taken = signature.replace(parameters=[own, *parameters[1:]])
    endpoint.__dict__["__signature__"] = taken
    return endpoint


_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def _copied(function: FunctionType) -> FunctionType:
    """Return the same function as another object: classes that inherit it give it a `self` each."""
    made = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    # Annotations among them, which nobody has evaluated yet from Python 3.14 on.
    update_wrapper(made, function)
    made.__dict__ = dict(function.__dict__)  # it wraps nothing
    return made
