"""Schemathesis: a document -> requests, and what its checks say of an answer."""

from __future__ import annotations

import atexit
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from notebookapi.notebook.errors import NotInstalled
from notebookapi.notebook.fuzzing.asking import Answered
from notebookapi.notebook.fuzzing.findings import Complaint, Kind
from notebookapi.notebook.sending.outgoing import Outgoing

URL = "http://127.0.0.1"
_CHECKS = {
    "status_code_conformance": Kind.STATUS,
    "content_type_conformance": Kind.CONTENT_TYPE,
    "response_schema_conformance": Kind.RESPONSE,
    "negative_data_rejection": Kind.ACCEPTED,
}
# What its clients send for themselves.
_OWN = frozenset(
    "user-agent accept accept-encoding connection content-length x-schemathesis-testcaseid".split()
)
_SENT = ("method", "url", "headers", "params", "data", "json", "cookies", "files")


class Cases:
    """The requests to one operation, and the checks of its answers. Raises NotInstalled."""

    def __init__(self, document: Mapping[str, Any], method: str, path: str) -> None:
        _load()
        import schemathesis

        # A copy: what it works on is its own.
        schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document)))
        self._operation: Any = schema[path][method]
        self.label = f"{method} {path}"

    @property
    def has_input(self) -> bool:
        """Whether there is anything in a request that could be wrong."""
        made = self._operation.definition.raw
        return bool(made.get("parameters") or made.get("requestBody"))

    def strategy(self, *, is_valid: bool) -> Any:
        """Return hypothesis' strategy for requests that the schema allows, or that it refuses."""
        from schemathesis import GenerationMode

        mode = GenerationMode.POSITIVE if is_valid else GenerationMode.NEGATIVE
        return self._operation.as_strategy(generation_mode=mode)

    def request(self, case: Any) -> tuple[Outgoing, Any]:
        """Return what is sent for a case, and the same for `complaints`."""
        import requests

        case.freeze_metadata()
        options = case.as_transport_kwargs(base_url=URL)
        prepared = requests.Request(
            **{name: value for name, value in options.items() if name in _SENT}
        ).prepare()
        headers = [
            (name.lower(), _text(value))
            for name, value in prepared.headers.items()
            if name.lower() not in _OWN
        ]
        body: Any = prepared.body or b""
        sent = body.encode() if isinstance(body, str) else bytes(body)
        return Outgoing(str(prepared.method), prepared.path_url, headers, sent), prepared

    def complaints(self, case: Any, prepared: Any, answered: Answered) -> Iterator[Complaint]:
        """Yield what is wrong with an answer, as far as the document tells."""
        import schemathesis

        headers: dict[str, list[str]] = {}
        for name, value in answered.headers:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        response = schemathesis.Response(
            answered.status, headers, answered.body, prepared, 0.0, verify=False
        )
        for check, kind in _CHECKS.items():
            if kind is Kind.RESPONSE and answered.is_cut:
                continue
            for failure in _failures(case, response, _check(check)):
                yield Complaint(kind, f"{kind.name} {failure._unique_key}", _words(failure, kind))


def _failures(case: Any, response: Any, check: Callable[..., Any]) -> list[Any]:
    from schemathesis.core.failures import FailureGroup

    try:
        case.validate_response(response, checks=[check])
    except FailureGroup as group:
        return list(group.exceptions)
    return []


def _check(name: str) -> Callable[..., Any]:
    from schemathesis import checks

    found: Callable[..., Any] = getattr(checks, name)
    return found


def _words(failure: Any, kind: Kind) -> str:
    """Return a failure in one or two lines: its message without the schema it quotes."""
    parts = str(failure.message).split("\n\n")
    text = " ".join(parts[0].split())
    if kind is Kind.RESPONSE and getattr(failure, "instance_path", None):
        text = f"{'.'.join(map(str, failure.instance_path))}: {text}"
    if kind is Kind.STATUS:
        status = failure.status_code
        text = f"{status} is not declared; `responses={{{status}: …}}` declares it"
    return text


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _load() -> None:
    """Import what makes the requests. Raises NotInstalled."""
    is_first = "hypothesis" not in sys.modules
    try:
        import schemathesis  # noqa: F401  # whether it is there
    except ImportError as error:
        raise NotInstalled(
            f"{error.name or 'schemathesis'} is not installed, and makes the requests. "
            'Run `%pip install "notebookapi[fuzz]"`, then try again.'
        ) from None
    if is_first:
        from hypothesis.configuration import set_hypothesis_home_dir

        # It would leave a folder beside the notebook. Who uses hypothesis has chosen one already.
        folder = tempfile.mkdtemp(prefix="notebookapi-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        set_hypothesis_home_dir(folder)
