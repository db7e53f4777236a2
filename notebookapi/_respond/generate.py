"""Lines of generated functions that answer; the function of a path operation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic_core import SchemaSerializer
from starlette.responses import Response
from starlette.types import ASGIApp

from notebookapi._plan.execute import Solved, blank_response
from notebookapi._plan.fields import ModelField
from notebookapi._plan.generate import Generated, generate, why_exact
from notebookapi._plan.raw import Noting
from notebookapi._plan.steps import ExecutionPlan
from notebookapi._plan.writing import Source
from notebookapi._respond.check import valid
from notebookapi._respond.compile import Responder, has_body
from notebookapi._respond.failing import alone, answer_alone
from notebookapi._respond.json import untyped_json
from notebookapi._respond.refusing import Refusal
from notebookapi._respond.shadow import shadow_of

if TYPE_CHECKING:
    from notebookapi._respond.stream import Streamer


def generate_answer(
    plan: ExecutionPlan, responder: Responder | Streamer, exact: ASGIApp, label: str
) -> Generated | str:
    """Return the function that answers valid requests, or why there is none.

    exact: answers the others.
    """
    if not isinstance(responder, Responder):
        return "it streams"
    why = why_exact(plan)
    if why is not None:
        return why
    framed = alone(exact)
    refusing = partial(Refusal, plan, responder.endpoint, framed)
    return generate(plan, Written(responder), framed, refusing, answer_alone, label)


class Written:
    """Writes how a result becomes two ASGI messages."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self._is_direct = responder.response_class is None and (
            responder.status is None or has_body(responder.status)
        )

    def write_made(self, source: Source, *, background: bool, injected: bool) -> None:
        """Write lines that turn `returned` into `response`, or `response = None` and `content`."""
        source.names.update(Response=Response, respond=_responding(self._responder))
        given = ", ".join(
            ("response" if injected else "None", "background" if background else "None")
        )
        if injected or not self._is_direct:
            source.add(f"response = respond(returned, {given})")
            return
        # The commonest first, since asking for the class costs.
        with source.block("if type(returned) is not dict and isinstance(returned, Response):"):
            source.add(f"response = respond(returned, {given})")
        with source.block("else:"):
            source.add("response = None", f"content = {self._content(source)}")

    def _content(self, source: Source) -> str:
        responder = self._responder
        field = responder.field
        if field is None:
            source.names["untyped_json"] = untyped_json
            return "untyped_json(returned)"
        checked = f"{source.bind('checked', _checking(responder, field))}(returned)"
        if responder.settled is not None:
            settled = source.bind(responder.settled.__name__, responder.settled)
            checked = f"(returned if type(returned) is {settled} else {checked})"
        serializer = field.adapter.serializer
        is_made = type(serializer) is SchemaSerializer  # else it waits for a type
        write = source.bind("to_json", serializer.to_json if is_made else field.serialized_json)
        words = "".join(
            f", {name}={value if value is True else source.bind(name, value)}"
            for name, value in responder.filters.as_options().items()
            if value is not None and value is not False
        )
        shadow = shadow_of(field, responder.filters)
        if shadow is not None:
            kind = source.bind("kind", shadow.kind)
            direct = f"{source.bind('write_dictionaries', shadow.write)}(returned)"
            direct = f"({direct} if type(returned) is {kind} else None)"
            return f"{direct} or {write}({checked}{words})"
        return f"{write}({checked}{words})"

    def write_sent(self, source: Source, *, background: bool) -> None:
        """Write lines that send it."""
        source.names["Noting"] = Noting
        if not self._is_direct:
            self._write_response(source)
            return
        with source.block("if response is not None:"):
            self._write_response(source)
        with source.block("else:"):
            source.add(
                "started = True",
                "await send({'type': 'http.response.start', "
                f"'status': {self._responder.status or 200}, 'headers': "
                "[(b'content-length', b'%d' % len(content)), "
                "(b'content-type', b'application/json')]})",
                "await send({'type': 'http.response.body', 'body': content})",
            )
            if background:
                source.add("await background()")

    def _write_response(self, source: Source) -> None:
        source.add("started = Noting(send)", "await response(scope, receive, started)")


def _responding(responder: Responder) -> Any:
    def respond(returned: Any, response: Response | None, background: Any) -> Response:
        if isinstance(returned, Response):
            if returned.background is None:
                returned.background = background
            return returned
        solved = Solved({}, [], None, response or blank_response(), background)
        return responder.respond(returned, solved)

    return respond


def _checking(responder: Responder, field: ModelField) -> Any:
    def check(returned: Any) -> Any:
        return valid(returned, field, responder.settled, responder.endpoint)

    return check
