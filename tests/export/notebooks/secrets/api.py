import os

from notebookapi import Depends, HTTPException, NotebookAPI
from notebookapi.security import APIKeyHeader

app = NotebookAPI()

os.environ["SHOP_MODE"] = "test"

scheme = APIKeyHeader(name="X-API-Key")


def allowed(key: str = Depends(scheme)) -> None:
    if key != os.environ.get("SHOP_API_KEY"):
        raise HTTPException(403, "No.")


MODE = os.environ.get("SHOP_MODE", "live")
DATABASE_PASSWORD = os.environ["DATABASE_PASSWORD"]


class Client:
    def __init__(
        self, url: str, headers: dict[str, str], *, api_key: str = "none"
    ) -> None:
        self.host = url.partition("@")[2]
        self.known = len(api_key), len(headers["Authorization"])


client = Client(
    os.environ["DATABASE_URL"],  # was mysql://shop:…@db/shop
    {"Authorization": f"Bearer {os.environ['API_KEY']}{4}"},
    api_key=os.environ["API_KEY_2"],
)


@app.get("/client")
def get_client() -> list[str | int]:
    return [client.host, *client.known]


@app.get("/mode", dependencies=[Depends(allowed)])
def mode() -> str:
    return MODE


@app.get("/open")
def is_open() -> bool:
    return bool(DATABASE_PASSWORD)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
