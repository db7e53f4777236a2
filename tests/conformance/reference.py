"""The documentation examples of FastAPI with their tests: fetched, and unpacked for one run.

Nothing of them is kept in the repository. Of the source distribution only the examples, their
tests and the few files that these read are unpacked; FastAPI itself stays in the archive.
"""

import subprocess
import sys
import tarfile
from pathlib import Path

VERSION = "0.165.0"
ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "conformance"  # git ignores it

_FOLDERS = ("docs_src/", "tests/test_tutorial/")
_FILES = frozenset({
    "docs/en/docs/img/favicon.png",  # two examples serve it
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/test_telemetry/__init__.py",
    "tests/test_telemetry/conftest.py",  # tests/test_tutorial/test_opentelemetry imports it
    "tests/utils.py",
})  # fmt: skip


def unpack_examples(into: Path) -> None:
    """Write the examples and their tests below a folder; the archive is fetched once."""
    with tarfile.open(_archive()) as archive:
        for member in archive.getmembers():
            parts = Path(member.name).parts[1:]
            name = "/".join(parts)
            if ".." not in parts and (name in _FILES or name.startswith(_FOLDERS)):
                file = archive.extractfile(member)
                if file is not None:
                    (into / name).parent.mkdir(parents=True, exist_ok=True)
                    (into / name).write_bytes(file.read())


def _archive() -> Path:
    archive = CACHE / f"fastapi-{VERSION}.tar.gz"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        only_the_source = ("--no-deps", "--no-binary", "fastapi")
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", *only_the_source,
             "--dest", str(CACHE), f"fastapi=={VERSION}"],
            check=True,
        )  # fmt: skip
    return archive
