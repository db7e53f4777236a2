"""Examples are sent again, in process, and what they are answered is held against the record."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from notebookapi._table.published import Registration
from notebookapi.examples.comparison import compare
from notebookapi.examples.record import Answer, Example
from notebookapi.examples.redaction import redacted_answer
from notebookapi.notebook.examples.keeping import Examples
from notebookapi.notebook.sending.client import with_state
from notebookapi.notebook.sending.replaying import send
from notebookapi.notebook.swap.transaction import Outcome
from notebookapi.notebook.views.model import Note

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from notebookapi.notebook.face import Session

LONGEST = 2.0
"""Seconds that all examples of one publication have together."""
_PREFIX = "NOTEBOOKAPI_SECRET_"
_SHOWN = 3
"""Differences of one example that the card tells."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """answer: None where there was none in time. trouble: why it was not sent."""

    example: Example
    answer: Answer | None = None
    trouble: str = ""


def replayed(session: Session, outcome: Outcome) -> list[Note]:
    """Send again the examples of what a cell has published; return what the card tells of them."""
    kept = session.examples
    touched = _touched(outcome)
    if not (kept.is_on and touched and session.server.running):
        return []
    try:
        examples = [each for each in kept if _is_touched(session, each, touched)]
    except Exception as error:  # a file that cannot be read, in the words of the error
        return [Note("warning", str(error))]
    if not examples:
        return []
    secrets = {each.name: known_secrets(kept, each) for each in examples}
    app = with_state(session.app, session.server.lifespan_state)
    answered = session.server.run(_all(app, examples, secrets))
    came = [_hidden(each, secrets[each.example.name], kept) for each in answered]
    for each in came:
        if each.answer is not None and each.example.expected is None:
            kept.expect(replace(each.example, expected=each.answer))
    return list(_told(came))


def _touched(outcome: Outcome) -> set[Registration]:
    change = outcome.change
    pairs = (*change.replaced, *change.taken, *outcome.rebound.pairs, *outcome.carried.pairs)
    return {each.registration for each in (*change.added, *change.restored, *(n for _, n in pairs))}


def _is_touched(session: Session, example: Example, touched: AbstractSet[Registration]) -> bool:
    published = session.app.published
    entry = published.table.entry_for(example.method, example.path)
    return entry is not None and not touched.isdisjoint(published.chains[entry.order])


def _of_environment(example: Example) -> Mapping[str, str]:
    """Return the secrets that the environment has, under names that say what they are for."""
    return {
        name: os.environ[_PREFIX + name] for name in example.secrets if _PREFIX + name in os.environ
    }


def known_secrets(kept: Examples, example: Example) -> Mapping[str, str]:
    """Return the secrets that the environment has, or that this session has seen."""
    return {**_of_environment(example), **kept.secrets_of(example)}


def missing_secrets(example: Example, secrets: Mapping[str, str]) -> list[str]:
    """Return the environment variables that an example waits for."""
    return [_PREFIX + name for name in example.secrets if name not in secrets]


def _hidden(replayed: Replayed, secrets: Mapping[str, str], kept: Examples) -> Replayed:
    """Return an answer as the example would keep it: the card shows no secret."""
    if replayed.answer is None:
        return replayed
    fields = kept.secret_fields_of(replayed.example)
    return replace(replayed, answer=redacted_answer(replayed.answer, secrets, fields))


async def _all(
    app: ASGIApp, examples: Sequence[Example], secrets: Mapping[str, Mapping[str, str]]
) -> list[Replayed]:
    end = time.monotonic() + LONGEST
    return [await _one(app, each, secrets[each.name], end - time.monotonic()) for each in examples]


async def _one(app: ASGIApp, example: Example, secrets: Mapping[str, str], left: float) -> Replayed:
    if not example.may_replay:
        return Replayed(example, trouble="it may change something; save it with `--replay`")
    if missing := missing_secrets(example, secrets):
        return Replayed(example, trouble=f"set {', '.join(missing)} in the environment")
    if left <= 0:
        return Replayed(example, trouble=f"the {LONGEST:g} s for all were over")
    task = asyncio.ensure_future(send(app, example.with_secrets(secrets)))
    # Not cancelled and waited for: a function that blocks its thread ends when it likes.
    done, _ = await asyncio.wait({task}, timeout=left)
    if done:
        return Replayed(example, task.result())
    _LEFT.add(task)
    task.add_done_callback(_let_go)
    task.cancel()
    return Replayed(example, trouble=f"the {LONGEST:g} s for all were over")


_LEFT: set[asyncio.Future[Answer]] = set()
"""Requests that were given up; an event loop holds no task by itself."""


def _let_go(task: asyncio.Future[Answer]) -> None:
    _LEFT.discard(task)
    if not task.cancelled():
        task.exception()  # asked for, so that nobody is told that it was not


def _told(came: Sequence[Replayed]) -> Iterator[Note]:
    passed = 0
    for each in came:
        expected = each.example.expected
        if each.answer is None or expected is None:
            continue
        differences = compare(expected, each.answer)
        if not differences:
            passed += 1
            continue
        more = f" and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
        told = "; ".join(one.text for one in differences[:_SHOWN])
        yield Note("warning", f"Example {each.example.name} changed: {told}{more}.")
    if passed:
        yield Note("info", f"{passed} example{' passes' if passed == 1 else 's pass'}.")
    new = [each.example.name for each in came if each.answer and not each.example.expected]
    if new:
        yield Note("info", f"First answer kept of {', '.join(new)}.")
    yield from _not_sent(came)


def _not_sent(came: Sequence[Replayed]) -> Iterator[Note]:
    reasons: dict[str, list[str]] = {}
    for each in came:
        if each.trouble:
            reasons.setdefault(each.trouble, []).append(each.example.name)
    for reason, names in reasons.items():
        yield Note("info", f"{len(names)} not replayed ({', '.join(names)}): {reason}.")
