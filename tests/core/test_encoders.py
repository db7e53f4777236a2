"""`jsonable_encoder`: anything -> what JSON can hold."""

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from pathlib import PurePosixPath
from re import compile as pattern
from typing import Any
from uuid import UUID

import pytest
from pydantic import AnyUrl, BaseModel, Field, SecretStr

from notebookapi.encoders import jsonable_encoder


class Colour(Enum):
    RED = "red"


class Item(BaseModel):
    name: str = Field(default="n", alias="itemName")
    when: date = date(2026, 1, 2)
    none: int | None = None


@dataclass
class Point:
    x: int
    item: Item


class Row:
    def __init__(self) -> None:
        self.a = Decimal("1.5")


class Slotted:
    __slots__ = ()


CASES: list[tuple[Any, Any]] = [
    (None, None),
    (3, 3),
    ("a", "a"),
    (b"a", "a"),
    (Colour.RED, "red"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (date(2026, 1, 2), "2026-01-02"),
    (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
    (time(3, 4), "03:04:00"),
    (timedelta(minutes=1), 60.0),
    (Decimal("2"), 2),
    (Decimal("1E+1"), 10),
    (Decimal("2.50"), 2.5),
    (Decimal("NaN"), "nan"),
    (PurePosixPath("/a/b"), "/a/b"),
    (IPv4Address("127.0.0.1"), "127.0.0.1"),
    (pattern("a+"), "a+"),
    (AnyUrl("https://x.org/"), "https://x.org/"),
    (SecretStr("s"), "**********"),
    ((1, 2), [1, 2]),
    ({1}, [1]),
    (frozenset({1}), [1]),
    (deque([1]), [1]),
    ((n for n in (1, 2)), [1, 2]),
    ({Colour.RED: {UUID(int=1)}}, {"red": ["00000000-0000-0000-0000-000000000001"]}),
    (Item(), {"itemName": "n", "when": "2026-01-02", "none": None}),
    (Point(1, Item()), {"x": 1, "item": {"itemName": "n", "when": "2026-01-02", "none": None}}),
    (Row(), {"a": 1.5}),
    ({"_sa_state": 1, "a": 2}, {"a": 2}),
]


@pytest.mark.parametrize(("value", "expected"), CASES, ids=lambda v: type(v).__name__)
def test_encode(value: Any, expected: Any) -> None:
    encoded = jsonable_encoder(value)
    if expected == "nan":
        assert encoded != encoded
    else:
        assert encoded == expected
        assert type(encoded) is type(expected)


OPTIONS: list[tuple[dict[str, Any], Any]] = [
    ({"by_alias": False}, {"name": "n", "when": "2026-01-02", "none": None}),
    ({"exclude_none": True}, {"itemName": "n", "when": "2026-01-02"}),
    ({"exclude_unset": True}, {}),
    ({"exclude_defaults": True}, {}),
    ({"include": {"name"}}, {"itemName": "n"}),
    ({"exclude": {"name", "when"}}, {"none": None}),
    ({"custom_encoder": {Item: lambda item: "own"}}, "own"),
]


@pytest.mark.parametrize(("options", "expected"), OPTIONS, ids=str)
def test_options(options: dict[str, Any], expected: Any) -> None:
    assert jsonable_encoder(Item(), **options) == expected


def test_include_and_exclude_of_a_dictionary() -> None:
    assert jsonable_encoder({"a": 1, "b": 2}, include={"a"}) == {"a": 1}
    assert jsonable_encoder({"a": 1, "b": 2}, exclude={"a"}) == {"b": 2}
    assert jsonable_encoder({"_sa": 1}, sqlalchemy_safe=False) == {"_sa": 1}


def test_what_has_neither_items_nor_attributes() -> None:
    with pytest.raises(ValueError, match="not iterable"):
        jsonable_encoder(Slotted())
