"""A real kernel, driven as a front end does, over the Jupyter protocol."""

from __future__ import annotations

import ast
import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

TIMEOUT = 30.0
"""Seconds to wait for a message; none of these is expected to take more than two."""

Message = dict[str, Any]

FRESH = """
import notebookapi.notebook as _there
_shell = get_ipython()
if "notebookapi" in _shell.extension_manager.loaded:
    _shell.extension_manager.unload_extension("notebookapi")
_there._session = None
_shell.reset(new_session=True)
"""


@dataclass
class Ran:
    """What a run of a cell came to. displays: MIME bundles, in order. error: `Name: message`.

    left: the same as updates of displays leave them.
    """

    status: str = ""
    number: int | None = None
    stream: str = ""
    displays: list[dict[str, str]] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)
    result: dict[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def card(self) -> str:
        """The last of the extension's lines, without its name."""
        lines = [d["text/plain"] for d in self.displays if "text/plain" in d]
        cards = [line for line in lines if line.startswith("notebookapi: ")]
        return cards[-1].removeprefix("notebookapi: ") if cards else ""

    @property
    def shown(self) -> str:
        """All that was displayed or printed, as text."""
        texts = [each.get("text/plain", "") for each in (*self.displays, self.result)]
        return "\n".join(filter(None, [*texts, self.stream, self.error]))


class Kernel:
    """A kernel and its client. Every wait ends, in an error if need be."""

    def __init__(self, env: Mapping[str, str] | None = None, cwd: str | None = None) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(
            env={**os.environ, **(env or {})}, cwd=cwd, stderr=subprocess.DEVNULL
        )
        client = self.manager.client()
        assert isinstance(client, BlockingKernelClient)
        self.client = client
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)
        self._seen: dict[str, list[Message]] = defaultdict(list)

    def run(self, code: str, cell_id: str | None = None, **meta: Any) -> Ran:
        """Run a cell to its end."""
        return self.ended(self.begin(code, cell_id, **meta))

    def begin(
        self, code: str, cell_id: str | None = None, *, subshell: str | None = None, **meta: Any
    ) -> str:
        """Send a cell to the kernel; return what to give to `ended` and `until`."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        if cell_id is not None:
            meta["cellId"] = cell_id
        message = self.client.session.msg("execute_request", content, metadata=meta)
        message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def ended(self, run: str) -> Ran:
        """Wait until a run has ended."""
        while not any(_is_idle(message) for message in self._seen[run]):
            self._take()
        ran = Ran()
        seen = self._seen.pop(run)
        for message in seen:
            _note(ran, message["msg_type"], message["content"])
        ran.left += _left(seen)
        return ran

    def until(self, run: str, text: str) -> None:
        """Wait until a run has printed a text."""
        while text not in "".join(
            message["content"]["text"]
            for message in self._seen[run]
            if message["msg_type"] == "stream"
        ):
            self._take()

    def value(self, expression: str) -> Any:
        """Return the value of an expression that is made of literals, without a cell."""
        reply = self.client.execute(
            "", silent=True, user_expressions={"value": expression}, reply=True, timeout=TIMEOUT
        )
        value = reply["content"]["user_expressions"]["value"]
        assert value["status"] == "ok", value
        return ast.literal_eval(value["data"]["text/plain"])

    def control(self, kind: str) -> Message:
        """Send a request on the control channel and return the reply's content."""
        message = self.client.session.msg(kind, {})
        self.client.control_channel.send(message)
        while True:
            reply = self.client.control_channel.get_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                content: Message = reply["content"]
                return content

    def start_anew(self) -> None:
        """Forget everything, as after a restart; a kernel's start takes too long for each test."""
        assert self.run(FRESH).error == ""

    def stop(self) -> float:
        """End the kernel as Jupyter does; return the seconds it took."""
        self.client.stop_channels()
        began = time.monotonic()
        self.manager.shutdown_kernel()
        self.manager.cleanup_resources()
        return time.monotonic() - began

    def _take(self) -> None:
        message = self.client.get_iopub_msg(timeout=TIMEOUT)
        self._seen[message["parent_header"].get("msg_id", "")].append(message)


def _left(seen: Sequence[Message]) -> Iterable[dict[str, str]]:
    """Return what a front end shows at the end: an update takes the place of its display."""
    found: dict[object, dict[str, str]] = {}
    for number, message in enumerate(seen):
        kind, content = message["msg_type"], message["content"]
        name = content.get("transient", {}).get("display_id", number)
        if kind == "display_data" or (kind == "update_display_data" and name in found):
            found[name] = content["data"]
    return found.values()


def _is_idle(message: Message) -> bool:
    return bool(message["msg_type"] == "status" and message["content"]["execution_state"] == "idle")


def _note(ran: Ran, kind: str, content: Message) -> None:
    if kind == "stream":
        ran.stream += content["text"]
    elif kind == "display_data":
        ran.displays.append(content["data"])
    elif kind == "execute_result":
        ran.result = content["data"]
    elif kind == "execute_input":
        ran.number = content["execution_count"]
    elif kind == "error":
        ran.error = f"{content['ename']}: {content['evalue']}"
