"""What requests from the schema brought to light: records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from notebookapi.notebook.sending.outgoing import Outgoing


class Kind(Enum):
    """What is wrong, the worst first. The value: it in words."""

    FAILS = "fails"
    STATUS = "undeclared status"
    CONTENT_TYPE = "undeclared content type"
    RESPONSE = "response unlike its schema"
    ACCEPTED = "invalid request accepted"

    @property
    def is_fault(self) -> bool:
        """Whether it breaks what is promised; else it is worth knowing."""
        return self is not Kind.ACCEPTED


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong with an answer. key: equal for what is the same fault."""

    kind: Kind
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, with the smallest request that shows it.

    request: as it was sent, without the headers that the person gave, which may be secret.
    traceback: the frames of what the endpoint raised.
    """

    operation: str
    complaint: Complaint
    request: Outgoing
    status: int
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation, and how many requests it got. note: what else there is to say."""

    operation: str
    requests: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What a run came to. seed: with it, the same requests are made again.

    skipped: operations that were not asked, as their methods may change something.
    given: names of the headers that the person gave. is_whole: whether it came to its end.
    url: where the application is served, for a shell.
    """

    asked: Sequence[Asked]
    findings: Sequence[Finding]
    seed: int
    url: str
    skipped: Sequence[str] = ()
    given: Sequence[str] = ()
    is_whole: bool = True

    @property
    def requests(self) -> int:
        """Requests that were sent, those among them that made a finding smaller."""
        return sum(each.requests for each in self.asked)

    @property
    def faults(self) -> int:
        """Findings that break what is promised."""
        return sum(each.complaint.kind.is_fault for each in self.findings)
