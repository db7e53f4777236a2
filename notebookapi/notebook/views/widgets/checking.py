"""A body that somebody writes, validated as the endpoint would, without sending it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from notebookapi._plan.extract import read_from_body
from notebookapi._plan.steps import BodyPlan
from notebookapi.types import ErrorDetails


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong. loc: keys and indices, as in the answer to such a request (422)."""

    loc: Sequence[str | int]
    msg: str


def faults(plan: BodyPlan | None, text: str) -> list[Fault]:
    """Return what is wrong with a JSON body; nothing for one that is not read as JSON."""
    if plan is None or plan.form is not None or not plan.values:
        return []
    try:
        body: Any = json.loads(text)
    except ValueError as error:
        position = getattr(error, "pos", 0)
        return [Fault(["body", position], f"No JSON: {getattr(error, 'msg', error)}")]
    return [_fault(each) for value in plan.values for each in read_from_body(body, value)[1]]


def _fault(detail: ErrorDetails) -> Fault:
    loc = [each if isinstance(each, int) else str(each) for each in detail["loc"]]
    return Fault(loc, str(detail["msg"]))
