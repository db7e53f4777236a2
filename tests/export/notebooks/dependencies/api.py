from collections.abc import Iterator
from typing import Annotated

from notebookapi import Depends, Header, HTTPException, NotebookAPI

app = NotebookAPI()
calls = []


class Store:
    """Keeps texts by name."""

    def __init__(self, name):
        self.name = name
        self.texts = {}


STORE = Store("main")
STORE.texts["hello"] = "Hello!"


def store() -> Iterator[Store]:
    calls.append("open")
    try:
        yield STORE
    finally:
        calls.append("close")


def user(x_user: Annotated[str | None, Header()] = None) -> str:
    if x_user is None:
        raise HTTPException(401, "Who are you?")
    return x_user


User = Annotated[str, Depends(user)]


class Paging:
    def __init__(self, offset: int = 0, most: int = 10):
        self.offset, self.most = offset, most

    def cut(self, values: list) -> list:
        return values[self.offset : self.offset + self.most]


class Greeter:
    def __init__(self, word: str) -> None:
        self.word = word

    def __call__(self, name: str = "you") -> str:
        return f"{self.word} {name}"


greeter = Greeter("Hi")


@app.get("/texts")
def texts(
    user: User, store: Store = Depends(store), paging: Paging = Depends()
) -> list[str]:
    return paging.cut(sorted(store.texts))


@app.get("/greeting", dependencies=[Depends(user)])
def greeting(text: str = Depends(greeter)) -> str:
    return text


list(store())


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
