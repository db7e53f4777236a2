# %%
from pydantic import BaseModel
from notebookapi import NotebookAPI, Depends
app = NotebookAPI()

# %%
RATE = 0.19
def with_tax(price: float) -> float:
    return price * (1 + RATE)

# %%
class Price(BaseModel):
    value: float

@app.get("/price")
def price(value: float) -> Price:
    return Price(value=with_tax(value))

# %%
# The rate of books.
RATE = 0.07

# %%
def with_tax(price: float) -> float:
    """Rounded to cents."""
    return round(price * (1 + RATE), 2)

# %%
class Price(BaseModel):
    value: float
    currency: str = "EUR"

# %%
LIMIT = 3
SIZES = [size for size in range(LIMIT)]
LIMIT = 5

@app.get("/sizes")
def sizes(most: int = LIMIT) -> list[int]:
    return SIZES[:most]

# %%
@app.get("/price")
def price_again(value: float = 1) -> Price:
    return Price(value=with_tax(value))

# %%
api.examples.add("GET", "/price", query={"value": 9.99})
api.examples.add("GET", "/sizes")
