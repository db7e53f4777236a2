"""What `%api doctor` looks at: versions, front end, server, widgets, proxy; and what mends them."""

from __future__ import annotations

import http.client
import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import notebookapi
from notebookapi._installed import Finding, findings, installed, is_new_enough

if TYPE_CHECKING:
    from notebookapi.notebook.face import Session

_EXTRAS = ("", "standard", "notebook")
_TIMEOUT = 2.0
"""Seconds to wait for the server's answer."""
_ROUTED = "7.4"
"""The first ipykernel that lets a thread say whose output it writes."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. cure: what to do about it, in words; empty where all is well."""

    name: str
    found: str
    cure: str = ""


def checks(session: Session, front_end: str) -> list[Check]:
    """Look at everything, and ask the server by a real request."""
    return [
        Check("Python", f"{platform.python_version()}, {sys.executable}"),
        Check("notebookapi", notebookapi.__version__),
        Check("Front end", front_end),
        *_server(session),
        *_kernel(),
        *_widgets(),
        *_proxy(),
        *_loops(),
        *(_missing(each) for each in findings() if _is_wanted(each)),
    ]


def _server(session: Session) -> Iterator[Check]:
    url = session.server.url
    if url is not None:
        yield _asked(url)
        yield Check("Port", session.server.notice or str(urlsplit(url).port))
    elif session.server.may_start:
        yield Check("Server", "not started; the first route starts it, or `%api serve`")
    else:
        yield Check("Server", "stopped", "%api serve")


def _asked(url: str) -> Check:
    """Ask under a name that the guard refuses: any answer will do, and no endpoint runs."""
    began = time.perf_counter()
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/", headers={"Host": "doctor.invalid"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        cure = "%api stop, then %api serve; a firewall of this machine may stand between"
        return Check("Server", f"{url} does not answer: {error!r}", cure)
    finally:
        connection.close()
    return Check("Server", f"{url} answers in {(time.perf_counter() - began) * 1000:.1f} ms")


def _kernel() -> Iterator[Check]:
    yield Check("IPython", installed("ipython") or "not installed as a distribution")
    version = installed("ipykernel")
    if version is not None:
        is_old = not is_new_enough(version, _ROUTED)
        yield Check("ipykernel", version, f'%pip install "ipykernel>={_ROUTED}"' if is_old else "")


def _widgets() -> Iterator[Check]:
    versions = {name: installed(name) for name in ("anywidget", "ipywidgets")}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        found = f"{' and '.join(missing)} missing; tables stand where widgets would"
        yield Check("Widgets", found, '%pip install "notebookapi[notebook]", then reload the page')
    else:
        yield Check("Widgets", ", ".join(f"{name} {it}" for name, it in versions.items()))


def _proxy() -> Iterator[Check]:
    version = installed("jupyter-server-proxy")
    is_remote = "JUPYTERHUB_SERVICE_PREFIX" in os.environ
    cure = "%pip install jupyter-server-proxy, then restart the Jupyter server"
    found = "not installed; only a browser on another machine needs it"
    yield Check("jupyter-server-proxy", version or found, cure if is_remote and not version else "")


def _loops() -> Iterator[Check]:
    if "nest_asyncio" in sys.modules:
        yield Check(
            "nest_asyncio",
            f"{installed('nest-asyncio') or 'loaded'}; it can lose cells that wait to run",
            "take `nest_asyncio.apply()` out and restart the kernel",
        )


def _is_wanted(finding: Finding) -> bool:
    return not finding.is_well and finding.requirement.extra in _EXTRAS


def _missing(finding: Finding) -> Check:
    extra = finding.requirement.extra
    what = f"notebookapi[{extra}]" if extra else "notebookapi"
    version = f"{finding.version}, {finding.remark}" if finding.version else finding.remark
    return Check(finding.requirement.name, version, f'%pip install --upgrade "{what}"')
