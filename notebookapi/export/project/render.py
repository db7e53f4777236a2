"""The files of a project, made from templates: the only file that knows Jinja2."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notebookapi.cells.closure import is_secret
from notebookapi.export.project.carrying import Carried
from notebookapi.export.project.code import HEALTH, health_of, operations_of
from notebookapi.export.project.records import PACKAGE, Code, Setting
from notebookapi.export.replay import Replayed
from notebookapi.export.ruff import tidy

GRACE = 20
"""Seconds that requests have to end when the service is told to stop."""

_PLACES = {
    f"{PACKAGE}/main.py": "the application",
    f"{PACKAGE}/routers/": "its routes, a file for each tag or router",
    f"{PACKAGE}/models.py": "what is sent and answered",
    f"{PACKAGE}/shared.py": "what several routers use",
    f"{PACKAGE}/settings.py": "the settings",
    f"{PACKAGE}/health.py": "what probes ask",
    f"{PACKAGE}/ray.py": "the entry for Ray Serve",
    "tests/": "its tests; `openapi.json` is the contract that they hold it to",
    "Dockerfile": "the image",
    "kubernetes/": "the manifests",
}

_FILES = (
    "pyproject.toml", "README.md", "Dockerfile", "compose.yaml", "tests/conftest.py",
    "tests/test_api.py", "kubernetes/deployment.yaml", "kubernetes/service.yaml",
    "kubernetes/autoscaler.yaml", "kubernetes/kustomization.yaml",
)  # fmt: skip
# What begins with a dot is easily overlooked, and left out by tools that package.
_HIDDEN = {".dockerignore": "dockerignore", ".gitignore": "gitignore"}


@dataclass(frozen=True, slots=True)
class Project:
    """What the templates are filled with. requirements: of the code, in pyproject.toml's words.

    told: variables of the environment and their values, which the answers in the tests tell.
    """

    name: str
    application: str
    code: Code
    document: Mapping[str, Any]
    carried: Carried
    requirements: Sequence[str] = ()
    told: Mapping[str, str] = field(default_factory=dict)


def package_files(project: Project) -> dict[str, str]:
    """Return the modules of the package that stand beside the notebook's code: path -> text."""
    names = ["__init__.py"]
    if project.code.settings:
        names.append("settings.py")
    if health_of(project.document) == HEALTH:
        names.append("health.py")
    return _filled(project, {f"{PACKAGE}/{name}": f"app/{name}" for name in names})


def surrounding_files(project: Project) -> dict[str, str]:
    """Return what stands around the package: path -> text."""
    templates = {name: name for name in _FILES} | _HIDDEN | {f"{PACKAGE}/ray.py": "app/ray.py"}
    if project.code.settings:
        templates[".env.example"] = "env.example"
    contract = json.dumps(project.document, indent=2, ensure_ascii=False) + "\n"
    return {**_filled(project, templates), "tests/openapi.json": contract}


def test_files(project: Project) -> dict[str, str]:
    """Return what the tests share: path -> text. Made again when `told` is known."""
    return _filled(project, {name: name for name in ("tests/conftest.py",)})


def told_by(replayed: Sequence[Replayed], settings: Sequence[Setting]) -> dict[str, str]:
    """Return the variables whose values stand in the answers, with these values.

    A test that compares an answer needs them as they were; nothing else of the environment is
    written down, and no credential.
    """
    answers = "\n".join(each.module.body.decode(errors="replace") for each in replayed)
    names = [each.variable for each in settings if not is_secret(each.variable)]
    found = {name: value for name in names if (value := os.environ.get(name))}
    # In JSON some characters are escaped.
    return {
        name: value
        for name, value in found.items()
        if value in answers or json.dumps(value, ensure_ascii=False)[1:-1] in answers
    }


def _filled(project: Project, templates: Mapping[str, str]) -> dict[str, str]:
    values, environment = _values(project), _environment()
    texts = {
        path: environment.get_template(f"{template}.jinja").render(values)
        for path, template in sorted(templates.items())
    }
    return {path: tidy(text) if path.endswith(".py") else text for path, text in texts.items()}


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("notebookapi.export.project"),
        autoescape=False,  # no page: each template quotes for its own format
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    # A text in TOML, YAML, JSON and Python alike.
    environment.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    environment.filters["ticked"] = lambda text: f"`{text}`"
    environment.filters["plain"] = lambda source: str(ast.literal_eval(source))
    return environment


def _values(project: Project) -> dict[str, Any]:
    info = project.document.get("info", {})
    code, carried = project.code, project.carried
    title = _line(info.get("title")) or project.name
    version = str(info.get("version", ""))
    included = [PACKAGE, *carried.modules]
    return {
        "name": project.name,
        "package": PACKAGE,
        "application": project.application,
        "target": f"{PACKAGE}.main:{project.application}",
        "title": title,
        "description": _line(info.get("summary")) or title,
        "about": (info.get("description") or info.get("summary") or "An HTTP API.").strip(),
        "version": version if re.fullmatch(r"\d+(\.\d+)*", version) else "0.1.0",
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "requirements": project.requirements,
        "included": included,
        "stubs": [f"{PACKAGE}/__init__.py", *(n for n in carried.modules if n.endswith(".py"))],
        "folders": [PACKAGE, *(n for n in carried.modules if not n.endswith(".py"))],
        "data": carried.data,
        "carried": [*included, *carried.data],
        "settings": code.settings,
        "settings_name": code.settings_name,
        "required": [each for each in code.settings if each.is_required],
        "environment": {
            **{each.variable: each.example for each in code.settings if each.is_required},
            **project.told,
        },
        "state": code.state,
        "writes": code.writes,
        "replicas": 1 if code.state else 2,
        "grace": GRACE,
        "health": health_of(project.document),
        "operations": list(_table(project.document)),
        "paths": list(_asked(project.document)),
        "places": list(_places(project)),
    }


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _table(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for method, path, operation in operations_of(document):
        yield method, path, _line(operation.get("summary")).replace("|", "\\|")


def _asked(document: Mapping[str, Any]) -> Iterator[str]:
    """Paths that can be asked for without knowing anything."""
    for method, path, operation in operations_of(document):
        needs = any(each.get("required") for each in operation.get("parameters", []))
        if method == "GET" and not needs and not _streams(operation):
            yield path


def _streams(operation: Mapping[str, Any]) -> bool:
    """A stream may never end."""
    contents = (answer.get("content", {}) for answer in operation.get("responses", {}).values())
    return any("stream" in kind or "jsonl" in kind for content in contents for kind in content)


def _places(project: Project) -> Iterator[tuple[str, str]]:
    code = {f"{PACKAGE}/{name}" for name in project.code.files}
    always = {"tests/", "Dockerfile", "kubernetes/", f"{PACKAGE}/ray.py"}
    if project.code.settings:
        always.add(f"{PACKAGE}/settings.py")
    if health_of(project.document) == HEALTH:
        always.add(f"{PACKAGE}/health.py")
    for path, said in _PLACES.items():
        if path in always or any(name.startswith(path) for name in code):
            yield path, said
    for name in project.carried.modules:
        yield name, "a module of the notebook's folder"
    for name in project.carried.data:
        yield name, "read by the application"
