"""Models and data that every application under test shares."""

import json

from pydantic import BaseModel


class Customer(BaseModel):
    name: str
    email: str
    vip: bool = False


class Line(BaseModel):
    sku: str
    name: str
    qty: int
    price: float
    tags: list[str] = []


class Order(BaseModel):
    id: int
    customer: Customer
    lines: list[Line]
    note: str | None = None


class Item(BaseModel):
    id: int
    name: str
    price: float
    in_stock: bool
    tags: list[str]


class Connection:
    """What the dependencies with `yield` open and close."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.is_open = True

    def close(self) -> None:
        self.is_open = False


def _line(number: int) -> dict[str, object]:
    return {
        "sku": f"SKU-{number:05d}", "name": f"Widget number {number}", "qty": number + 1,
        "price": 9.99 + number, "tags": ["blue", "large"],
    }  # fmt: skip


ORDER = {
    "id": 1234,
    "customer": {"name": "Ada Lovelace", "email": "ada@example.org", "vip": True},
    "lines": [_line(number) for number in range(10)],
    "note": "leave at the door",
}
ORDER_TEXT = json.dumps(ORDER).encode()
BAD_ORDER_TEXT = (
    ORDER_TEXT.replace(b"1234", b'"no number"', 1)
    .replace(b'"email"', b'"mail"', 1)
    .replace(b'"qty": 4', b'"qty": "many"', 1)
)

ITEM_DICTS = [
    {"id": each, "name": f"Item {each}", "price": each * 1.25, "in_stock": each % 3 != 0,
     "tags": ["a", "b", f"t{each % 7}"]}
    for each in range(500)
]  # fmt: skip
ITEMS = [Item.model_validate(each) for each in ITEM_DICTS]
TREE = {"page": 1, "total": 500, "rows": ITEM_DICTS[:100]}

TOKEN = "secret-token"
USERS = {TOKEN: {"name": "ada", "active": True}}
SETTINGS = {"tenant": "t1"}
ROUTES = 1000


def path_of(number: int) -> str:
    """Return the path of one of many routes; every other has a parameter."""
    return f"/api/v1/res{number}/" + ("{item_id}" if number % 2 else "list")
