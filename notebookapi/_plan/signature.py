"""A callable's parameters, with their annotations resolved."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ForwardRef, Union, get_args, get_origin

from notebookapi.exceptions import InvalidParameter

Empty = inspect.Parameter.empty


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """One parameter. annotation: a type, `Any` where none is written. default: `Empty` if none."""

    name: str
    annotation: Any
    default: Any
    positional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """What a callable takes and returns. returns: `Empty` where nothing is written."""

    parameters: tuple[Parameter, ...]
    returns: Any


def read_signature(call: Callable[..., Any]) -> Signature:
    """Return the signature of a function, class, partial or callable instance.

    Annotations written as strings are evaluated where the function was defined. Raises
    InvalidParameter for one that names something unknown, and for `*args` with an annotation that
    cannot be filled from a request.
    """
    try:
        signature = inspect.signature(call)
    except ValueError as error:
        raise InvalidParameter(
            f"The signature of {call!r} cannot be read ({error}); wrap it in a function."
        ) from error
    namespace = _namespace(call)
    parameters = tuple(
        Parameter(
            name=each.name,
            annotation=Any if each.annotation is Empty else _resolved(each.annotation, namespace),
            default=each.default,
            positional=each.kind is each.POSITIONAL_ONLY,
        )
        for each in signature.parameters.values()
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    )
    returns = signature.return_annotation
    return Signature(parameters, Empty if returns is Empty else _resolved(returns, namespace))


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
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code else name


def _namespace(call: Callable[..., Any]) -> Mapping[str, Any]:
    inner = unwrapped(call)
    if inspect.ismethod(inner):
        inner = inner.__func__
    if inspect.isclass(inner):
        module = sys.modules.get(inner.__module__)
        return {**vars(module)} if module else {}
    if not hasattr(inner, "__globals__"):
        inner = unwrapped(getattr(type(inner), "__call__", inner))
    return getattr(inner, "__globals__", {})


def _resolved(annotation: Any, namespace: Mapping[str, Any]) -> Any:
    """Evaluate strings, also those inside `Annotated`, unions and containers."""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        try:
            return _resolved(eval(annotation, {**namespace}), namespace)
        except NameError:
            return ForwardRef(annotation)  # known to type checkers only; refused where it matters
        except Exception as error:
            raise InvalidParameter(
                f"The annotation {annotation!r} cannot be evaluated: {error}."
            ) from error
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return Annotated[(_resolved(inner, namespace), *metadata)]
    if get_origin(annotation) is Union:
        return Union[tuple(_resolved(each, namespace) for each in get_args(annotation))]  # noqa: UP007
    return annotation
