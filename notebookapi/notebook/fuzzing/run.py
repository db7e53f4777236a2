"""Operations are asked, one after the other; what is wrong is made small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.fuzzing.asking import Answered, ask
from notebookapi.notebook.fuzzing.cases import Cases
from notebookapi.notebook.fuzzing.findings import Asked, Complaint, Finding, Fuzzed, Kind
from notebookapi.notebook.log.failures import NameOf, code_of, summary, trimmed
from notebookapi.notebook.server.server import Server

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from notebookapi.notebook.sending.outgoing import Outgoing

Tell = Callable[[str], object]
_LOGIN = (401, 403)


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked. operations: methods and paths. most: requests to each, before shrinking.

    headers: that the person gives, sent with each request. name_of: how they know a cell.
    """

    app: ASGIApp
    server: Server
    document: Mapping[str, Any]
    operations: Sequence[tuple[str, str]]
    most: int
    seed: int
    headers: Sequence[tuple[str, str]]
    name_of: NameOf


def fuzz(task: Task, url: str, skipped: Sequence[str], tell: Tell) -> Fuzzed:
    """Ask, and return what came to light; what an interrupt leaves, too. tell: of progress."""
    asked: list[Asked] = []
    found: list[Finding] = []
    is_whole = True
    for method, path in task.operations:
        one = _Operation(task, method, path, tell)
        try:
            one.run()
        except KeyboardInterrupt:
            is_whole = False
        asked.append(one.asked)
        found += one.findings
        if not is_whole:
            break
    return Fuzzed(
        asked=asked,
        findings=sorted(found, key=lambda each: [*Kind].index(each.complaint.kind)),
        seed=task.seed,
        url=url,
        skipped=skipped,
        given=[name for name, _ in task.headers],
        is_whole=is_whole,
    )


class _Found(Exception):
    """Tells hypothesis that a request shows a fault; one class for each, so that it tells apart."""


class _Operation:
    """One operation while it is asked."""

    def __init__(self, task: Task, method: str, path: str, tell: Tell) -> None:
        self._task = task
        self._method, self._path = method, path
        self._tell = tell
        self._smallest: dict[str, Finding] = {}
        self._kinds: dict[str, type[_Found]] = {}
        self._statuses: dict[int, int] = {}
        self._note = ""

    @property
    def label(self) -> str:
        return f"{self._method} {self._path}"

    @property
    def findings(self) -> list[Finding]:
        return list(self._smallest.values())

    @property
    def asked(self) -> Asked:
        return Asked(self.label, sum(self._statuses.values()), self._note or self._refused())

    def _refused(self) -> str:
        """Return what to do where nobody was let in."""
        if self._statuses and set(self._statuses) <= {*_LOGIN, 422}:
            if any(each in self._statuses for each in _LOGIN):
                return "no request was let in; give one by `--header 'Authorization: …'`"
        return ""

    def run(self) -> None:
        """Ask for what is valid, then for what is not."""
        cases = Cases(self._task.document, self._method, self._path)
        for is_valid in (True, False) if cases.has_input else (True,):
            try:
                self._put(cases, is_valid=is_valid)
            except Exception as error:  # a schema that it cannot read; it tells of many
                said = next(iter(str(error).splitlines()), "")
                kind = "valid" if is_valid else "invalid"
                self._note = f"no {kind} requests: {type(error).__name__}: {said}"

    def _put(self, cases: Cases, *, is_valid: bool) -> None:
        import hypothesis
        from hypothesis import HealthCheck, Phase, errors

        share = max(1, self._task.most // (2 if cases.has_input else 1))

        def check(case: Any) -> None:
            self._check(cases, case)

        settings = hypothesis.settings(
            max_examples=share, database=None, deadline=None, print_blob=False,
            derandomize=False, report_multiple_bugs=True, verbosity=hypothesis.Verbosity.quiet,
            phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        given: Any = hypothesis.given(cases.strategy(is_valid=is_valid))
        test = hypothesis.seed(self._task.seed)(settings(given(check)))
        try:
            test()
        except errors.Flaky:
            self._note = "the same request was not answered alike each time"
        except _Found:
            return  # it is kept already
        except ExceptionGroup as group:
            _, others = group.split(_Found)
            if others is not None:
                raise others from None

    def _check(self, cases: Cases, case: Any) -> None:
        """Send one request. Raises _Found."""
        task = self._task
        made, prepared = cases.request(case)
        given = {name.lower() for name, _ in task.headers}
        request = replace(made, headers=[each for each in made.headers if each[0] not in given])
        sent = replace(request, headers=[*request.headers, *task.headers])
        answered = task.server.run(ask(task.app, sent))
        self._statuses[answered.status] = self._statuses.get(answered.status, 0) + 1
        complaints = [*self._failure(answered)]
        if not complaints and not answered.is_ours:
            complaints += cases.complaints(case, prepared, answered)
        for each in complaints:
            self._keep(each, request, answered)
        count, faults = sum(self._statuses.values()), len(self._smallest)
        told = f"{count} request{'' if count == 1 else 's'}"
        self._tell(f"{self.label}: {told}, {faults} finding{'' if faults == 1 else 's'}")
        if complaints:
            raise self._kind_of(complaints[0].key)

    def _failure(self, answered: Answered) -> Iterator[Complaint]:
        error = answered.error
        if error is not None:
            text = summary(error, self._task.name_of, code_of(answered.endpoint))
            where = trimmed(error, self._task.name_of, code_of(answered.endpoint))
            lines = [each for each in where.splitlines() if ", line " in each]
            yield Complaint(Kind.FAILS, f"{type(error).__name__} {lines[-1:]}", text)
        elif answered.status >= 500:
            text = f"{answered.status} was answered, and nothing raised"
            yield Complaint(Kind.FAILS, str(answered.status), text)

    def _keep(self, complaint: Complaint, request: Outgoing, answered: Answered) -> None:
        """Keep a finding; of two with the same fault the smaller one."""
        before = self._smallest.get(complaint.key)
        if before is not None and _size(before.request) <= _size(request):
            return
        error, traceback = answered.error, ""
        if error is not None:
            traceback = trimmed(error, self._task.name_of, code_of(answered.endpoint))
        self._smallest[complaint.key] = Finding(
            self.label, complaint, request, answered.status, traceback
        )

    def _kind_of(self, key: str) -> _Found:
        if key not in self._kinds:
            self._kinds[key] = type("_FoundOne", (_Found,), {})
        return self._kinds[key](key)


def _size(request: Outgoing) -> tuple[int, str]:
    return len(request.cell), request.cell
