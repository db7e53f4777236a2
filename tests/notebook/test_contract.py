"""What changed for the clients of an operation: each change in words, breaking or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it publishes none
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebookapi.notebook.contract.model import Operation
from notebookapi.notebook.contract.operations import compare

Schema = Mapping[str, Any]
ANY: Schema = {}
TEXT: Schema = {"type": "string"}
INT: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
NULL: Schema = {"type": "null"}


def union(*schemas: Schema) -> Schema:
    return {"anyOf": [*schemas]}


def fields(required: str = "", **properties: Schema) -> Schema:
    made: dict[str, Any] = {"type": "object", "properties": properties}
    return {**made, "required": required.split()} if required else made


def array(**more: Any) -> Schema:
    return {"type": "array", **more}


def told(before: Operation | None, after: Operation | None) -> list[str]:
    """Return what changed, with a `!` before what breaks clients."""
    return ["! " * each.breaking + each.text for each in compare(before, after)]


def get(path: str = "/a", /, components: Any = None, **described: Any) -> Operation:
    return Operation("GET", path, {"responses": {}, **described}, components or {})


def body_of(schema: Schema, kind: str = "application/json", *, required: bool = True) -> Operation:
    return get(requestBody={"content": {kind: {"schema": schema}}, "required": required})


def answer_of(schema: Schema, status: str = "200", kind: str = "application/json") -> Operation:
    return get(responses={status: {"content": {kind: {"schema": schema}}}})


def query(name: str = "q", where: str = "query", *, required: bool = False, **more: Any) -> Any:
    return {"name": name, "in": where, "required": required, "schema": TEXT, **more}


def in_path(name: str, schema: Schema = INT) -> Any:
    return {"name": name, "in": "path", "required": True, "schema": schema}


# (name, schema before, after, what is told: `>` where it breaks requests, `<` where answers)
SCHEMAS: list[tuple[str, Schema, Schema, list[str]]] = [
    ("same", TEXT, TEXT, []),
    ("title", {**TEXT, "title": "A"}, {**TEXT, "title": "B"}, []),
    ("description", TEXT, {**TEXT, "description": "text"}, []),
    ("type", TEXT, INT, ["<> : type string → integer"]),
    ("integer to number", INT, NUMBER, ["< : type integer → number"]),
    ("number to integer", NUMBER, INT, ["> : type number → integer"]),
    ("integer or number to number", union(INT, NUMBER), NUMBER, []),
    ("to anything", TEXT, ANY, ["< : type string → any"]),
    ("from anything", ANY, TEXT, ["> : type any → string"]),
    ("nullable", TEXT, union(TEXT, NULL), ["< : null is allowed too"]),
    ("not nullable", union(TEXT, NULL), TEXT, ["> : null is not allowed any more"]),
    ("a list of types is a union", {"type": ["string", "null"]}, union(TEXT, NULL), []),
    ("wider in a union", union(INT, NULL), union(NUMBER, NULL), ["< : type integer → number"]),
    ("other member", union(TEXT, INT), union(TEXT, {"type": "boolean"}),
     ["<> : type integer → boolean"]),
    ("enum less", {**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a"]}, ['> : "b" removed']),
    ("enum more", {**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b"]}, ['< : "b" added']),
    ("enum comes", TEXT, {**TEXT, "enum": ["a", "b"]}, ['> : only "a", "b" now']),
    ("enum goes", {**TEXT, "enum": ["a"]}, TEXT, ['< : any value, was only "a"']),
    ("enum out of bounds", {**TEXT, "maxLength": 1}, {**TEXT, "enum": ["a", "bb"]},
     ['> : only "a", "bb" now', '< : "bb" added']),
    ("a constant is an enum", {"const": "a"}, {**TEXT, "enum": ["a"]}, []),
    ("true is not 1", {"const": 1}, {"const": True}, ["<> : type integer → boolean"]),
    ("minimum up", {**INT, "minimum": 1}, {**INT, "minimum": 2}, ["> : minimum 1 → 2"]),
    ("minimum down", {**INT, "minimum": 2}, {**INT, "minimum": 1}, ["< : minimum 2 → 1"]),
    ("minimum exclusive", {**INT, "minimum": 1}, {**INT, "exclusiveMinimum": 1},
     ["> : minimum 1 → > 1"]),
    ("maximum comes", INT, {**INT, "maximum": 9}, ["> : maximum 9, had none"]),
    ("maximum goes", {**INT, "maximum": 9}, INT, ["< : maximum 9 is gone"]),
    ("maximum down", {**INT, "maximum": 9}, {**INT, "maximum": 5}, ["> : maximum 9 → 5"]),
    ("maximum up", {**INT, "exclusiveMaximum": 9}, {**INT, "maximum": 9},
     ["< : maximum < 9 → 9"]),
    ("longest length", {**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 5},
     ["> : longest length 9 → 5"]),
    ("shortest length", TEXT, {**TEXT, "minLength": 1}, ["> : shortest length 1, had none"]),
    ("most items", array(maxItems=2), array(maxItems=3), ["< : most items 2 → 3"]),
    ("multiple", {**INT, "multipleOf": 2}, {**INT, "multipleOf": 4}, ["> : multiple of 2 → 4"]),
    ("other multiple", {**INT, "multipleOf": 2}, {**INT, "multipleOf": 3},
     ["<> : multiple of 2 → 3"]),
    ("pattern", {**TEXT, "pattern": "a"}, {**TEXT, "pattern": "b"}, ['<> : pattern "a" → "b"']),
    ("format comes", TEXT, {**TEXT, "format": "date"}, ['> : format "date", had none']),
    ("format that hints", TEXT, {**TEXT, "format": "password"}, []),
    ("unique", array(), array(uniqueItems=True), ["> : no item twice"]),
    ("items", array(items=TEXT), array(items=INT), ["<> []: type string → integer"]),
    ("items come", array(), array(items=INT), ["> []: type any → integer"]),
    ("places of a tuple", array(prefixItems=[TEXT]), array(prefixItems=[TEXT, INT]),
     ["<> : 1 places → 2"]),
    ("field removed", fields(a=TEXT, b=TEXT), fields(a=TEXT), ["<>  → b: removed"]),
    ("field required", fields(a=TEXT), fields("a", a=TEXT), [">  → a: required now"]),
    ("field optional", fields("a", a=TEXT), fields(a=TEXT), ["<  → a: optional now"]),
    ("field default", fields(a={**INT, "default": 1}), fields(a={**INT, "default": 2}),
     [" → a: default 1 → 2"]),
    ("field deprecated", fields(a=TEXT), fields(a={**TEXT, "deprecated": True}),
     [" → a: deprecated now"]),
    ("field of a field", fields(a=fields(b=TEXT)), fields(a=fields(b=INT)),
     ["<>  → a → b: type string → integer"]),
    ("closed", fields(a=TEXT), {**fields(a=TEXT), "additionalProperties": False},
     ["> : other fields are not allowed any more"]),
    ("opened", {**fields(a=TEXT), "additionalProperties": False}, fields(a=TEXT),
     [": other fields are allowed"]),
    ("values of a mapping", {"type": "object", "additionalProperties": INT},
     {"type": "object", "additionalProperties": NUMBER}, ["<  → *: type integer → number"]),
    ("allOf of one", TEXT, {"allOf": [TEXT]}, []),
]  # fmt: skip


def _placed(place: str, lines: list[str], sign: str) -> list[str]:
    """Return what is told of a schema that stands at `place`; sign: of its direction."""
    made = []
    for line in lines:
        signs, _, text = line.partition(" ") if line[0] in "<>" else ("", "", line)
        made.append(("! " if sign in signs else "") + place + text)
    return made


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [case[1:] for case in SCHEMAS],
    ids=[case[0] for case in SCHEMAS],
)
def test_schema(before: Schema, after: Schema, lines: list[str]) -> None:
    assert told(body_of(before), body_of(after)) == _placed("body", lines, ">")
    assert told(answer_of(before), answer_of(after)) == _placed("200", lines, "<")


REF: Schema = {"$ref": "#/components/schemas/Node"}


def node(**more: Schema) -> Operation:
    """Return an operation that answers with a model that holds itself."""
    components = {"Node": fields("name", name=TEXT, next=union(REF, NULL), **more)}
    return get(components=components, responses={"200": {"content": {"j": {"schema": REF}}}})


OPERATIONS: list[tuple[str, Operation | None, Operation | None, list[str]]] = [
    ("nothing", None, None, []),
    ("added", None, get(), ["added"]),
    ("removed", get(), None, ["! removed"]),
    ("path", get("/a"), get("/b"), ["! path /a → /b"]),
    ("name of a path parameter", get("/{id}", parameters=[in_path("id")]),
     get("/{item}", parameters=[in_path("item")]), []),
    ("type of a path parameter", get("/{id}", parameters=[in_path("id")]),
     get("/{id}", parameters=[in_path("id", TEXT)]), ["! path id: type integer → string"]),
    ("deprecated", get(), get(deprecated=True), ["deprecated now"]),
    ("not deprecated", get(deprecated=True), get(), ["deprecated no more"]),
    ("summary and tags", get(summary="A", tags=["a"]), get(summary="B", operationId="b"), []),
    ("parameter added", get(), get(parameters=[query()]), ["query q: added, optional"]),
    ("parameter added required", get(), get(parameters=[query(required=True)]),
     ["! query q: added, required"]),
    ("parameter removed", get(parameters=[query()]), get(), ["! query q: removed"]),
    ("parameter required", get(parameters=[query()]), get(parameters=[query(required=True)]),
     ["! query q: required now"]),
    ("parameter optional", get(parameters=[query(required=True)]), get(parameters=[query()]),
     ["query q: optional now"]),
    ("parameter narrowed", get(parameters=[query()]),
     get(parameters=[query(schema={**TEXT, "maxLength": 3})]),
     ["! query q: longest length 3, had none"]),
    ("parameter default", get(parameters=[query(schema={**INT, "default": 1})]),
     get(parameters=[query(schema={**INT, "default": 2})]), ["query q: default 1 → 2"]),
    ("parameter deprecated", get(parameters=[query()]), get(parameters=[query(deprecated=True)]),
     ["query q: deprecated now"]),
    ("parameter moved", get(parameters=[query()]), get(parameters=[query(where="header")]),
     ["! query q: is header q now"]),
    ("alias", get(parameters=[query("limit")]), get(parameters=[query("size")]),
     ["! query limit: is query size now"]),
    ("case of a header", get(parameters=[query("X-Id", "header")]),
     get(parameters=[query("x-id", "header")]), []),
    ("body added", get(), body_of(TEXT), ["! body: added, required"]),
    ("body added optional", get(), body_of(TEXT, required=False), ["body: added, optional"]),
    ("body removed", body_of(TEXT), get(), ["! body: removed"]),
    ("body required", body_of(TEXT, required=False), body_of(TEXT), ["! body: required now"]),
    ("body optional", body_of(TEXT), body_of(TEXT, required=False), ["body: optional now"]),
    ("field of a body", body_of(fields(a=TEXT)), body_of(fields(a=TEXT, b=TEXT)),
     ["body → b: added, optional"]),
    ("required field of a body", body_of(fields(a=TEXT)), body_of(fields("b", a=TEXT, b=TEXT)),
     ["! body → b: added, required"]),
    ("field of an answer", answer_of(fields(a=TEXT)), answer_of(fields("b", a=TEXT, b=TEXT)),
     ["200 → b: added"]),
    ("body as a form", body_of(fields(a=TEXT)),
     body_of(fields(a=TEXT), "application/x-www-form-urlencoded"),
     ["! body: application/json → application/x-www-form-urlencoded"]),
    ("media type more", answer_of(TEXT),
     get(responses={"200": {"content": {"application/json": {"schema": TEXT}, "text/csv": {}}}}),
     ["200: text/csv too"]),
    ("media type gone", answer_of(TEXT, kind="text/csv"), get(responses={"200": {}}),
     ["! 200: no text/csv any more"]),
    ("status", answer_of(TEXT), answer_of(TEXT, "201"), ["! status: 200 → 201"]),
    ("status and body", answer_of(fields(a=TEXT)), answer_of(fields(b=TEXT), "201"),
     ["! status: 200 → 201", "! 201 → a: removed", "201 → b: added"]),
    ("error more", get(), get(responses={"404": {}}), ["response 404: added"]),
    ("error less", get(responses={"404": {}}), get(), ["response 404: removed"]),
    ("error of validation", get(), get(responses={"422": {}}), []),
    ("security added", get(), get(security=[{"Bearer": []}]), ["! security: Bearer is asked for"]),
    ("security removed", get(security=[{"Bearer": []}]), get(),
     ["security: Bearer is not asked for any more"]),
    ("scope more", get(security=[{"Bearer": ["a"]}]), get(security=[{"Bearer": ["a", "b"]}]),
     ["! security: Bearer asks for b too"]),
    ("scope less", get(security=[{"Bearer": ["a", "b"]}]), get(security=[{"Bearer": ["a"]}]),
     ["security: Bearer does not ask for b any more"]),
    ("circle, the same", node(), node(), []),
    ("circle, with a field more", node(), node(size=INT), ["200 → size: added"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [case[1:] for case in OPERATIONS],
    ids=[case[0] for case in OPERATIONS],
)
def test_operation(before: Operation | None, after: Operation | None, expected: list[str]) -> None:
    assert told(before, after) == expected


# --- properties

_SCALARS = st.one_of(
    st.builds(
        lambda low, size: {"type": "integer", "minimum": low, "maximum": low + size},
        st.integers(-5, 5),
        st.integers(0, 5),
    ),
    st.builds(
        lambda low, size: {"type": "string", "minLength": low, "maxLength": low + size},
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    st.lists(st.sampled_from("abcd"), min_size=1, unique=True).map(
        lambda values: {"type": "string", "enum": values}
    ),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"type": "number"}]),
)


def _object(properties: dict[str, Any], required: list[str]) -> Schema:
    kept = [name for name in required if name in properties]
    return {"type": "object", "properties": properties, "required": kept}


_NAMES = st.sampled_from("pqr")


def _larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    objects = st.dictionaries(_NAMES, inner, max_size=3)
    return st.one_of(
        st.builds(_object, objects, st.lists(_NAMES, unique=True)),
        st.builds(lambda items: array(items=items), inner),
        st.builds(union, inner, inner),
    )


_SCHEMAS: st.SearchStrategy[Any] = st.recursive(_SCALARS, _larger, max_leaves=6)


@given(_SCHEMAS)
def test_nothing_changes_from_a_schema_to_itself(schema: Schema) -> None:
    assert told(body_of(schema), body_of(schema)) == []
    assert told(answer_of(schema), answer_of(schema)) == []


def _values_near(schema: Schema) -> list[Any]:
    """Return values at the edges of what a schema allows."""
    kind = schema["type"]
    if kind == "integer":
        return [*range(schema["minimum"] - 1, schema["maximum"] + 2)]
    if kind == "string":
        lengths = range(schema.get("minLength", 0), schema.get("maxLength", 3) + 1)
        return [*schema.get("enum", ()), *("x" * length for length in lengths)]
    others: dict[str, list[Any]] = {"boolean": [True], "null": [None], "number": [0.5, 1]}
    return others[kind]


def _allowed_only_by(one: Schema, other: Schema) -> list[Any]:
    def is_allowed(value: Any, schema: Schema) -> bool:
        return bool(jsonschema.Draft202012Validator(schema).is_valid(value))

    values = [*_values_near(one), *_values_near(other)]
    return [each for each in values if is_allowed(each, one) and not is_allowed(each, other)]


@given(_SCALARS, _SCALARS)
def test_what_breaks_a_request_was_allowed_and_is_refused(before: Schema, after: Schema) -> None:
    changes = compare(body_of(before), body_of(after))
    assert any(each.breaking for each in changes) == bool(_allowed_only_by(before, after))


@given(_SCALARS, _SCALARS)
def test_what_breaks_an_answer_was_never_sent_before(before: Schema, after: Schema) -> None:
    changes = compare(answer_of(before), answer_of(after))
    assert any(each.breaking for each in changes) == bool(_allowed_only_by(after, before))
