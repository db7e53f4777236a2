"""The command line as a person uses it: a process in a folder of theirs."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

PATIENCE = 30.0
"""Seconds that anything may take on a busy machine."""

SHOP = """
from notebookapi import NotebookAPI

app = NotebookAPI(title="Shop")

@app.get("/items/{item_id}")
def read_item(item_id: int) -> int:
    return item_id
"""


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder, path -> text."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment in which nothing of ours is set but `more`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PORT", "NO_COLOR", "FORCE_COLOR", "FORWARDED_ALLOW_IPS", "COLUMNS")
        and not name.startswith(("NOTEBOOKAPI_", "FASTAPI_"))
    }
    # Two versions of a file written within a second look the same to Python's cache.
    kept |= {"PYTHONDONTWRITEBYTECODE": "1", "IPYTHONDIR": str(folder / ".ipython")}
    return kept | more


def command(
    *arguments: str, folder: Path, entered: str = "", patience: float = PATIENCE, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `notebookapi …` in a folder and wait for its end, for seconds of patience.

    entered: on standard input.
    """
    return subprocess.run(
        [sys.executable, "-m", "notebookapi", *arguments],
        cwd=folder,
        env=environment(folder, **more),
        input=entered,
        capture_output=True,
        text=True,
        timeout=patience,
    )


class Serving:
    """`notebookapi dev` or `run` in a folder, from the line that says where it serves."""

    def __init__(self, *arguments: str, folder: Path, **more: str) -> None:
        self.lines: list[str] = []
        self._arrived: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "notebookapi", *arguments],
            cwd=folder,
            env=environment(folder, **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that all of its processes can be ended together
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        match = re.search(r"http://\S+", self.wait_for("Serving at"))
        assert match, self.lines
        self.url = match[0]
        self.client = httpx2.Client(base_url=self.url, trust_env=False, timeout=PATIENCE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.client.close()
        try:
            self.stop()
        finally:
            self.end()

    def end(self) -> None:
        """End whatever still runs, at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stderr
        self.process.stderr.close()

    def stop(self) -> int:
        """Press Ctrl+C and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def wait_for(self, text: str) -> str:
        """Return the next line that contains a text."""
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            line = self._arrived.get(timeout=left)
            if line is None:
                break
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"no line with {text!r} in:\n{''.join(self.lines)}")

    def wait_for_answer(self, path: str, expected: object, *, saved: Path) -> None:
        """Ask until the answer is the expected one.

        saved: the file that makes it so. The reloader begins to watch a moment after its server
        has started, so a file that was saved before that is saved once more.
        """
        begin = again = time.monotonic()
        answer: object = None
        while time.monotonic() < begin + PATIENCE:
            if time.monotonic() > again + PATIENCE / 6:
                again = time.monotonic()
                saved.touch()
            try:
                answer = self.client.get(path).json()
            except httpx2.TransportError as error:
                answer = error  # the process that would have answered is ending
            if answer == expected:
                return
        log = "".join(self.lines)
        raise AssertionError(f"{path} answers {answer!r}, not {expected!r}:\n{log}")

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._arrived.put(line)
        self._arrived.put(None)
