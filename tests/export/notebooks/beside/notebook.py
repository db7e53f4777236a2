# %%
import importlib
import csv
import rates
from stock.items import ITEMS as STOCK, load
from notebookapi import NotebookAPI

# %%
importlib.reload(rates)

# %%
with open("prices.csv") as file:
    PRICES = {row["name"]: float(row["price"]) for row in csv.DictReader(file)}

# %%
app = NotebookAPI()

@app.get("/prices")
def prices() -> dict[str, float]:
    return {name: rates.with_tax(price) for name, price in PRICES.items()}

@app.get("/stock")
def stock() -> list[str]:
    return load(STOCK)

# %%
api.examples.add("GET", "/prices")
api.examples.add("GET", "/stock")
