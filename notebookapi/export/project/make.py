"""The whole way of a project: module -> package -> files -> proof -> folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from notebookapi.export.errors import BadTarget
from notebookapi.export.project.carrying import carry, own_modules
from notebookapi.export.project.code import package_of
from notebookapi.export.project.distributions import requirements_of
from notebookapi.export.project.folder import (
    check_folder,
    check_unedited,
    put,
    staged,
    written_to,
)
from notebookapi.export.project.inside import modules_inside
from notebookapi.export.project.records import PACKAGE, Code, ProjectReport
from notebookapi.export.project.render import (
    Project,
    package_files,
    surrounding_files,
    test_files,
    told_by,
)
from notebookapi.export.prove import Progress, prove
from notebookapi.export.pytest_file import pytest_file
from notebookapi.export.records import ExportedModule, ExportRequest, Proof
from notebookapi.export.ruff import tidy
from notebookapi.export.write import write_module


def export_project(
    request: ExportRequest,
    directory: Path,
    *,
    timeout: float = 60,
    progress: Progress | None = None,
    accept: bool = False,
    overwrite: bool = False,
) -> ProjectReport:
    """Write a project around the module that the served application comes from, and prove it.

    It is made in a folder beside and moved when it is proved; a failed proof leaves `directory`
    alone, unless `accept`.
    timeout: seconds for each proof.
    overwrite: replace files that were edited by hand, or that no export wrote.
    Raises ExportError.
    """
    check_folder(directory)
    tell = progress or _say_nothing
    tell("selecting what the routes need")
    made = _Making(request, directory, write_module(request), _imports_inside(request.frozen))
    attempts = made.attempts()
    for code in attempts:
        project, files, notes = made.files(code)
        check_unedited(directory, files, overwrite=overwrite)
        with staged(directory, files) as stage:
            proof = made.proof(stage, timeout, tell)
            if not proof.passed and code is not attempts[-1]:
                continue  # what was taken apart serves something else: keep it whole
            is_written = proof.passed or accept
            files |= written_to(stage, made.tests(project, proof))
            changed = put(stage, directory, files, overwrite=overwrite) if is_written else ()
        return ProjectReport(directory, changed, proof, is_written, (*made.module.notes, *notes))
    raise AssertionError("there is an attempt at least")


def _say_nothing(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class _Making:
    request: ExportRequest
    directory: Path
    module: ExportedModule
    inside: str
    """Imports of what frozen objects are made of, as source; looking costs a pickling of each."""

    def attempts(self) -> list[Code]:
        """The package, and the same in one piece where the first is not."""
        text, application = self.module.text, self.request.application
        own = self._own()
        code = package_of(text, application, self.request.openapi, own)
        if not code.is_split:
            return [code]
        whole = package_of(text, application, self.request.openapi, own, may_split=False)
        return [code, whole]

    def files(self, code: Code) -> tuple[Project, dict[str, bytes], list[str]]:
        modules = own_modules(self._importing, self.request.directory)
        if any(name.partition(".")[0] == PACKAGE for name in modules):
            raise BadTarget(
                f"The notebook imports a module called `{PACKAGE}`, as the package of a project is "
                "called. Give that module another name."
            )
        carried = carry(self.module.text, self.request.directory, modules)
        project = Project(
            project_name(self.directory), self.request.application, code,
            self.request.openapi, carried,
        )  # fmt: skip
        package = {f"{PACKAGE}/{name}": text for name, text in code.files.items()}
        package |= package_files(project)
        own = [data.decode() for name, data in carried.files.items() if name.endswith(".py")]
        needed = requirements_of([*package.values(), self.inside, *own], [PACKAGE, *self._own()])
        project = replace(project, requirements=needed.lines)
        texts = {**package, **surrounding_files(project)}
        frozen = {f"{PACKAGE}/{name}": data for name, data in self.module.files.items()}
        notes = [*code.notes, *carried.notes]
        notes += [
            f"{name} is imported, and no installed distribution has it: add what provides it to "
            "pyproject.toml."
            for name in needed.unknown
        ]
        encoded = {name: text.encode() for name, text in texts.items()}
        return project, {**carried.files, **frozen, **encoded}, notes

    def proof(self, stage: Path, timeout: float, tell: Progress) -> Proof:
        """Import the project as a server does, from its own folder."""
        text = f"from {PACKAGE}.main import {self.request.application}\n"
        return prove(
            replace(self.module, text=text, line_map={}, files={}),
            self.request.openapi,
            application=self.request.application,
            name="project_entry",
            directory=stage,
            timeout=timeout,
            progress=tell,
            replays=self.request.replays,
        )

    def tests(self, project: Project, proof: Proof) -> dict[str, bytes]:
        """Return the tests that examples make, once it is known what they are answered."""
        if not proof.replayed:
            return {}
        main, application = f"{PACKAGE}.main", self.request.application
        variables = self.module.environment
        text = pytest_file(proof.replayed, self.request.openapi, main, application, variables)
        shared = test_files(replace(project, told=told_by(proof.replayed, project.code.settings)))
        tests = {"tests/test_examples.py": tidy(text, [PACKAGE]), **shared}
        return {name: text.encode() for name, text in tests.items()}

    def _own(self) -> list[str]:
        found = own_modules(self._importing, self.request.directory)
        return [name.removesuffix(".py") for name in found]

    @property
    def _importing(self) -> str:
        return f"{self.module.text}\n{self.inside}"


def _imports_inside(frozen: Mapping[str, object]) -> str:
    names = sorted(modules_inside(frozen.values()) - {"__main__"})
    return "\n".join(f"import {name}" for name in names)


def project_name(directory: Path) -> str:
    """Return the name of a project: a distribution's, an image's and a Kubernetes object's."""
    name = re.sub(r"[^a-z0-9]+", "-", directory.resolve().name.lower()).strip("-")[:50].strip("-")
    return name if name[:1].isalpha() else f"api-{name}".strip("-")
