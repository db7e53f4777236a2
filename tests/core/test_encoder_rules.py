"""`jsonable_encoder` against its rules: whatever the nesting, each kind becomes what it becomes."""

import json
import math
import warnings
from collections import deque
from collections.abc import Callable
from dataclasses import make_dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, MongoDsn, PostgresDsn, RedisDsn, RootModel, create_model

from notebookapi.encoders import jsonable_encoder

Pair = tuple[Any, Any]
"""A value and what it is to become."""


def pairs(values: st.SearchStrategy[Any], rule: Callable[[Any], Any]) -> st.SearchStrategy[Pair]:
    return values.map(lambda value: (value, rule(value)))


def enum_of(pair: Pair) -> Pair:
    return Enum("Kind", {"ONE": pair[0]}).ONE, pair[1]  # type: ignore[attr-defined]  # made at run time


finite = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000)
texts = st.text(max_size=5)
leaves = st.one_of(
    pairs(st.none() | st.booleans() | st.integers() | texts, lambda v: v),
    pairs(st.floats(allow_nan=False, allow_infinity=False), lambda v: v),
    pairs(texts.map(str.encode), bytes.decode),
    pairs(st.uuids() | st.ip_addresses(), str),
    pairs(st.dates() | st.datetimes() | st.times(), lambda v: v.isoformat()),
    pairs(st.timedeltas(timedelta(-9), timedelta(9)), timedelta.total_seconds),
    pairs(finite, lambda v: int(v) if v.as_tuple().exponent >= 0 else float(v)),
    pairs(st.from_regex(r"(/[a-z]+)+", fullmatch=True).map(PurePosixPath), str),
)
names = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)


def sequences(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    kinds: list[Callable[[list[Any]], Any]] = [
        list,
        tuple,
        deque,
        lambda values: (value for value in values),
    ]
    makers = st.sampled_from(kinds)
    return st.tuples(st.lists(inner, max_size=3), makers).map(
        lambda drawn: (
            drawn[1]([value for value, _ in drawn[0]]),
            [expected for _, expected in drawn[0]],
        )
    )


def objects(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    def make(drawn: tuple[dict[str, Pair], str]) -> Pair:
        fields, kind = drawn
        values = {name: value for name, (value, _) in fields.items()}
        expected = {name: became for name, (_, became) in fields.items()}
        if kind == "dataclass":
            return make_dataclass("Made", values)(**values), expected
        if kind == "plain":
            plain = type("Made", (), {})()
            vars(plain).update(values)
            return plain, expected
        return values, expected

    kinds = st.sampled_from(["dictionary", "dataclass", "plain"])
    fields = st.dictionaries(names.map(lambda name: name + "_"), inner, max_size=3)
    return st.tuples(fields, kinds).map(make)


def enums(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    # Before Python 3.11.4 a member whose value is an empty tuple has another value.
    return inner.filter(lambda pair: not (isinstance(pair[0], tuple) and not pair[0])).map(enum_of)


nested = st.recursive(
    leaves, lambda inner: sequences(inner) | objects(inner) | enums(inner), max_leaves=6
)


@given(nested)
def test_rules(pair: Pair) -> None:
    value, expected = pair
    encoded = jsonable_encoder(value)
    assert encoded == expected
    assert json.loads(json.dumps(encoded)) == json.loads(json.dumps(expected))


@given(st.dictionaries(names, st.none() | st.integers()), st.sets(names), st.sets(names))
def test_options_of_dictionaries(
    fields: dict[str, int | None], include: set[str], exclude: set[str]
) -> None:
    assert jsonable_encoder(fields, include=include, exclude=exclude, exclude_none=True) == {
        name: value
        for name, value in fields.items()
        if name in include and name not in exclude and value is not None
    }


@given(st.dictionaries(names, st.integers() | st.floats(allow_nan=False) | st.uuids()))
def test_models_are_written_as_pydantic_writes_them(fields: dict[str, Any]) -> None:
    definitions: dict[str, Any] = {f"{name}_": (type(v), v) for name, v in fields.items()}
    model: Any = create_model("Made", **definitions)
    expected = {
        f"{name}_": str(value) if isinstance(value, UUID) else value
        for name, value in fields.items()
    }
    assert jsonable_encoder(model()) == expected
    assert jsonable_encoder([model()], exclude_unset=True) == [{}]


class Numbers(RootModel[list[int]]):
    pass


class Own:
    pass


class Holder(BaseModel, arbitrary_types_allowed=True):
    value: int = 1


class DriversUUID:
    """What database drivers have: it says that it is a UUID, and has no attributes to read."""

    @property  # type: ignore[misc]  # as asyncpg does it
    def __class__(self) -> Any:
        return UUID

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # as above
        raise TypeError("no attributes")

    def __str__(self) -> str:
        return "a-uuid"


class Failing:
    def __iter__(self) -> Any:
        raise NotImplementedError

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # as above
        raise NotImplementedError


class Colour(Enum):
    BOTH = (Decimal("1"), UUID(int=2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Numbers([1, 2]), [1, 2]),
        (DriversUUID(), "a-uuid"),
        ([DriversUUID()], ["a-uuid"]),
        (Colour.BOTH, [1, "00000000-0000-0000-0000-000000000002"]),
        (PostgresDsn("postgres://a@b:1/c"), "postgres://a@b:1/c"),
        (MongoDsn("mongodb://a:1/c"), "mongodb://a:1/c"),
        (RedisDsn("redis://a:1/2"), "redis://a:1/2"),
        (Decimal("-0.0"), -0.0),
        ({1: 2, None: 3}, {1: 2, None: 3}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_kinds(value: Any, expected: Any) -> None:
    assert jsonable_encoder(value) == expected


def test_colours_of_pydantic() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from pydantic.color import Color

        assert jsonable_encoder({"colour": Color("blue")}) == {"colour": "blue"}


def test_what_cannot_be_read_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="NotImplementedError"):
        jsonable_encoder(Failing())


def test_numbers_without_end_stay_what_they_are() -> None:
    assert jsonable_encoder([math.inf]) == [math.inf]


def test_functions_of_the_callers_win() -> None:
    own = {Own: lambda value: "own", int: lambda value: -value}
    value = {"own": Own(), "numbers": (1, True), "model": Holder()}
    assert jsonable_encoder(value, custom_encoder=own) == {
        "own": "own",
        "numbers": [-1, -1],
        "model": {"value": -1},
    }
