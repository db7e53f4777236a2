"""The program that loads a server is begun, heard, and ended."""

from __future__ import annotations

import json
import subprocess
import sys
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from notebookapi.notebook.errors import NotebookError
from notebookapi.notebook.measuring.measured import Measured
from notebookapi.notebook.sending.outgoing import Outgoing

_PROGRAM = Path(__file__).with_name("client.py")


class NotMeasured(NotebookError):
    """The program that loads the server failed."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is measured. url: of the server. credentials: headers that it asks for, told nobody.

    clients: how many ask at once. seconds, count: how long, or how many requests.
    """

    label: str
    request: Outgoing
    url: str
    clients: int
    seconds: float | None
    count: int | None
    credentials: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> str:
        """Return it for the program, in one line."""
        at = urlsplit(self.url)
        sent = replace(self.request, headers=[*self.request.headers, *self.credentials])
        return json.dumps(
            {
                "host": at.hostname,
                "port": at.port,
                "request": sent.wire(at.netloc).decode("latin-1"),
                "is_head": sent.method == "HEAD",
                "seconds": self.seconds,
                "count": self.count,
                "clients": self.clients,
            }
        )


@dataclass(slots=True)
class _Heard:
    """What the program has told so far. durations: microseconds."""

    elapsed: float = 0.0
    durations: array[int] = field(default_factory=lambda: array("L"))
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, line: str) -> None:
        told = json.loads(line)
        self.elapsed = told["elapsed"]
        self.durations.extend(told["durations"])
        self.statuses.update(told["statuses"])
        self.errors.update(told["errors"])

    def measured(self, task: Task, *, is_over: bool = False, is_whole: bool = False) -> Measured:
        done = len(self.durations) / task.count if task.count else 0.0
        share = self.elapsed / task.seconds if task.seconds else 0.0
        return Measured(
            label=task.label,
            request=task.request.label,
            clients=task.clients,
            elapsed=self.elapsed,
            share=min(1.0, max(done, share)),
            durations=[each / 1_000_000 for each in sorted(self.durations)],
            statuses=dict(sorted(self.statuses.items())),
            errors=dict(self.errors.most_common()),
            is_over=is_over,
            is_whole=is_whole,
        )


def measure(task: Task, tell: Callable[[Measured], object]) -> Measured:
    """Load the server and return what came of it; what an interrupt leaves, too.

    tell: called a few times a second. Raises NotMeasured.
    """
    heard = _Heard()
    # A group of its own: Jupyter interrupts the kernel's whole group, and this is ended below.
    # `-P`: the program's folder is no place for imports.
    process = subprocess.Popen(
        [sys.executable, "-P", str(_PROGRAM)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        print(task.as_json(), file=process.stdin, flush=True)
        for line in process.stdout:
            heard.add(line)
            tell(heard.measured(task))
        _, trouble = process.communicate()
    except KeyboardInterrupt:
        return heard.measured(task, is_over=True)
    finally:
        process.kill()
        process.communicate()
    if process.returncode:
        last = (trouble.strip().splitlines() or ["it said nothing"])[-1]
        raise NotMeasured(f"{task.label} was not measured: the program that asks failed: {last}")
    return heard.measured(task, is_over=True, is_whole=True)
