from notebookapi import NotebookAPI
from pydantic import BaseModel

app = NotebookAPI()

# The rate of books.
RATE = 0.07


def with_tax(price: float) -> float:
    """Rounded to cents."""
    return round(price * (1 + RATE), 2)


class Price(BaseModel):
    value: float
    currency: str = "EUR"


LIMIT = 3
SIZES = [size for size in range(LIMIT)]
LIMIT = 5


@app.get("/sizes")
def sizes(most: int = LIMIT) -> list[int]:
    return SIZES[:most]


@app.get("/price")
def price_again(value: float = 1) -> Price:
    return Price(value=with_tax(value))


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
