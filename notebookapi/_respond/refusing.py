"""Requests that do not fit: what a generated function has read is gone on from, and answered.

The errors are those of the exact path, found by its rules. Where more than the endpoint would be
called, that path answers, with what has been read already.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter
from typing import Any

from pydantic import ValidationError
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from notebookapi._plan.execute import READ, Outcome
from notebookapi._plan.extract import checked, read_from_body
from notebookapi._plan.fields import ABSENT, located, missing
from notebookapi._plan.raw import (
    header_of,
    headers_of,
    lists_of_query,
    query_of,
    replayed,
    request_with,
)
from notebookapi._plan.reading import DefaultFailed, Missing, Read
from notebookapi._plan.steps import ExecutionPlan, Value
from notebookapi._respond.failing import HANDLERS, answer_alone
from notebookapi.exceptions import EndpointContext, RequestValidationError
from notebookapi.params import ParamTypes
from notebookapi.types import ErrorDetails

_LOADS = json.loads
_NONE: list[ErrorDetails] = []  # shared: nobody adds to it
_JSON = (b"content-type", b"application/json")
# The errors of pydantic that are the same for JSON text and for the document.
_ALIKE = frozenset(
    "missing int_parsing int_type int_from_float float_parsing float_type string_type bool_parsing "
    "bool_type extra_forbidden string_too_short string_too_long "
    "string_pattern_mismatch greater_than greater_than_equal less_than less_than_equal "
    "multiple_of too_short too_long".split()
)


class Refusal:
    """Answers a request that does not fit.

    Hands it on, with what has been read, where a dependency would be called or where something
    else than an error of the request comes up; and as it is, where its body is unreadable.
    """

    def __init__(
        self,
        plan: ExecutionPlan,
        context: EndpointContext,
        exact: Callable[..., Awaitable[None]],
        reads: Sequence[Read],
    ) -> None:
        """reads: what the function reads, in this order; not that in which errors are told."""
        self._readings = tuple(_Reading(each) for each in reads)
        place = {each.key: at for at, each in enumerate(self._readings)}
        own = [each for each in plan.endpoint.arguments if isinstance(each, Value)]
        is_alone = len(plan.steps) == 1
        self._in_order = tuple(place[id(each)] for each in own) if is_alone else ()
        self._has_body = plan.body is not None
        self._reads_text = any(each.from_text for each in reads)
        self._context = context
        self._exact = exact

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        failure: Exception,
        values: tuple[Any, ...],
        parts: dict[str, Any],
        frame: Any,
    ) -> None:
        """Answer.

        failure: what reading ended with. values: in the order in which they are read. parts: of
        the request, by name, taken apart. ABSENT is what the function has not come to.
        """
        outcomes: dict[int, Outcome] = {}
        try:
            errors = self._errors(values, parts, failure, outcomes)
            text = _written(errors, scope) if errors else None
            if text is not None:
                await send(
                    {
                        "type": "http.response.start",
                        "status": 422,
                        "headers": [(b"content-length", b"%d" % len(text)), _JSON],
                    }
                )
                await send({"type": "http.response.body", "body": text})
                return
            document = _document(parts) if errors and self._has_body else None
            if not errors:
                scope[READ] = self._known(values, parts, failure, outcomes)
        except _Unreadable:  # nothing else has been read
            errors = []
        if self._has_body:
            receive = replayed(parts["kept"], receive)
        if not errors:
            await self._exact(scope, receive, send, frame)
            return
        error = RequestValidationError(errors, body=document, endpoint_ctx=self._context)
        request = request_with(scope, receive, send, parts.get("body"))
        await answer_alone(error, request, False, scope, receive, send, frame)

    def _errors(
        self,
        values: tuple[Any, ...],
        parts: dict[str, Any],
        failure: Exception,
        outcomes: dict[int, Outcome],
    ) -> list[ErrorDetails]:
        """Return all errors; none where the exact path has to answer. Raises _Unreadable.

        outcomes: gets what the values came to that the function has not read, by their places.
        """
        if parts.get("document") is ABSENT:
            raise _Unreadable
        if self._reads_text and values[0] is ABSENT:  # unreadable: nothing else is to be read
            outcomes[0] = self._outcome(0, values, parts, failure)
        errors: list[ErrorDetails] = []
        for at in self._in_order:
            if values[at] is ABSENT:
                if at not in outcomes:
                    outcomes[at] = self._outcome(at, values, parts, failure)
                outcome = outcomes[at]
                if isinstance(outcome, Exception):
                    return []
                errors += outcome[1]
        return errors

    def _outcome(
        self, at: int, values: tuple[Any, ...], parts: dict[str, Any], failure: Exception
    ) -> Outcome:
        reading = self._readings[at]
        try:
            if at == 0 or values[at - 1] is not ABSENT:  # here the function has ended
                return reading.failed(parts, failure)
            return reading.outcome(parts)
        except _Unreadable:
            raise
        except Exception as error:
            return error

    def _known(
        self,
        values: tuple[Any, ...],
        parts: dict[str, Any],
        failure: Exception,
        outcomes: dict[int, Outcome],
    ) -> dict[int, Outcome]:
        """Return what has been read, by the identity of each value."""
        known: dict[int, Outcome] = {}
        for at, (reading, value) in enumerate(zip(self._readings, values, strict=True)):
            if value is not ABSENT:
                known[reading.key] = value, _NONE
                continue
            if at in outcomes or at == len(known):
                known[reading.key] = outcomes.get(at) or self._outcome(at, values, parts, failure)
        return known


class _Unreadable(Exception):
    """The body is no JSON: the exact path tells what is wrong."""


def _document(parts: dict[str, Any]) -> Any:
    """Return the parsed body. Raises _Unreadable."""
    if "document" not in parts:
        try:
            parts["document"] = json.loads(parts["body"])
        except Exception as error:
            raise _Unreadable from error
    return parts["document"]


class _Reading:
    """Reads one value as the exact path does, of the parts that the function has taken apart."""

    def __init__(self, read: Read) -> None:
        value = read.value
        self.key = id(value)
        self._value = value
        self._validate = read.validate
        self._from_text = read.from_text
        self._part, self._take, self._look = _place_of(value)
        in_header = value.in_ is ParamTypes.header
        self._names = tuple(
            (name.lower().encode("latin-1") if in_header else name, value.loc(name))
            for name in value.names
        )
        self._absent = value.loc()
        self._is_one_place = value.whole or [self._absent] == [loc for _, loc in self._names]

    def failed(self, parts: dict[str, Any], failure: Exception) -> Outcome:
        """Return what reading came to that ended with an exception. Raises _Unreadable."""
        if self._from_text:
            errors = _errors_of_text(failure)
            return (None, errors) if errors else self.outcome(parts)
        if isinstance(failure, ValidationError):
            loc = self._absent if self._is_one_place else self._find(parts)[1]
            return None, located(failure, loc)
        if isinstance(failure, Missing):
            return None, [missing(self._absent)]
        return failure.error if isinstance(failure, DefaultFailed) else failure

    def outcome(self, parts: dict[str, Any]) -> Outcome:
        """Read the value. Raises _Unreadable, and what its validators raise."""
        value = self._value
        if value.in_ is None:
            return read_from_body(_document(parts), value)
        raw, loc = self._find(parts)
        if raw is ABSENT:
            return checked(value, "", ABSENT)
        try:
            return self._validate(raw) if self._validate is not None else raw, _NONE
        except ValidationError as error:
            return None, located(error, loc)

    def _find(self, parts: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
        """Return the raw value, and where errors say that it stands."""
        part = parts.get(self._part, ABSENT)
        if part is ABSENT:
            part = parts[self._part] = self._take(parts["scope"])
        for name, loc in self._names:
            raw = self._look(part, name) if self._look is not None else part.get(name, ABSENT)
            if raw is not ABSENT:
                return raw, loc
        return ABSENT, self._absent


def _place_of(
    value: Value,
) -> tuple[str, Callable[[Scope], Any], Callable[[Any, Any], Any] | None]:
    """Return the part of a request that has a value, what takes it apart, and what looks in it.

    None looks in a mapping.
    """
    match value.in_:
        case None:
            return "document", itemgetter("document"), None
        case ParamTypes.path:
            return "path", itemgetter("path_params"), None
        case ParamTypes.header:
            several = value.field.is_sequence
            return "headers", itemgetter("headers"), headers_of if several else header_of
        case ParamTypes.cookie:
            return "cookies", lambda scope: HTTPConnection(scope).cookies, None
        case _ if value.field.is_sequence:
            return "lists", lists_of_query, None
        case _:
            return "query", query_of, None


def _errors_of_text(failure: Exception) -> list[ErrorDetails]:
    """Return the errors of a body read from its text, where the document has the same."""
    if not isinstance(failure, ValidationError):
        return []
    if json.loads is not _LOADS:  # a program that replaces it means it to be used
        return []
    errors = located(failure, ("body",))
    return errors if _ALIKE.issuperset([each["type"] for each in errors]) else []


def _written(errors: list[ErrorDetails], scope: Scope) -> bytes | None:
    """Return what the handler of the project's own makes of errors; None: it is not in charge."""
    handlers = scope.get(HANDLERS)
    if handlers is None:
        return None
    write = getattr(handlers[0].get(RequestValidationError), "write_errors", None)
    try:
        return write(errors) if write is not None else None
    except Exception:  # the handler knows what to do about it, or fails as well
        return None
