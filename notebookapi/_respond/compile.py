"""Options and return annotation -> Responder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.responses import JSONResponse, Response

from notebookapi._options import UNSET, RouteSpec
from notebookapi._plan.execute import Solved
from notebookapi._plan.fields import Filters, ModelField, make_field, members, undefined_in
from notebookapi._plan.signature import Empty, described, resolved_for
from notebookapi._records import record
from notebookapi._respond.check import settled_class, valid
from notebookapi._respond.json import no_nan
from notebookapi.encoders import jsonable_encoder
from notebookapi.exceptions import (
    EndpointContext,
    InvalidParameter,
    InvalidResponse,
)


@record(frozen=True, slots=True, eq=False)
class Responder:
    """Turns what an endpoint returns into a response.

    field: what it is validated against and filtered to; None: it is encoded as it is.
    settled: the class whose instances are valid as they are.
    response_class: None where nobody has chosen one: JSON, written straight from the field.
    status: of a successful response; None: the class's own.
    """

    field: ModelField | None
    filters: Filters
    response_class: type[Response] | None
    status: int | None
    endpoint: EndpointContext
    settled: type[BaseModel] | None = None

    def under(self, spec: RouteSpec, context: EndpointContext) -> Responder:
        """Return this for the same endpoint inside an inclusion."""
        return replace(self, response_class=_chosen(spec), endpoint=context)

    def respond(self, returned: Any, solved: Solved) -> Response:
        """Return the response. Raises ResponseValidationError for data that does not fit."""
        if isinstance(returned, Response):
            return passed_on(returned, solved)
        status = solved.response.status_code or self.status
        options: dict[str, Any] = {"background": solved.background}
        if status is not None:
            options["status_code"] = status
        response = self._made(returned, status, options)
        response.headers.raw.extend(solved.response.headers.raw)
        return response

    def _made(self, returned: Any, status: int | None, options: dict[str, Any]) -> Response:
        if status is not None and not has_body(status):
            self._content(returned)
            made = (self.response_class or JSONResponse)(None, **options)
            return _emptied(made)
        if self.response_class is None and self.field is not None:
            body = self.field.serialized_json(self._valid(returned), **self.filters.as_options())
            return Response(body, media_type="application/json", **options)
        with no_nan():
            return (self.response_class or JSONResponse)(self._content(returned), **options)

    def _content(self, returned: Any) -> Any:
        if self.field is None:
            return jsonable_encoder(returned)
        return self.field.serialized(self._valid(returned), **self.filters.as_options())

    def _valid(self, returned: Any) -> Any:
        if self.field is None:
            return returned
        return valid(returned, self.field, self.settled, self.endpoint)


def compile_responder(
    spec: RouteSpec, returns: Any, endpoint: Callable[..., Any], context: EndpointContext
) -> Responder:
    """Compile how an endpoint's result is written.

    returns: its return annotation, `Empty` if none.
    Raises InvalidResponse for a type that cannot be served.
    """
    status = int(spec.status_code) if spec.status_code is not None else None
    model = returns if spec.response_model is UNSET else defined(spec.response_model, endpoint)
    place = described(endpoint)
    if spec.response_model is UNSET and _returns_response(model, place):
        model = None
    field = _response_field(model, place)
    if field is not None and status is not None and not has_body(status):
        raise InvalidResponse(
            f"{place}: a response with status {status} has no body (RFC 9110, section 6.4.1), so "
            f"{model!r} could never be sent; leave the response model out or change the status."
        )
    filters = Filters(
        include=spec.response_model_include,
        exclude=spec.response_model_exclude,
        by_alias=spec.response_model_by_alias,
        exclude_unset=spec.response_model_exclude_unset,
        exclude_defaults=spec.response_model_exclude_defaults,
        exclude_none=spec.response_model_exclude_none,
    )
    return Responder(field, filters, _chosen(spec), status, context, settled_class(field))


def passed_on(response: Response, solved: Solved) -> Response:
    """Return a response that the endpoint has made itself, with what runs after it."""
    if response.background is None:
        response.background = solved.background
    return response


def _emptied(response: Response) -> Response:
    response.body = b""
    if "content-length" in response.headers:
        response.headers["content-length"] = "0"
    return response


def _chosen(spec: RouteSpec) -> type[Response] | None:
    return None if spec.response_class is UNSET else spec.response_class


def has_body(status: int) -> bool:
    """Tell whether a response with this status may have a body (RFC 9110, section 6.4.1)."""
    return not (
        100 <= status < 200
        or status in (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED)
    )


def _returns_response(annotation: Any, place: str) -> bool:
    kinds = members(annotation) if annotation is not Empty else ()
    responses = [k for k in kinds if isinstance(k, type) and issubclass(k, Response)]
    if responses and len(kinds) > 1:
        raise InvalidResponse(
            f"{place}: the return annotation {annotation!r} is a union with a response class, "
            "which no schema can describe; pass `response_model=None`, or a model, to the "
            "decorator."
        )
    return bool(responses)


def defined(model: Any, endpoint: Callable[..., Any]) -> Any:
    """Return the type of a response, its strings evaluated where the endpoint was defined.

    Raises InvalidResponse for a name that is not defined there.
    """
    found = resolved_for(endpoint, model)
    refuse_undefined(found, described(endpoint))
    return found


def refuse_undefined(model: Any, place: str) -> None:
    """Raises InvalidResponse for a type of a response that names what is not defined yet."""
    name = undefined_in(model)
    if name is not None:
        raise InvalidResponse(
            f"{place}: the type of the response is `{name}`, which is not defined. Define or "
            "import it before the endpoint."
        )


def _response_field(model: Any, place: str) -> ModelField | None:
    if model is Empty or model is None:
        return None
    refuse_undefined(model, place)
    try:
        return make_field("response", model, FieldInfo(), mode="serialization", place=place)
    except InvalidParameter as error:
        raise InvalidResponse(
            f"{place}: {model!r} cannot be the type of a response. Use a pydantic type, or pass "
            "`response_model=None` to the decorator."
        ) from error
