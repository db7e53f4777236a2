"""The port of a notebook: the same after each restart."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any

# Below the range that Linux takes for outgoing connections (32768 and up), above the well-known.
_FIRST, _COUNT = 20000, 10000


def sticky_port(namespace: Mapping[str, Any]) -> int:
    """Return the port that belongs to the notebook, by a hash of its path; 0 where none is known.

    Jupyter's server names the notebook in JPY_SESSION_NAME, VS Code in the namespace.
    """
    path = namespace.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    if not path:
        return 0
    digest = hashlib.sha256(str(path).encode()).digest()
    return _FIRST + int.from_bytes(digest[:4]) % _COUNT
