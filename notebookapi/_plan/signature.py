"""A callable's parameters, with their annotations resolved."""

from __future__ import annotations

import builtins
import inspect
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import FunctionType, UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

from notebookapi._records import record
from notebookapi.exceptions import InvalidParameter

if sys.version_info >= (3, 14):
    import annotationlib

Empty = inspect.Parameter.empty


@record(frozen=True, slots=True, eq=False)
class Parameter:
    """One parameter. annotation: a type, `Any` where none is written. default: `Empty` if none."""

    name: str
    annotation: Any
    default: Any
    positional: bool = False


def read_parameters(call: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the parameters of a function, class, partial or callable instance.

    Annotations written as strings are evaluated where the function was defined; names that are
    known to type checkers only, or not there yet, stay `ForwardRef`s. `*args` and `**kwargs` are
    left out.
    Raises InvalidParameter where the signature or an annotation cannot be read.
    """
    namespace = _namespace(call)
    return tuple(
        Parameter(
            name=each.name,
            annotation=Any if each.annotation is Empty else _resolved(each.annotation, namespace),
            default=each.default,
            positional=each.kind is each.POSITIONAL_ONLY,
        )
        for each in signature_of(call).parameters.values()
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    )


def read_returns(call: Callable[..., Any]) -> Any:
    """Return the return annotation of a callable, resolved; `Empty` where nothing is written."""
    returns = _returns(call)
    return Empty if returns is Empty else _resolved(returns, _namespace(call))


def _returns(call: Callable[..., Any]) -> Any:
    if type(call) is FunctionType and not call.__dict__:
        with suppress(NameError):  # raised from Python 3.14 on, see below
            return call.__annotations__.get("return", Empty)  # as inspect has it, without the rest
    return signature_of(call).return_annotation


def resolved_for(call: Callable[..., Any], annotation: Any) -> Any:
    """Return a type given beside a callable, its strings evaluated where that was defined.

    Names that are not defined there stay `ForwardRef`s. Raises InvalidParameter for other text.
    """
    return _resolved(annotation, _namespace(call))


def signature_of(call: Callable[..., Any]) -> inspect.Signature:
    """Return the signature of a callable, its annotations as they are written.

    Python evaluates annotations when they are first asked for, from 3.14 on (PEP 649): what names
    something that is not there by then is a `ForwardRef`, as if it had been written as a string.
    Raises InvalidParameter where there is no signature.
    """
    try:
        return inspect.signature(call)
    except NameError:
        if sys.version_info >= (3, 14):
            return inspect.signature(call, annotation_format=annotationlib.Format.FORWARDREF)
        raise
    except ValueError as error:
        raise InvalidParameter(
            f"The signature of {call!r} cannot be read ({error}); wrap it in a function."
        ) from error


def unwrapped(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function inside partials and decorators that kept `__wrapped__`."""
    while True:
        if isinstance(call, partial):
            call = call.func
        elif hasattr(call, "__wrapped__"):
            call = call.__wrapped__
        else:
            return call


def described(call: Callable[..., Any]) -> str:
    """Return how an error message names a callable: name, file and line where there are any."""
    inner = unwrapped(call)
    code = getattr(inner, "__code__", None)
    name = getattr(inner, "__qualname__", None) or repr(inner)
    return f"{name} ({_place_of(code.co_filename, code.co_firstlineno)})" if code else name


PlaceOf = Callable[[str, int], str]
"""A file of source and a line in it, 1-based -> how messages call that place."""


def in_file(filename: str, line: int) -> str:
    """Return how messages call a place in a file."""
    return f"{filename}:{line}"


def call_places(place_of: PlaceOf) -> None:
    """Have messages call places otherwise: a notebook's cells have no files that a person knows."""
    global _place_of
    _place_of = place_of


_place_of: PlaceOf = in_file


def swallowed(endpoint: Callable[..., object]) -> str:
    """Return what happened where a request ends without a response."""
    return (
        "There is application code raising an exception and a dependency with yield that "
        f"swallowed it, in the request for {described(endpoint)}; let it raise the exception again."
    )


def _namespace(call: Callable[..., Any]) -> Mapping[str, Any]:
    inner = unwrapped(call)
    if inspect.ismethod(inner):
        inner = inner.__func__
    if inspect.isclass(inner):
        module = sys.modules.get(inner.__module__)
        # What is inherited was written elsewhere.
        inherited = getattr(inner.__init__, "__globals__", {})
        return {**inherited, **(vars(module) if module else {})}
    if not hasattr(inner, "__globals__"):
        inner = unwrapped(type(inner).__call__)
    return getattr(inner, "__globals__", {})


def _resolved(annotation: Any, namespace: Mapping[str, Any]) -> Any:
    """Evaluate strings, also those inside `Annotated`, unions and containers."""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return _evaluated(annotation, namespace)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None or origin is Literal or not arguments:
        return annotation
    if origin is Annotated:
        inner, *metadata = arguments
        return Annotated[(_resolved(inner, namespace), *metadata)]
    resolved = tuple(_resolved(each, namespace) for each in arguments)
    if all(new is old for new, old in zip(resolved, arguments, strict=True)):
        return annotation
    if origin in (Union, UnionType):
        return Union[resolved]  # noqa: UP007  # made of a tuple
    copy_with = getattr(annotation, "copy_with", None)  # typing.List[...] and its like
    return copy_with(resolved) if copy_with else origin[resolved]


def _evaluated(text: str, namespace: Mapping[str, Any]) -> Any:
    try:
        return _resolved(eval(text, {**namespace}), namespace)
    except NameError:
        return _evaluated_in_part(text, namespace)
    except Exception as error:
        raise InvalidParameter(f"The annotation {text!r} cannot be evaluated: {error}.") from error


def _evaluated_in_part(text: str, namespace: Mapping[str, Any]) -> Any:
    """Keep the names that only type checkers know: a `Depends` beside them still counts."""
    try:
        return eval(text, {**namespace}, _Lenient(namespace))
    except Exception:
        return ForwardRef(text)  # refused where its value would matter


class _Lenient(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        return getattr(builtins, name, None) or ForwardRef(name)
