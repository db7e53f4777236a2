import json
import sys
from typing import TYPE_CHECKING

from notebookapi import NotebookAPI

try:
    import orjson_of_another_name as fast_json
except ImportError:
    fast_json = None

if TYPE_CHECKING:
    from decimal import Decimal

app = NotebookAPI()

if sys.platform == "win32":
    NEWLINE = "\r\n"
else:
    NEWLINE = "\n"


def total(values: "list[Decimal]") -> "Decimal":
    return sum(values)


@app.get("/dump")
def dump() -> str:
    dumps = fast_json.dumps if fast_json else json.dumps
    return dumps({"a": 1}) + NEWLINE


@app.get("/total")
def get_total() -> int:
    return int(total([1, 2]))


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
