"""What an operation answers where something is wrong."""

from __future__ import annotations

import http
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException

from notebookapi._openapi.schemas import Schema
from notebookapi._respond.compile import has_body
from notebookapi._respond.problems import PROBLEM_TYPE, problem

VALIDATION_ERROR: Schema = {
    "title": "ValidationError",
    "type": "object",
    "properties": {
        "loc": {
            "title": "Location",
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "msg": {"title": "Message", "type": "string"},
        "type": {"title": "Error Type", "type": "string"},
        "input": {"title": "Input"},
        "ctx": {"title": "Context", "type": "object"},
    },
    "required": ["loc", "msg", "type"],
}
HTTP_VALIDATION_ERROR: Schema = {
    "title": "HTTPValidationError",
    "type": "object",
    "properties": {
        "detail": {
            "title": "Detail",
            "type": "array",
            "items": {"$ref": "#/components/schemas/ValidationError"},
        }
    },
}
HTTP_ERROR: Schema = {
    "title": "HTTPError",
    "type": "object",
    "properties": {"detail": {"title": "Detail"}},
    "required": ["detail"],
}
# RFC 9457, section 3.1; what has no type of its own is "about:blank", section 4.2.1.
PROBLEM: Schema = {
    "title": "Problem",
    "type": "object",
    "properties": {
        "type": {"title": "Type", "type": "string", "format": "uri-reference"},
        "title": {"title": "Title", "type": "string"},
        "status": {"title": "Status", "type": "integer", "minimum": 100, "maximum": 599},
        "detail": {"title": "Detail", "type": "string"},
        "instance": {"title": "Instance", "type": "string", "format": "uri-reference"},
    },
    "required": ["type", "title", "status"],
    "additionalProperties": True,
}
VALIDATION_PROBLEM: Schema = {
    "title": "ValidationProblem",
    "allOf": [{"$ref": "#/components/schemas/Problem"}],
    "type": "object",
    "properties": {
        "errors": {
            "title": "Errors",
            "type": "array",
            "items": {"$ref": "#/components/schemas/ValidationError"},
        }
    },
    "required": ["errors"],
}
_COMPONENTS = {
    each["title"]: each
    for each in (VALIDATION_ERROR, HTTP_VALIDATION_ERROR, HTTP_ERROR, PROBLEM, VALIDATION_PROBLEM)
}


def add_errors(
    responses: dict[str, Any],
    *,
    raises: Sequence[type[HTTPException]],
    described: Mapping[str, bool],
    validates: bool,
    problems: bool,
) -> Schema:
    """Add what can go wrong to an operation's responses; return the components that it needs.

    raises: the errors that it says it raises. described: the statuses that the program describes
    itself, and whether in words. validates: whether requests can be invalid. problems: whether
    errors are told as RFC 9457 has it.
    """
    needed: Schema = {}
    told = set(responses)
    for status, kinds in _by_status(raises).items():
        raised = _raised(status, kinds, needed, problems)
        responses[status] = _under(raised, responses.get(status), described.get(status, False))
    if validates and not told & {"422", "4XX", "default"}:
        responses["422"] = _with_validation(responses.get("422"), needed, problems)
    if problems and "default" not in responses:
        responses["default"] = _answer("Any other error", _ref("Problem", needed), problems)
    return needed


def _by_status(raises: Sequence[type[HTTPException]]) -> dict[str, list[type[HTTPException]]]:
    found: dict[str, list[type[HTTPException]]] = {}
    for kind in dict.fromkeys(raises):
        found.setdefault(str(_status(kind)), []).append(kind)
    return found


def _status(kind: Any) -> int:
    return int(kind.status_code)  # a class attribute, as `raises` demands


def _raised(
    status: str, kinds: Sequence[type[HTTPException]], needed: Schema, problems: bool
) -> dict[str, Any]:
    """Return the response of all errors with one status."""
    text = "\n\n".join(dict.fromkeys(_text(kind) for kind in kinds))
    if not has_body(int(status)):
        made: dict[str, Any] = {"description": text}
    else:
        made = _answer(text, _ref("Problem" if problems else "HTTPError", needed), problems)
        (media,) = made["content"].values()
        media["examples"] = {
            kind.__name__: {"summary": _text(kind), "value": _example(kind, problems)}
            for kind in kinds
        }
    names = {name for kind in kinds for name in getattr(kind, "headers", None) or ()}
    if names:
        made["headers"] = {name: {"schema": {"type": "string"}} for name in sorted(names)}
    return made


def _text(kind: type[HTTPException]) -> str:
    """Return what an error is, in words: its detail, its docstring, or its status."""
    detail = getattr(kind, "detail", None)
    if isinstance(detail, str) and detail:
        return detail
    own = inspect.cleandoc(kind.__dict__.get("__doc__") or "").split("\n\n")[0]
    return own or http.HTTPStatus(_status(kind)).phrase


def _example(kind: type[HTTPException], problems: bool) -> dict[str, Any]:
    phrase = http.HTTPStatus(_status(kind)).phrase
    detail = getattr(kind, "detail", None)
    if not problems:
        return {"detail": phrase if detail is None else detail}
    return problem(_status(kind), phrase if detail is None else detail)


def _under(raised: dict[str, Any], declared: dict[str, Any] | None, has_words: bool) -> Any:
    """Return what is raised with what the program declares for the same status laid over it."""
    if declared is None:
        return raised
    made = {**raised, **declared}
    if not has_words:
        made["description"] = raised["description"]
    for part in ("headers", "content"):
        there = {**raised.get(part, {}), **declared.get(part, {})}
        if there:
            made[part] = there
    for media_type, media in declared.get("content", {}).items():
        made["content"][media_type] = {**raised.get("content", {}).get(media_type, {}), **media}
    return made


def _with_validation(raised: dict[str, Any] | None, needed: Schema, problems: bool) -> Any:
    _ref("ValidationError", needed)
    schema = _ref("ValidationProblem" if problems else "HTTPValidationError", needed)
    if problems:
        _ref("Problem", needed)
    if raised is None:
        return _answer("Validation Error", schema, problems)
    made = _answer(f"Validation Error\n\n{raised['description']}", schema, problems)
    (media,) = raised["content"].values()
    ((media_type, new),) = made["content"].items()
    either = {"anyOf": [new["schema"], media["schema"]]}
    return {**raised, **made, "content": {media_type: {**media, "schema": either}}}


def _ref(name: str, needed: Schema) -> Schema:
    needed[name] = _COMPONENTS[name]
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: Schema, problems: bool) -> dict[str, Any]:
    media_type = PROBLEM_TYPE if problems else "application/json"
    return {"description": description, "content": {media_type: {"schema": schema}}}
