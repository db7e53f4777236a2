"""Real Jupyter servers, below a path as on a hub."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import threading
from pathlib import Path

BASE = "/user/ada/"


class Server:
    """A Jupyter server of one's own. url: without its base; token: what lets a client in."""

    def __init__(self, program: str, base: str, folder: Path, *options: str, **own: str) -> None:
        self.token = secrets.token_hex(16)
        self._process = subprocess.Popen(
            [sys.executable, "-m", program, "--no-browser", "--allow-root",
             "--ip=127.0.0.1", "--port=0", f"--ServerApp.base_url={base}",
             f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={folder}", *options],
            cwd=folder, env={**os.environ, **own}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.url = self._read_url(base)

    def stop(self) -> None:
        """End it, and its kernels."""
        self._process.terminate()
        self._process.wait(timeout=30)
        self._reader.join(timeout=30)
        # A kernel that takes longer to end holds the pipe too: closing it would wait for that.
        if self._process.stderr is not None and not self._reader.is_alive():
            self._process.stderr.close()

    def _read_url(self, base: str) -> str:
        said = []
        if self._process.stderr is None:  # a pipe was asked for
            raise RuntimeError("The server has no stderr.")
        for line in self._process.stderr:
            said.append(line)
            if found := re.search(rf"(http://127\.0\.0\.1:\d+){base}", line):
                # Nobody else reads what it goes on saying, and a full pipe would stop it.
                self._reader = threading.Thread(target=self._process.stderr.read, daemon=True)
                self._reader.start()
                return found[1]
        raise RuntimeError("".join(said))


class Jupyter(Server):
    """One with jupyter-server-proxy."""

    def __init__(self, folder: Path) -> None:
        own = {f"JUPYTER_{name}": str(folder / name) for name in ("CONFIG_DIR", "RUNTIME_DIR")}
        super().__init__(
            "jupyter_server", BASE, folder,
            "--ServerApp.jpserver_extensions={'jupyter_server_proxy': True}",
            "--ServerApp.local_hostnames=['localhost', 'ada.localhost']", **own,
        )  # fmt: skip

    def proxied(self, port: int) -> str:
        """Return the URL below which it shows what a port serves."""
        return f"{self.url}{BASE}proxy/{port}"
