"""What code imports -> what a project requires."""

from importlib.metadata import version

import pytest

from notebookapi.export.project.distributions import requirements_of


def names(*texts: str, own: tuple[str, ...] = ()) -> list[str]:
    lines = requirements_of(texts, own).lines
    return [line.partition(">")[0] for line in lines]


CASES = [
    ("import json, os.path\nfrom pathlib import Path", []),
    ("import pydantic", ["pydantic"]),
    ("import yaml", ["PyYAML"]),  # the distribution has another name than the module
    ("def f():\n    import httpx2", ["httpx2"]),
    ("try:\n    import uvloop\nexcept ImportError:\n    uvloop = None", ["uvloop"]),
    ("from opentelemetry import trace", ["opentelemetry-api"]),
    ("import opentelemetry.sdk.trace", ["opentelemetry-sdk"]),
    ("from . import near", []),
    ("x = 'sqlite+jinja2://'", ["Jinja2"]),  # as a driver's name stands in a database's URL
    ("import shop", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_exactly_what_is_imported(text: str, expected: list[str]) -> None:
    found = names(text, own=("shop",))
    assert found[0] == "notebookapi[standard]"
    assert [name.lower() for name in found[1:]] == [name.lower() for name in expected]


def test_extras_of_ours() -> None:
    assert names("from notebookapi.security import tokens") == ["notebookapi[security,standard]"]


def test_versions_are_those_of_this_environment() -> None:
    lines = requirements_of(["import pydantic, yaml"], ()).lines
    here = version("pydantic")
    major = int(here.partition(".")[0])
    assert f"pydantic>={here},<{major + 1}" in lines
    assert lines[0].startswith("notebookapi[standard]>=0.1.0,<0.2")


def test_a_module_of_no_distribution_is_named() -> None:
    assert requirements_of(["import nowhere.near\nimport json"], ()).unknown == ["nowhere"]


def test_a_module_that_is_not_missed_is_not_named() -> None:
    text = "try:\n    import nowhere\nexcept ImportError:\n    nowhere = None"
    found = requirements_of([text], ())
    assert (len(found.lines), found.unknown) == (1, [])
