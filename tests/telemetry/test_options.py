"""What telemetry costs who does not use it, what it needs, and what it is told."""

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from notebookapi import NotebookAPI
from notebookapi.exceptions import InvalidOption
from notebookapi.telemetry import TelemetryOptions


def run(source: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        check=False, capture_output=True, text=True, env=environment, timeout=50,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


SERVES = """
import sys
from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient
app = NotebookAPI({options})
@app.get("/")
def endpoint(): return 1
with TestClient(app) as client:
    assert client.get("/").json() == 1
print(sorted(name for name in sys.modules if name.split(".")[0] == "opentelemetry"))
"""


@pytest.mark.parametrize(
    "options", ["", "telemetry={'tracing': False, 'metrics': False, 'logs': False}"]
)
def test_nothing_is_imported_for_who_does_not_use_it(options: str) -> None:
    assert run(SERVES.format(options=options)).strip() == "[]"


WITHOUT = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "opentelemetry":
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Finder())
from notebookapi import NotebookAPI
from notebookapi.telemetry import MissingTelemetry
NotebookAPI()
try:
    NotebookAPI(telemetry={})
except MissingTelemetry as error:
    print(error)
"""


def test_without_opentelemetry_it_is_said_what_to_install() -> None:
    message = run(WITHOUT).strip()
    assert message.startswith("`telemetry` needs OpenTelemetry (No module named 'opentelemetry')")
    assert message.endswith('Run: pip install "notebookapi[telemetry]"')


MISTAKES: list[tuple[Any, str]] = [
    ({"tracer_provder": None}, "no key 'tracer_provder'; did you mean 'tracer_provider'"),
    ({"zzz": 1}, "no key 'zzz'; it has tracer_provider, meter_provider"),
    (True, "`telemetry=True`: give a dictionary"),
]


@pytest.mark.parametrize(("options", "message"), MISTAKES, ids=str)
def test_mistake(options: TelemetryOptions, message: str) -> None:
    with pytest.raises(InvalidOption, match=message):
        NotebookAPI(telemetry=options)


class Collector:
    """Takes what exporters send: paths with their bodies."""

    def __init__(self) -> None:
        got: list[tuple[str, bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                got.append((self.path, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None: ...

        self.got = got
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


FAILS = """
from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient
app = NotebookAPI({options})
@app.get("/items/{{a}}")
def endpoint(a: int): raise KeyError("where")
with TestClient(app, raise_server_exceptions=False) as client:
    assert client.get("/items/1").status_code == 500
"""
ASKING = [
    ("", {"NOTEBOOKAPI_OTEL_AUTO_CONFIGURE": "true"}, True),
    ("", {"FASTAPI_OTEL_AUTO_CONFIGURE": "True"}, True),
    ("telemetry={'auto_configure': True}", {}, True),
    ("telemetry={'auto_configure': False}", {"FASTAPI_OTEL_AUTO_CONFIGURE": "true"}, False),
    ("", {"NOTEBOOKAPI_OTEL_AUTO_CONFIGURE": "no", "FASTAPI_OTEL_AUTO_CONFIGURE": "true"}, False),
    ("telemetry={}", {}, False),
]


@pytest.mark.parametrize(("options", "environment", "expected"), ASKING, ids=str)
def test_exporters_are_made_where_that_is_asked_for(
    collector: Collector, options: str, environment: dict[str, str], expected: bool
) -> None:
    run(
        FAILS.format(options=options),
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_SERVICE_NAME="shop",
        **environment,
    )
    got: dict[str, bytes] = {}
    for path, body in collector.got:
        got[path] = got.get(path, b"") + body
    if not expected:
        assert got == {}
        return
    assert sorted(got) == ["/v1/logs", "/v1/metrics", "/v1/traces"]
    assert b"GET /items/{a}" in got["/v1/traces"]
    assert b"http.server.request.duration" in got["/v1/metrics"]
    assert b"notebookapi.request.exception" in got["/v1/logs"]
    assert all(b"shop" in body for body in got.values())
