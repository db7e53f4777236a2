import os

from notebookapi import NotebookAPI

os.environ["SHOP_NAME"] = "Corner"
os.environ["SHOP_EMPTY"] = ""
app = NotebookAPI()

PRICES = {"tea": 3, "milk": 1}

EXTRA = {"bread": 2}

PRICES.update(EXTRA)


@app.get("/prices")
def prices() -> dict[str, int]:
    return PRICES


@app.get("/name")
def name() -> str:
    return os.environ["SHOP_NAME"] + os.environ["SHOP_EMPTY"]


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
