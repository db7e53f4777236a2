"""Which of its two paths a path operation answers a request by."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi._plan.generate import Generated
from notebookapi._plan.steps import ExecutionPlan
from notebookapi._records import record
from notebookapi._respond.compile import Responder
from notebookapi._respond.generate import generate_answer
from notebookapi._table.published import Published
from notebookapi.telemetry.data import OBSERVER

if TYPE_CHECKING:
    from notebookapi._respond.stream import Streamer

FORCED = os.environ.get("NOTEBOOKAPI_PATH", "")
"""`exact`: nothing is generated; `generated`: at the first request already, not the second. For
those who look for a fault, and for tests of each path."""
if FORCED not in ("", "exact", "generated"):
    raise ValueError(f"NOTEBOOKAPI_PATH={FORCED!r}: say exact or generated, or unset it.")


@record(frozen=True, slots=True, eq=False)
class _Made:
    """What has been generated of a plan and a responder; `why`: nothing has.

    alone: the function, where nothing stands around it.
    """

    plan: ExecutionPlan
    responder: Responder | Streamer
    function: ASGIApp | None
    alone: ASGIApp | None
    text: str
    why: str


class TwoPaths:
    """The generated path for valid requests, the exact one for all others."""

    plan: ExecutionPlan
    responder: Responder | Streamer
    endpoint: Callable[..., Any]
    path: str
    methods: Any
    assigned_app: ASGIApp | None
    _limited: ASGIApp | None
    only_exact: bool = FORCED == "exact"
    _made: _Made | None = None
    _was_asked: bool = FORCED == "generated"

    async def _serve_exactly(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise NotImplementedError  # the path operation knows how

    def explain(self) -> str:
        """Return the source of the function that answers valid requests, or why there is none."""
        made = self._generated()
        return made.text or f"# Answered step by step: {made.why}.\n"

    def function_for(self, scope: Scope, published: Published) -> Any:
        """Return the generated function if it, and it alone, answers a request; else None."""
        made = self._made
        if made is None or made.plan is not self.plan or made.responder is not self.responder:
            return None  # where nothing is made yet, `_path_for` counts who asks
        if self.assigned_app is not None or OBSERVER in scope or published.overrides:
            return None
        return made.alone

    def _path_for(self, scope: Scope) -> Any:
        return self._function(scope) or self._serve_exactly

    def _function(self, scope: Scope) -> ASGIApp | None:
        made = self._made
        if made is None or made.plan is not self.plan or made.responder is not self.responder:
            if not self._was_asked:  # what is asked once is not worth it
                self._was_asked = True
                return None
            made = self._generated()
        if OBSERVER in scope:
            return None
        state = scope.get("notebookapi")
        if state is not None and state.published.overrides:
            return None
        return made.function

    def _generated(self) -> _Made:
        label = f"{' '.join(sorted(self.methods))} {self.path}"
        answer: Generated | str = "NOTEBOOKAPI_PATH says so"
        if not self.only_exact:
            answer = generate_answer(self.plan, self.responder, self._serve_exactly, label)
        function, text, why = None, "", ""
        if isinstance(answer, str):
            why = answer
        else:
            function, text = answer.function, answer.text
        alone = function if self._limited is None else None
        self._made = _Made(self.plan, self.responder, function, alone, text, why)
        return self._made
