"""Uses the client that was generated, in an environment that has it: prints what it got.

Run as `program.py URL`, with the client importable as `shop`.
"""

import json
import sys
from datetime import date
from uuid import UUID

from shop import AuthenticatedClient, Client
from shop.api.items import create_item, delete_item, list_items, read_item
from shop.api.other import say_hello
from shop.models import (
    Book,
    Colour,
    Film,
    HTTPValidationError,
    Item,
    ItemPartsbyname,
    PageStored,
    Problem,
    Stored,
)

ID, OTHER = UUID(int=1), UUID(int=2)
client = Client(base_url=sys.argv[1])
parts = ItemPartsbyname()
parts["leaf"] = 3
book = Item(
    name="Novel", what=Book(pages=300), colours=[Colour.RED], since=date(2026, 1, 2),
    parts_by_name=parts,
)  # fmt: skip
made = create_item.sync(client=client, item_id=ID, body=book, x_source="shelf")
assert isinstance(made, Stored)
film = Item(name="Western", what=Film(minutes=90.5), price=4.0)
create_item.sync(client=client, item_id=OTHER, body=film, x_source="web")
read = read_item.sync(client=client, item_id=ID)
assert isinstance(read, Stored)
page = list_items.sync(client=client, colours=[Colour.RED], since=date(2026, 1, 2), limit=5)
assert isinstance(page, PageStored)
none = read_item.sync_detailed(client=client, item_id=UUID(int=3))
invalid = list_items.sync(client=client, limit=11)
assert isinstance(invalid, HTTPValidationError)
hello = say_hello.sync(client=client, name="you")
secured = AuthenticatedClient(base_url=sys.argv[1], token="secret")
gone = delete_item.sync_detailed(client=secured, item_id=ID)
left = list_items.sync(client=client)
assert isinstance(left, PageStored)
json.dump(
    {
        "made": made.to_dict(),
        "kinds": [type(read.what).__name__, type(left.members[0].what).__name__],
        "since": read.since == date(2026, 1, 2),
        "page": [page.total, [item.name for item in page.members]],
        "none": [none.status_code, isinstance(none.parsed, Problem)],
        "invalid": [error.loc for error in invalid.detail or []],
        "hello": hello,
        "gone": gone.status_code,
        "left": [item.name for item in left.members],
    },
    sys.stdout,
)
