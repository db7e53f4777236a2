"""Litestar with msgspec's structures, its own kind of model."""

import msgspec

from tests.benchmarks import payloads as p
from tests.benchmarks.apps.litestar_app import make_main, make_many


class Customer(msgspec.Struct):
    name: str
    email: str
    vip: bool = False


class Line(msgspec.Struct):
    sku: str
    name: str
    qty: int
    price: float
    tags: list[str] = []


class Order(msgspec.Struct):
    id: int
    customer: Customer
    lines: list[Line]
    note: str | None = None


class Item(msgspec.Struct):
    id: int
    name: str
    price: float
    in_stock: bool
    tags: list[str]


def make(kind):
    if kind == "many":
        return make_many()
    return make_main(Order, Item, [Item(**each) for each in p.ITEM_DICTS])
