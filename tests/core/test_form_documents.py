"""How forms are documented."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest

from notebookapi import Form, NotebookAPI, UploadFile
from tests.core.documents import REF, components, operation
from tests.core.serving import label, serve
from tests.core.test_forms import (
    MULTIPART,
    URLENCODED,
    Boat,
    Profile,
    body_and_form,
    closed,
    defaulted,
    depending,
    needed,
    one,
    optional,
    optional_alone,
    text,
    told_apart,
    two,
    union,
    union_or_none,
)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"{REF}{name}"}


def sent_any(*names: str) -> dict[str, Any]:
    return {"anyOf": [{"required": [name]} for name in names]}


T = {"t": {"title": "T", "type": "string"}}
PROFILE_NAMES = sent_any("name", "nick_name", "tags")
DOCUMENTS: list[tuple[Callable[..., Any], bool, Any, Any]] = [
    (text, True, None, {"properties": {"a": {"title": "A", "type": "string"}},
                        "required": ["a"]}),
    (defaulted, False, None,
     {"properties": {"a": {"title": "A", "type": "string", "default": "d"}}}),
    (one, True, ref("Profile"), None),
    (closed, True, ref("Closed"), None),
    (two, True, None, {"allOf": [ref("Profile"), ref("Boat")]}),
    (depending, True, None, {"allOf": [ref("Boat"), ref("Profile")]}),
    (optional_alone, False, None,
     {"allOf": [{"anyOf": [{"not": PROFILE_NAMES},
                           {"anyOf": [ref("Profile")], "title": "P"}]}]}),
    (needed, True, None, {"allOf": [PROFILE_NAMES, {"anyOf": [ref("Profile")], "title": "P"}]}),
    (optional, True, None,
     {"allOf": [{"anyOf": [{"not": PROFILE_NAMES},
                           {"anyOf": [ref("Profile")], "title": "P"}]}],
      "properties": T, "required": ["t"]}),
    (union, True, {"anyOf": [ref("Boat"), ref("Car")], "title": "P"}, None),
    (union_or_none, True, None,
     {"allOf": [{"anyOf": [{"not": sent_any("length", "wheels")},
                           {"anyOf": [ref("Boat"), ref("Car")], "title": "P"}]}],
      "properties": T, "required": ["t"]}),
    (told_apart, True,
     {"title": "P", "oneOf": [ref("Person"), ref("Company")],
      "discriminator": {"propertyName": "kind", "mapping": {
          "person": f"{REF}Person", "company": f"{REF}Company"}}}, None),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "required", "whole", "combined"), DOCUMENTS, ids=label)
def test_document(endpoint: Callable[..., Any], required: bool, whole: Any, combined: Any) -> None:
    app = NotebookAPI()
    app.post("/")(endpoint)
    body = operation(app, method="post")["requestBody"]
    name = f"Body_{endpoint.__name__}__post"
    assert body.get("required", False) is required
    assert body["content"] == {URLENCODED: {"schema": whole or ref(name)}}
    if combined:
        assert components(app)[name] == {"title": name, "type": "object", **combined}
    else:
        assert name not in components(app)


def own_type(a: Annotated[str, Form(media_type=MULTIPART)], b: Annotated[str, Form()]) -> None: ...


def with_file(a: Annotated[str, Form()], b: UploadFile) -> None: ...


def model_with_file(a: Annotated[Profile, Form()], b: UploadFile) -> None: ...


@pytest.mark.parametrize(
    ("endpoint", "media_type"),
    [
        (own_type, MULTIPART),
        (with_file, MULTIPART),
        (model_with_file, MULTIPART),
        (body_and_form, URLENCODED),
    ],
    ids=label,
)
def test_media_type(endpoint: Callable[..., Any], media_type: str) -> None:
    app = NotebookAPI()
    app.post("/")(endpoint)
    assert set(operation(app, method="post")["requestBody"]["content"]) == {media_type}


def hidden(
    a: Annotated[str, Form(include_in_schema=False)] = "", b: Annotated[str, Form()] = ""
) -> Any:
    return [a, b]


def test_a_hidden_field_is_read_and_not_shown() -> None:
    app = NotebookAPI()
    app.post("/")(hidden)
    assert set(components(app)["Body_hidden__post"]["properties"]) == {"b"}
    assert serve("/", hidden).post("/", data={"a": "1"}).json() == ["1", ""]


def with_examples(
    p: Annotated[Boat, Form(openapi_examples={"k": {"value": {"length": 1}}})],
) -> None: ...


def test_examples_stand_beside_the_schema() -> None:
    app = NotebookAPI()
    app.post("/")(with_examples)
    media = operation(app, method="post")["requestBody"]["content"][URLENCODED]
    assert media == {"schema": ref("Boat"), "examples": {"k": {"value": {"length": 1}}}}
