# %%
import os
from notebookapi import Depends, HTTPException, NotebookAPI
from notebookapi.security import APIKeyHeader
app = NotebookAPI()

# %%
os.environ["SHOP_API_KEY"] = "hush-hush-1"
os.environ["SHOP_MODE"] = "test"

# %%
scheme = APIKeyHeader(name="X-API-Key")

def allowed(key: str = Depends(scheme)) -> None:
    if key != os.environ.get("SHOP_API_KEY"):
        raise HTTPException(403, "No.")

MODE = os.environ.get("SHOP_MODE", "live")
DATABASE_PASSWORD = "correct-horse"

# %%
class Client:
    def __init__(self, url: str, headers: dict[str, str], *, api_key: str = "none") -> None:
        self.host = url.partition("@")[2]
        self.known = len(api_key), len(headers["Authorization"])

client = Client(
    "postgresql://shop:hush-hush-2@db/shop",  # was mysql://shop:hush-hush-3@db/shop
    {"Authorization": f"Bearer sk-hush-hush-4-hush-hush-{4}"},
    api_key="hush-hush-5",
)

# %%
@app.get("/client")
def get_client() -> list[str | int]:
    return [client.host, *client.known]

@app.get("/mode", dependencies=[Depends(allowed)])
def mode() -> str:
    return MODE

@app.get("/open")
def is_open() -> bool:
    return bool(DATABASE_PASSWORD)

# %%
api.examples.add("GET", "/mode", headers={"X-API-Key": "hush-hush-1"})
api.examples.add("GET", "/mode", headers={"X-API-Key": "wrong-key"})
api.examples.add("GET", "/open")
api.examples.add("GET", "/client")
