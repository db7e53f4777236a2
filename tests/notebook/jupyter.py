"""A real Jupyter server with jupyter-server-proxy, below `/user/ada/` as on a hub."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import threading
from pathlib import Path

BASE = "/user/ada/"


class Jupyter:
    """A Jupyter server of one's own. url: without its base; token: what lets a client in."""

    def __init__(self, folder: Path) -> None:
        self.token = secrets.token_hex(16)
        own = {f"JUPYTER_{name}": str(folder / name) for name in ("CONFIG_DIR", "RUNTIME_DIR")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root",
             "--ip=127.0.0.1", "--port=0", f"--ServerApp.base_url={BASE}",
             f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={folder}",
             "--ServerApp.jpserver_extensions={'jupyter_server_proxy': True}",
             "--ServerApp.local_hostnames=['localhost', 'ada.localhost']"],
            cwd=folder, env={**os.environ, **own}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.url = self._read_url()

    def proxied(self, port: int) -> str:
        """Return the URL below which it shows what a port serves."""
        return f"{self.url}{BASE}proxy/{port}"

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=30)
        self._reader.join(timeout=30)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _read_url(self) -> str:
        said = []
        if self._process.stderr is None:  # a pipe was asked for
            raise RuntimeError("The server has no stderr.")
        for line in self._process.stderr:
            said.append(line)
            if found := re.search(rf"(http://127\.0\.0\.1:\d+){BASE}", line):
                # Nobody else reads what it goes on saying, and a full pipe would stop it.
                self._reader = threading.Thread(target=self._process.stderr.read, daemon=True)
                self._reader.start()
                return found[1]
        raise RuntimeError("".join(said))
