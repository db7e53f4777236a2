"""Endpoints that yield: JSON lines, server-sent events, raw chunks."""

from __future__ import annotations

import collections.abc
import json
import math
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, get_args, get_origin

import anyio
import anyio.lowlevel
import anyio.to_thread
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Send

from notebookapi._options import UNSET, RouteSpec
from notebookapi._plan.execute import Solved
from notebookapi._plan.fields import Filters, ModelField, bare, make_field
from notebookapi._plan.signature import Empty, described
from notebookapi._records import record
from notebookapi._respond.check import settled_class, valid
from notebookapi._respond.compile import defined, has_body, passed_on, refuse_undefined
from notebookapi.encoders import jsonable_encoder
from notebookapi.exceptions import EndpointContext, InvalidParameter, InvalidResponse
from notebookapi.sse import PING_AFTER, EventSourceResponse, ServerSentEvent, format_sse_event

Kind = Literal["jsonl", "sse", "raw"]
Encode = Callable[[Any], Any]


class JSONLinesResponse(StreamingResponse):
    """One JSON document per line."""

    media_type = "application/jsonl"


@record(frozen=True, slots=True, eq=False)
class Streamer:
    """Turns what an endpoint yields into a response.

    field: what each item is validated against; None: it is encoded as it is.
    settled: the class whose instances are valid as they are.
    response_class: as it is documented. made: the one that closes what it has iterated over.
    status: of the response; None: the class's own.
    declared: the annotation that `field` was made of, for inclusions that change the kind.
    """

    kind: Kind
    field: ModelField | None
    settled: type[BaseModel] | None
    filters: Filters
    response_class: type[StreamingResponse]
    made: type[StreamingResponse]
    status: int | None
    endpoint: EndpointContext
    declared: Any
    call: Callable[..., Any]

    def under(self, spec: RouteSpec, context: EndpointContext) -> Streamer:
        """Return this for the same endpoint inside an inclusion."""
        kind, response_class = _kind(spec, self.call)
        if kind != self.kind:
            return compile_streamer(spec, self.declared, self.call, context)
        made = self.made if response_class is self.response_class else _closing(response_class)
        return replace(self, response_class=response_class, made=made, endpoint=context)

    def respond(self, returned: Any, solved: Solved) -> Response:
        """Return the response; items are fetched while it is sent.

        A decorator may have answered in the endpoint's place: its response is passed on.
        """
        if isinstance(returned, Response):
            return passed_on(returned, solved)
        options: dict[str, Any] = {"background": solved.background}
        status = solved.response.status_code or self.status
        if status is not None:
            options["status_code"] = status
        response = self.made(_encoded(returned, self._encode), **options)
        response.headers.raw.extend(solved.response.headers.raw)
        if isinstance(response, EventSourceResponse):
            response.headers.setdefault("cache-control", "no-cache")
            # A buffering proxy would hold events back.
            response.headers.setdefault("x-accel-buffering", "no")
            if response.ping_after is None:
                response.ping_after = PING_AFTER
        return response

    @property
    def _encode(self) -> Encode:
        if self.kind == "raw":
            return _as_it_is
        return self._line if self.kind == "jsonl" else self._event

    def _line(self, item: Any) -> bytes:
        return self._json(item) + b"\n"

    def _event(self, item: Any) -> bytes:
        if not isinstance(item, ServerSentEvent):
            return format_sse_event(data_str=self._json(item).decode())
        text = _dump(item.data).decode() if item.data is not None else item.raw_data
        return format_sse_event(
            data_str=text, event=item.event, id=item.id, retry=item.retry, comment=item.comment
        )

    def _json(self, item: Any) -> bytes:
        if self.field is None:
            return _dump(item)
        value = valid(item, self.field, self.settled, self.endpoint)
        return self.field.serialized_json(value, **self.filters.as_options())


def compile_streamer(
    spec: RouteSpec, returns: Any, endpoint: Callable[..., Any], context: EndpointContext
) -> Streamer:
    """Compile how what an endpoint yields is written.

    returns: its return annotation, `Empty` if none; `response_model` wins over it.
    Raises InvalidResponse for items or a response class that cannot be streamed.
    """
    kind, response_class = _kind(spec, endpoint)
    status = int(spec.status_code) if spec.status_code is not None else None
    if status is not None and not has_body(status):
        raise InvalidResponse(
            f"{described(endpoint)} has a `yield`, but a response with status {status} has no body "
            "(RFC 9110, section 6.4.1) to be streamed; return instead, or change the status."
        )
    field = None if kind == "raw" else _item_field(spec, returns, endpoint)
    return Streamer(
        kind=kind,
        field=field,
        settled=settled_class(field),
        filters=Filters(
            include=spec.response_model_include,
            exclude=spec.response_model_exclude,
            by_alias=spec.response_model_by_alias,
            exclude_unset=spec.response_model_exclude_unset,
            exclude_defaults=spec.response_model_exclude_defaults,
            exclude_none=spec.response_model_exclude_none,
        ),
        response_class=response_class,
        made=_closing(response_class),
        status=status,
        endpoint=context,
        declared=returns,
        call=endpoint,
    )


_STREAMS = tuple(
    getattr(collections.abc, name)
    for name in ("AsyncIterable", "AsyncIterator", "AsyncGenerator", "Iterable", "Iterator",
                 "Generator")
)  # fmt: skip


def item_type(annotation: Any) -> Any:
    """Return `T` of `AsyncIterable[T]`, `Iterable[T]`, an iterator or generator; else `Empty`."""
    annotation = bare(annotation)
    if get_origin(annotation) in _STREAMS:
        arguments = get_args(annotation)
        return arguments[0] if arguments else Empty
    return Empty


def _item_field(spec: RouteSpec, returns: Any, endpoint: Callable[..., Any]) -> ModelField | None:
    place = described(endpoint)
    item = item_type(returns)
    if spec.response_model is not UNSET:
        model = defined(spec.response_model, endpoint)
        item = item_type(model)
        item = model if item is Empty else item
    kind = bare(item)
    if item in (Empty, None, Any) or (isinstance(kind, type) and issubclass(kind, ServerSentEvent)):
        return None
    refuse_undefined(item, place)
    try:
        return make_field("response", item, FieldInfo(), mode="serialization", place=place)
    except InvalidParameter as error:
        raise InvalidResponse(
            f"{place}: {item!r} cannot be the type of what is yielded. Use a pydantic type, or "
            "pass `response_model=None` to the decorator."
        ) from error


def _kind(spec: RouteSpec, endpoint: Callable[..., Any]) -> tuple[Kind, type[StreamingResponse]]:
    chosen = spec.response_class
    if chosen is UNSET or issubclass(chosen, JSONResponse):
        return "jsonl", JSONLinesResponse
    if issubclass(chosen, EventSourceResponse):
        return "sse", chosen
    if issubclass(chosen, StreamingResponse):
        return "raw", chosen
    raise InvalidResponse(
        f"{described(endpoint)} has a `yield`, and its response class, {chosen.__name__}, cannot "
        "stream; choose StreamingResponse or EventSourceResponse, or return instead."
    )


class _Closing(StreamingResponse):
    """Closes what it has iterated over, also where the client leaves in the middle.

    Here, and not after the response: a generator is closed by the task that has run it, which
    what it holds open (a task group, say) may insist on.
    """

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            await _close(self.body_iterator)


def _closing(response_class: type[StreamingResponse]) -> type[StreamingResponse]:
    return type(response_class.__name__, (_Closing, response_class), {})


async def _encoded(items: Any, encode: Encode) -> AsyncGenerator[Any, None]:
    chunks = items if isinstance(items, AsyncIterable) else _from_threads(items)
    try:
        async for item in chunks:
            yield encode(item)
            # A generator that never waits would never notice that it is cancelled.
            await anyio.lowlevel.checkpoint()
    finally:
        await _close(chunks)


async def _from_threads(items: Iterable[Any]) -> AsyncGenerator[Any, None]:
    try:
        async for item in iterate_in_threadpool(items):
            yield item
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            # A thread of its own: the shared ones may all wait for something this one frees.
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(close, limiter=anyio.CapacityLimiter(1))


async def _close(items: Any) -> None:
    close = getattr(items, "aclose", None)
    if close is None:
        return
    with anyio.CancelScope(shield=True):
        try:
            await close()
        except BaseExceptionGroup as raised:
            # A task group around a `yield` wraps what ends the generator.
            _, rest = raised.split(GeneratorExit)
            if rest is not None:
                raise rest from rest.__cause__


def _as_it_is(item: Any) -> Any:
    return item


def _dump(item: Any) -> bytes:
    if isinstance(item, BaseModel):  # it may have chosen how numbers without end are written
        return item.model_dump_json(by_alias=True).encode()
    encoded = jsonable_encoder(item)
    try:
        return json.dumps(encoded, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return json.dumps(_finite(encoded), ensure_ascii=False).encode()


def _finite(value: Any) -> Any:
    """Return a document with null in the place of what JSON has no number for."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list) else value
