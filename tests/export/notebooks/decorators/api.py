import functools
import logging
from dataclasses import dataclass

from notebookapi import NotebookAPI

log = logging.getLogger("shop")


def logged(function):
    """Notes each call."""

    @functools.wraps(function)
    def wrapper(*arguments, **options):
        log.info("%s was called", function.__name__)
        return function(*arguments, **options)

    return wrapper


def doubled(by=2):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*arguments, **options):
            return function(*arguments, **options) * by

        return wrapper

    return decorate


@dataclass
class Point:
    x: int
    y: int = 0


@functools.cache
def distance(x: int, y: int) -> float:
    return (x * x + y * y) ** 0.5


app = NotebookAPI()


@app.get("/length")
@logged
@doubled(by=3)
def length(x: int, y: int = 4) -> float:
    return distance(x, y)


@app.get("/point")
def point(x: int = 1) -> Point:
    return Point(x)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
