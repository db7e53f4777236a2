"""Plan -> one straight-line function: the path of a valid request.

The function reads and validates everything before any dependency has run: the body first, as the
exact path does. Where something does not fit, what has been read goes along to who refuses it: no
validator of a person's runs twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, Protocol

from starlette.background import BackgroundTasks
from starlette.requests import HTTPConnection
from starlette.responses import Response

from notebookapi._plan.entering import Entering, LeftInThread
from notebookapi._plan.execute import blank_response
from notebookapi._plan.raw import read_body_into, replayed, request_with, sends_json
from notebookapi._plan.reading import Read, Reader, is_read_from_text
from notebookapi._plan.signature import described, swallowed
from notebookapi._plan.steps import (
    YIELDING,
    Argument,
    BodyPlan,
    ExecutionPlan,
    Flavour,
    Result,
    Special,
    Step,
    Value,
)
from notebookapi._plan.threads import call_in_thread, leave_in_thread
from notebookapi._plan.writing import Source, compiled
from notebookapi._records import record
from notebookapi.exceptions import NotebookAPIError
from notebookapi.security.base import SecurityScopes

_RESERVED = (
    "scope receive send exact refuse failed request response background body kept path query lists "
    "headers cookies started made answered returned error ABSENT content status message work left"
    " frame raw document Missing loads"
).split()


class Answer(Protocol):
    """Writes how a result is answered."""

    def write_made(self, source: Source, *, background: bool, injected: bool) -> None:
        """Write lines that turn `returned` into `response`, or `response = None` and `content`."""
        ...

    def write_sent(self, source: Source, *, background: bool) -> None:
        """Write lines that send it."""
        ...


@record(frozen=True, slots=True, eq=False)
class Generated:
    """function: answers valid requests. text: its source."""

    function: Callable[..., Any]
    text: str


def why_exact(plan: ExecutionPlan) -> str | None:
    """Return why a plan has no generated function; None where it has one."""
    if plan.body is not None and plan.body.form is not None:
        return "it reads a form"
    if plan.endpoint.flavour in YIELDING:
        return "it streams"
    inner = False
    for step in plan.steps:
        if step.scope == "app" or step.slots is not None:
            return f"{described(step.call)} is shared between requests"
        if any(isinstance(each, Value) and each.group for each in step.arguments):
            return f"{described(step.call)} has a parameter model"
        if step.flavour in YIELDING:
            if inner and step.scope == "request":
                return 'a dependency with the scope "request" is entered behind one of "function"'
            inner = inner or step.scope == "function"
    return None


def generate(
    plan: ExecutionPlan,
    answer: Answer,
    exact: Any,
    refusing: Callable[[Sequence[Read]], Any],
    failed: Any,
    label: str,
) -> Generated:
    """Compile the function of a plan that `why_exact` has nothing against.

    exact: the exact path. It takes the function's arguments, and `frame`: what stands around the
    function, where nothing else does. refusing: of what is read in this order, returns
    what answers where that does not fit; it gets the variables of the function, and the exception.
    failed: answers an exception of what is called.
    """
    source = Source()
    source.reserve(_RESERVED)
    source.names.update(exact=exact, failed=failed)
    name = source.name(getattr(plan.endpoint.call, "__name__", "endpoint"))
    with source.block(f"async def {name}(scope, receive, send, frame=None):"):
        writer = _Writer(plan, source, answer)
        source.names["refuse"] = refusing(writer.write_reading())
        writer.write_calls()
    return Generated(compiled(source, name, label), source.text())


class _Writer:
    def __init__(self, plan: ExecutionPlan, source: Source, answer: Answer) -> None:
        self._plan = plan
        self._source = source
        self._answer = answer
        self._values: dict[int, str] = {}
        self._results: dict[int, str] = {}
        self._background = self._injects(BackgroundTasks)
        self._injected = self._injects(Response)

    def _injects(self, kind: type) -> bool:
        return any(
            isinstance(each, Special) and issubclass(each.kind, kind)
            for step in self._plan.steps
            for each in step.arguments
        )

    # --- what is read

    def write_reading(self) -> Sequence[Read]:
        """Write lines that read and validate everything; return what they read, in order."""
        source, body = self._source, self._plan.body
        values = [e for step in self._plan.steps for e in step.arguments if isinstance(e, Value)]
        if not values and body is None:
            return ()
        parts = ["scope"]
        if body is not None:
            self._write_body(body)
            parts += ["kept", "body"]
        reader, top = Reader(source), len(source.lines)
        with source.block("try:"):
            self._write_values(reader, values)
        with source.block("except Exception as error:  # it does not fit"):
            given = f"error, {reader.values()}, {reader.parts(*parts)}"
            source.add(f"await refuse(scope, receive, send, {given}, frame)", "return")
        source.add_at(top, reader.blank())
        self._values = {id(each.value): each.name for each in reader.reads}
        return reader.reads

    def _write_body(self, plan: BodyPlan) -> None:
        source = self._source
        source.names.update(sends_json=sends_json, read_body_into=read_body_into, replayed=replayed)
        with source.block(f"if not sends_json(scope['headers'], {plan.strict_content_type}):"):
            source.add("await exact(scope, receive, send, frame)", "return")
        source.add("kept = []", "body = await read_body_into(kept, receive)")
        with source.block("if not body:  # there is none, or it breaks off"):
            source.add("await exact(scope, replayed(kept, receive), send, frame)", "return")

    def _write_values(self, reader: Reader, values: list[Value]) -> None:
        inside = [each for each in values if each.in_ is None]
        embedded = self._plan.body is not None and self._plan.body.embedded
        # Malformed text is found before any value is read, as the exact path does.
        if inside and not embedded and all(is_read_from_text(each.field) for each in inside):
            for each in inside:
                reader.write_text(each)
            inside = []
        elif self._plan.body is not None:
            self._source.names["loads"] = json.loads
            reader.part("document", "loads(body)")
        for each in values:
            if each.in_ is not None:
                reader.write(each)
        reader.write_of_document(inside)

    # --- what is called

    def write_calls(self) -> None:
        """Write lines that call everything and answer."""
        source = self._source
        body = "body" if self._plan.body is not None else "None"
        source.names["request_with"] = request_with
        if self._injects(HTTPConnection):
            source.add(f"request = request_with(scope, receive, send, {body})")
            made = "request"
        else:
            made = f"request_with(scope, receive, send, {body})"
        source.add("started = False")
        with source.block("try:"):
            self._write_inside()
        with source.block("except Exception as error:"):
            source.add(f"await failed(error, {made}, started, scope, receive, send, frame)")

    def _write_inside(self) -> None:
        source = self._source
        if self._injected:
            source.names["blank_response"] = blank_response
            source.add("response = blank_response()")
        if self._background:
            source.names["BackgroundTasks"] = BackgroundTasks
            source.add("background = BackgroundTasks()")
        outer, inner = self._nesting()
        if outer:
            source.add("answered = False")
        if inner:
            source.add("made = False")
        top = source.depth
        between = self._write_steps(top)
        self._answer.write_made(source, background=self._background, injected=self._injected)
        if inner:
            source.add("made = True")
            source.back_to(between)
            self._write_swallowed("made", "No response object was returned.")
        self._answer.write_sent(source, background=self._background)
        if outer:
            source.add("answered = True")
            source.back_to(top)
            self._write_swallowed("answered", "Response not awaited.")

    def _nesting(self) -> tuple[bool, bool]:
        """Tell whether something is left after the response, and after the endpoint."""
        scopes = [step.scope for step in self._plan.steps[:-1] if step.flavour in YIELDING]
        return "request" in scopes, "function" in scopes

    def _write_swallowed(self, flag: str, what: str) -> None:
        call = self._plan.endpoint.call
        self._source.names["swallowing"] = lambda what: NotebookAPIError(
            f"{what} {swallowed(call)}"
        )
        with self._source.block(f"if not {flag}:"):
            self._source.add(f"raise swallowing({what!r})")

    def _write_steps(self, between: int) -> int:
        """Write all calls; return the depth behind what is left after the response."""
        waiting: list[Step] = []
        for step in self._plan.steps:
            if _goes_to_thread(step):
                if not _may_share(waiting, step):
                    between = self._write_thread(waiting, between)
                    waiting = []
                waiting.append(step)
                continue
            between = self._write_thread(waiting, between)
            waiting = []
            between = self._write_on_loop(step, between)
        return self._write_thread(waiting, between)

    def _write_on_loop(self, step: Step, between: int) -> int:
        source = self._source
        call = self._call(step)
        target = self._target(step)
        if step.flavour is Flavour.ASYNC:
            source.add(f"{target} = await {call}")
            return between
        source.names["Entering"] = Entering
        source.open(f"async with Entering({call}) as {target}:")
        return between if step.scope == "function" else source.depth

    def _write_thread(self, steps: list[Step], between: int) -> int:
        """Write sync calls that share one thread."""
        if not steps:
            return between
        source = self._source
        source.names.update(call_in_thread=call_in_thread)
        yielding = [step for step in steps if step.flavour in YIELDING]
        if yielding:
            source.names.update(LeftInThread=LeftInThread, leave_in_thread=leave_in_thread)
            left = source.name("left")
            source.open(f"async with LeftInThread(leave_in_thread) as {left}:")
            if yielding[0].scope == "request":
                between = source.depth
        else:
            left = ""
        work = source.name("work")
        targets = []
        with source.block(f"def {work}():"):
            for step in steps:
                call = self._call_in_thread(step, left, alone=len(steps) == 1)
                targets.append(self._target(step))
                source.add(f"{targets[-1]} = {call}")
            source.add(f"return {', '.join(targets)}")
        source.add(f"{', '.join(targets)} = await call_in_thread({work})")
        return between

    def _call_in_thread(self, step: Step, left: str, *, alone: bool) -> str:
        source = self._source
        if step.flavour is Flavour.SYNC_YIELD:
            manager = source.bind(f"manager_{_name(step)}", contextmanager(step.call))
            return f"{left}.enter({manager}({self._arguments(step)}))"
        if alone:
            return self._call(step)
        source.names["copy_context"] = copy_context
        given = self._arguments(step)
        call = source.bind(f"call_{_name(step)}", step.call)
        return f"copy_context().run({call}{', ' if given else ''}{given})"

    def _target(self, step: Step) -> str:
        if step is self._plan.endpoint:
            return "returned"
        return self._results.setdefault(step.slot, self._source.name(f"{_name(step)}_"))

    def _call(self, step: Step) -> str:
        call = self._source.bind(f"call_{_name(step)}", step.call)
        return f"{call}({self._arguments(step)})"

    def _arguments(self, step: Step) -> str:
        given = {each.name: self._argument(each) for each in step.arguments}
        first = [given.pop(name) for name in step.positional if name in given]
        return ", ".join([*first, *(f"{name}={value}" for name, value in given.items())])

    def _argument(self, argument: Argument) -> str:
        match argument:
            case Value():
                return self._values[id(argument)]
            case Result():
                return self._results[argument.slot]
            case Special(_, kind, scopes):
                if kind is SecurityScopes:
                    self._source.names["SecurityScopes"] = SecurityScopes
                    return f"SecurityScopes({list(scopes)!r})"
                if kind is Response:
                    return "response"
                return "background" if kind is BackgroundTasks else "request"


def _name(step: Step) -> str:
    return getattr(step.call, "__name__", type(step.call).__name__)


def _goes_to_thread(step: Step) -> bool:
    return step.flavour in (Flavour.SYNC, Flavour.SYNC_YIELD)


def _may_share(waiting: list[Step], step: Step) -> bool:
    """Tell whether a call may be made in the thread of those before it."""
    scopes = {each.scope for each in (*waiting, step) if each.flavour in YIELDING}
    return len(scopes) < 2
