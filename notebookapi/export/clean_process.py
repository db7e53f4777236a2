"""Run as a script, in a process of its own: import a module, write its OpenAPI document.

Standard library only, and nothing of this package: what the module imports is what it asked for.
Reads from `job.json` in the folder given as its only argument, writes `result.json` there.
"""

from __future__ import annotations

import importlib
import json
import sys
import traceback
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    for name in job["absent"]:
        # As if it were not installed: optional imports elsewhere fall back as they should.
        sys.modules[name] = None  # type: ignore[assignment]  # the documented way to block one
    sys.path[:0] = [str(folder / "module"), *job["paths"]]
    result: dict[str, Any]
    try:
        module = importlib.import_module(job["module"])
        result = {"openapi": getattr(module, job["application"]).openapi()}
        text = json.dumps(result)
    except BaseException as error:  # `sys.exit()` in a module is a failure like any other
        text = json.dumps(_failure(error))
    (folder / "result.json").write_text(text, encoding="utf-8")


def _failure(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": "".join(traceback.format_exception_only(error)).strip(),
        "frames": [
            [frame.filename, frame.lineno, frame.name, frame.line]
            for frame in frames
            if frame.filename != __file__ and not frame.filename.startswith("<frozen")
        ],
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
