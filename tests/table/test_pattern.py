"""Path templates: what is accepted, what is refused, what starlette would say."""

import gc
import re
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.convertors import CONVERTOR_TYPES, Convertor, register_url_convertor
from starlette.routing import compile_path

from notebookapi._table import InvalidPattern, compile_pattern

TEMPLATES = [
    "/",
    "//",
    "/items",
    "/items/",
    "/items/{id}",
    "/items/{id:int}",
    "/items/{id:int}/{size:float}/{key:uuid}",
    "/files/{path:path}",
    "/files/{path:path}/raw",
    "/{name}.json",
    "/{a}-{b:int}",
    "/a.b+c",
    "/{not a parameter}",
    "/{}",
    "/{a:}",
    "/line\nbreak",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_agrees_with_starlette(template: str) -> None:
    regex, path_format, convertors = compile_path(template)
    pattern = compile_pattern(template)
    assert pattern.path == template
    assert pattern.regex == regex
    assert pattern.format == path_format
    assert dict(pattern.convertors) == convertors
    assert list(pattern.convertors) == list(convertors)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("/", True),
        ("/items/all", True),
        ("/items/{id}", False),
        ("/{path:path}", False),
        # `$` matches before a newline at the end, so this one is not a plain look-up.
        ("/a\nb", False),
    ],
)
def test_is_static(template: str, expected: bool) -> None:
    assert compile_pattern(template).is_static is expected


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("", ["''", "slash", "'/'"]),
        ("items", ["'items'", "slash", "'/items'"]),
        ("/{id}/{id}", ["'/{id}/{id}'", "'id'", "twice", "own name"]),
        ("/{id}/{id:int}", ["'id'", "twice"]),
        ("/{id:number}", ["'id'", "'number'", "float, int, path, str, uuid", "register"]),
    ],
)
def test_mistakes_name_place_value_and_cure(template: str, words: list[str]) -> None:
    with pytest.raises(InvalidPattern) as caught:
        compile_pattern(template)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, AssertionError)
    assert caught.value.path == template
    for word in words:
        assert word in str(caught.value)


def test_same_template_same_pattern() -> None:
    assert compile_pattern("/shared/{id}") is compile_pattern("/shared/{id}")


def test_patterns_that_nobody_holds_are_forgotten() -> None:
    watched = weakref.ref(compile_pattern("/forgotten/{id}"))
    gc.collect()
    assert watched() is None


class Letter(Convertor[str]):
    regex = "[a-z]"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class Capital(Letter):
    regex = "[A-Z]"


class Broken(Letter):
    regex = "[a-z"


@pytest.fixture
def convertors() -> Iterator[dict[str, Convertor[Any]]]:
    before = dict(CONVERTOR_TYPES)
    yield CONVERTOR_TYPES
    CONVERTOR_TYPES.clear()
    CONVERTOR_TYPES.update(before)


@pytest.mark.usefixtures("convertors")
def test_a_convertor_registered_again_is_used_by_the_next_route() -> None:
    register_url_convertor("letter", Letter())
    first = compile_pattern("/{x:letter}")
    register_url_convertor("letter", Capital())
    second = compile_pattern("/{x:letter}")
    assert first.regex.match("/a") and not first.regex.match("/A")
    assert second.regex.match("/A") and not second.regex.match("/a")


@pytest.mark.usefixtures("convertors")
def test_a_convertor_that_does_not_compile_is_refused_at_once() -> None:
    register_url_convertor("broken", Broken())
    with pytest.raises(InvalidPattern, match="does not compile.*Correct its `regex`") as caught:
        compile_pattern("/{x:broken}")
    assert isinstance(caught.value.__cause__, re.error)
