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


@app.get("/mode", dependencies=[Depends(allowed)])
def mode() -> str:
    return MODE


@app.get("/open")
def is_open() -> bool:
    return bool(DATABASE_PASSWORD)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
