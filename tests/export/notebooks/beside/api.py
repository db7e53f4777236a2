import csv

from notebookapi import NotebookAPI

import rates
from stock.items import ITEMS as STOCK
from stock.items import load

with open("prices.csv") as file:
    PRICES = {row["name"]: float(row["price"]) for row in csv.DictReader(file)}

app = NotebookAPI()


@app.get("/prices")
def prices() -> dict[str, float]:
    return {name: rates.with_tax(price) for name, price in PRICES.items()}


@app.get("/stock")
def stock() -> list[str]:
    return load(STOCK)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
