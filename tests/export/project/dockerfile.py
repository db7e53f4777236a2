"""A Dockerfile carried out without a container: its steps one by one, below a folder.

What it says of absolute paths holds below that folder. Both stages share it.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOTED = ("/opt/venv", "/build", "/srv")


@dataclass(slots=True)
class Image:
    """What the instructions left. command, health: as words."""

    root: Path
    workdir: Path
    env: dict[str, str]
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    user: str = ""

    def below(self, text: str) -> str:
        for path in ROOTED:
            text = text.replace(path, f"{self.root}{path}")
        return text

    def on_port(self, words: list[str], port: int) -> list[str]:
        return [word.replace("8000", str(port)) for word in words]


def instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, rest.strip()


def carried_out(project: Path, root: Path, env: Mapping[str, str]) -> Image:
    """Carry out every instruction. env: more of the environment of the steps."""
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    image = Image(root, root, {**kept, "PATH": path, "HOME": str(root), **env})
    (root / "etc").mkdir(parents=True)
    for name in ("passwd", "group", "shadow", "gshadow"):
        (root / "etc" / name).write_text("")
    for name, rest in instructions((project / "Dockerfile").read_text()):
        _carry_out(name, rest, project, image)
    return image


def _carry_out(name: str, rest: str, project: Path, image: Image) -> None:
    match name:
        case "ARG" | "FROM" | "EXPOSE":
            image.workdir = image.root
        case "WORKDIR":
            image.workdir = Path(image.below(rest))
            image.workdir.mkdir(parents=True, exist_ok=True)
        case "ENV":
            for word in shlex.split(rest):
                key, _, value = word.partition("=")
                image.env[key] = image.below(value).replace("$PATH", image.env["PATH"])
        case "COPY":
            _copy(rest, project, image)
        case "RUN":
            _run(image.below(rest), image)
        case "USER":
            image.user = rest
        case "HEALTHCHECK":
            image.health = json.loads(rest.partition("CMD ")[2])
        case "CMD":
            image.command = json.loads(rest)
            image.workdir = image.root / "srv"
        case _:
            raise AssertionError(f"nobody has thought of {name} yet")


def _run(script: str, image: Image) -> None:
    for name in ("groupadd", "useradd"):
        script = script.replace(f"{name} ", f"{name} --prefix {image.root} ")
    done = subprocess.run(
        ["sh", "-euc", script],
        cwd=image.workdir, env=image.env, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"


def _copy(rest: str, project: Path, image: Image) -> None:
    words = json.loads(rest) if rest.startswith("[") else rest.split()
    *sources, target = words
    if sources[0].startswith("--from"):
        assert Path(image.below(sources[1])).exists(), rest
        return
    for source in sources:
        assert not is_ignored(source, project), f"{source} is not sent to the builder"
        to = image.workdir / target
        if target.endswith("/"):
            to /= Path(source).name
        to.parent.mkdir(parents=True, exist_ok=True)
        if (project / source).is_dir():
            shutil.copytree(project / source, to, dirs_exist_ok=True)
        else:
            shutil.copy(project / source, to)


def is_ignored(source: str, project: Path) -> bool:
    """As .dockerignore says it in its simple form: all but what it lists behind `!`."""
    lines = (project / ".dockerignore").read_text().splitlines()
    assert lines[0] == "**"
    listed = [line[1:] for line in lines if line.startswith("!")]
    return not any(source == each or source.startswith(f"{each}/") for each in listed)
