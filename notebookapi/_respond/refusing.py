"""Requests that do not fit, where nothing else than the endpoint would have been called.

The errors are those of the exact path, found by its functions; what is left out are exit stacks
and wrappers, which have nothing to do where no dependency runs.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi._plan.extract import checked, read_from_body
from notebookapi._plan.fields import ABSENT, located
from notebookapi._plan.raw import header_of, headers_of, lists_of_query, query_of, request_with
from notebookapi._plan.reading import is_read_from_text
from notebookapi._plan.steps import ExecutionPlan, Value
from notebookapi._respond.failing import HANDLERS, answer_alone
from notebookapi.exceptions import EndpointContext, RequestValidationError
from notebookapi.params import ParamTypes
from notebookapi.types import ErrorDetails

_LOADS = json.loads
# The errors of pydantic that are the same for JSON text and for the document.
_ALIKE = frozenset(
    "missing int_parsing int_type int_from_float float_parsing float_type string_type bool_parsing "
    "bool_type extra_forbidden string_too_short string_too_long "
    "string_pattern_mismatch greater_than greater_than_equal less_than less_than_equal "
    "multiple_of too_short too_long".split()
)


def refuses_at_once(plan: ExecutionPlan) -> bool:
    """Tell whether a plan calls its endpoint only."""
    return len(plan.steps) == 1


class Refusal:
    """Answers a request that does not fit; hands on one that does, or whose body is unreadable."""

    def __init__(self, plan: ExecutionPlan, context: EndpointContext, exact: ASGIApp) -> None:
        self._values = tuple(e for e in plan.endpoint.arguments if isinstance(e, Value))
        self._context = context
        body = plan.body.values if plan.body is not None else ()
        self._reads_text = all(each.whole and is_read_from_text(each.field) for each in body)
        self._exact = exact

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        body: bytes | None = None,
        failure: Exception | None = None,
    ) -> None:
        """Answer. body: of a plan that reads one, which is JSON; `receive` gives it once more.

        failure: what reading the body raised, all else being valid.
        """
        errors = self._errors_of_text(failure)
        if errors and await _told_directly(errors, scope, send):
            return
        document: Any = ABSENT
        if body is not None:
            try:
                document = json.loads(body)
            except Exception:  # the exact path tells what is wrong
                await self._exact(scope, receive, send)
                return
        errors = errors or self._errors(_Parts(scope), document)
        if not errors:
            await self._exact(scope, receive, send)
            return
        if await _told_directly(errors, scope, send):
            return
        told = None if document is ABSENT else document
        error = RequestValidationError(errors, body=told, endpoint_ctx=self._context)
        request = request_with(scope, receive, send, body)
        await answer_alone(error, request, False, scope, receive, send)

    def _errors_of_text(self, failure: Exception | None) -> list[ErrorDetails]:
        """Return the errors of a body read from its text, where the document has the same."""
        if not self._reads_text or not isinstance(failure, ValidationError):
            return []
        if json.loads is not _LOADS:  # a program that replaces it means it to be used
            return []
        errors = located(failure, ("body",))
        return errors if all(each["type"] in _ALIKE for each in errors) else []

    def _errors(self, parts: _Parts, document: Any) -> list[ErrorDetails]:
        found: list[ErrorDetails] = []
        for value in self._values:
            if value.in_ is None:
                found += read_from_body(document, value)[1]
            else:
                found += checked(value, *parts.find(value))[1]
        return found


async def _told_directly(errors: list[ErrorDetails], scope: Scope, send: Send) -> bool:
    """Send what the handler of the project's own makes of errors; False: it is not in charge."""
    by_class = scope.get(HANDLERS, ({}, {}))[0]
    write = getattr(by_class.get(RequestValidationError), "write_errors", None)
    if write is None:
        return False
    try:
        text = write(errors)
    except ValueError:  # the handler knows what to do about it
        return False
    headers = [(b"content-length", b"%d" % len(text)), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 422, "headers": headers})
    await send({"type": "http.response.body", "body": text})
    return True


class _Parts:
    """The parts of a request, each taken apart once."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._query: dict[str, str] | None = None

    def find(self, value: Value) -> tuple[str, Any]:
        """Return a raw value and the name that it was found by."""
        for name in value.names:
            raw = self._one(value, name)
            if raw is not ABSENT:
                return name, raw
        return "", ABSENT

    def _one(self, value: Value, name: str) -> Any:
        several = value.field.is_sequence
        match value.in_:
            case ParamTypes.path:
                return self._scope["path_params"].get(name, ABSENT)
            case ParamTypes.header:
                function = headers_of if several else header_of
                return function(self._scope["headers"], name.lower().encode("latin-1"))
            case ParamTypes.cookie:
                return HTTPConnection(self._scope).cookies.get(name, ABSENT)
            case _ if several:
                return lists_of_query(self._scope).get(name, ABSENT)
            case _:
                if self._query is None:
                    self._query = query_of(self._scope)
                return self._query.get(name, ABSENT)
