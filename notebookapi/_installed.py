"""What our own distribution needs, what of it is installed, and the command that mends the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata

EXTRAS = ("", "standard", "notebook", "lab", "security", "telemetry", "fuzz")
"""From the smallest; "" is the core. A library counts for the first that names it."""
NEEDED = ("", "standard")
"""Those without which the commands do not work."""

_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)\s*(\[[^]]*\])?\s*(?P<versions>[^;]*)(;.*extra\s*==\s*['\"](?P<extra>\w+))?"
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A library that we use. least: the first release that will do; extra: "" for the core."""

    name: str
    least: str = ""
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    requirement: Requirement
    version: str | None
    """None where it is not installed."""

    @property
    def is_well(self) -> bool:
        return self.version is not None and is_new_enough(self.version, self.requirement.least)

    @property
    def remark(self) -> str:
        if self.version is None:
            return "missing"
        return "" if self.is_well else f"too old; {self.requirement.least} or newer is needed"


def findings() -> list[Finding]:
    """Return what our own distribution names, with the versions that are here."""
    return [Finding(each, installed(each.name)) for each in requirements()]


def requirements() -> list[Requirement]:
    """Return what our own distribution names, each library once."""
    try:
        named = metadata.requires("notebookapi") or ()
    except metadata.PackageNotFoundError:
        return []
    return parsed(named)


def parsed(lines: Iterable[str]) -> list[Requirement]:
    """Return the libraries that requirements name, each once, those of the core first."""
    found: dict[str, Requirement] = {}
    for requirement in sorted(filter(None, map(_parsed, lines)), key=_rank):
        found.setdefault(requirement.name, requirement)
    return list(found.values())


def _parsed(line: str) -> Requirement | None:
    match = _REQUIREMENT.match(line)
    if match is None or match["name"] == "notebookapi":
        return None  # one extra that includes another; installed metadata has both spelled out
    least = re.search(r">=\s*([\w.]+)", match["versions"])
    return Requirement(match["name"], least[1] if least else "", match["extra"] or "")


def _rank(requirement: Requirement) -> int:
    return EXTRAS.index(requirement.extra) if requirement.extra in EXTRAS else len(EXTRAS)


def cures(findings: Sequence[Finding]) -> list[str]:
    """Return, for each extra that something is missing of, the command that installs it."""
    wrong: dict[str, list[str]] = {}
    for each in findings:
        if not each.is_well:
            wrong.setdefault(each.requirement.extra, []).append(each.requirement.name)
    return [
        f"{', '.join(names)}: "
        + f'pip install --upgrade "notebookapi{f"[{extra}]" if extra else ""}"'
        for extra, names in wrong.items()
    ]


def installed(name: str) -> str | None:
    """Return a distribution's version; None where it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def is_new_enough(version: str, least: str) -> bool:
    """Tell whether a release is the least one that will do, or a later one."""
    return _numbers(version) >= _numbers(least)


def _numbers(version: str) -> tuple[int, ...]:
    """Return the release as numbers, zeros at its end left out: 2.0 and 2 are the same."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[^\d.]", version)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
