"""The body of a request, parsed."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from email.message import Message
from functools import lru_cache
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from notebookapi._plan.fields import ABSENT
from notebookapi._plan.forms import read_form
from notebookapi._plan.steps import BodyPlan
from notebookapi.exceptions import RequestValidationError

_UNREADABLE = "There was an error parsing the body"


async def read_body(request: Request, plan: BodyPlan, exits: AsyncExitStack) -> Any:
    """Return the body: a form where the plan says so, a document for JSON, bytes for another
    media type, ABSENT for none.

    exits: left after the response; the files of a form are closed then.
    Raises RequestValidationError for malformed JSON, and HTTPException: with status 400 for a body
    that cannot be read, 413 for one that is too large.
    """
    try:
        if plan.form is not None:
            return await read_form(request, plan.form.limits, plan.form.as_bytes, exits)
        raw = await request.body()
    except HTTPException:
        raise
    except Exception as error:  # the client is gone, the disk is full …
        raise HTTPException(400, _UNREADABLE) from error
    if not raw:
        return ABSENT
    content_type = request.headers.get("content-type")
    if not is_json(content_type, plan.strict_content_type):
        return raw
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        details = {
            "type": "json_invalid",
            "loc": ("body", error.pos),
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": error.msg},
        }
        raise RequestValidationError([details], body=error.doc) from error
    except Exception as error:  # not UTF-8, a number too long, a nesting too deep …
        raise HTTPException(400, _UNREADABLE) from error


@lru_cache(maxsize=256)
def is_json(content_type: str | None, strict: bool) -> bool:
    """Tell whether a body is JSON by its media type (RFC 6839, section 3.1 for `+json`)."""
    if content_type is None:
        return not strict
    message = Message()
    message["content-type"] = content_type
    if message.get_content_maintype() != "application":
        return False
    subtype = message.get_content_subtype()
    return subtype == "json" or subtype.endswith("+json")
