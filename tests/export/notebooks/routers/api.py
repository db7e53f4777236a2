from notebookapi import APIRouter, Depends, NotebookAPI
from notebookapi.responses import PlainTextResponse

app = NotebookAPI(title="Library")


def reader(card: str = "guest") -> str:
    return card


router = APIRouter(prefix="/books", tags=["books"], dependencies=[Depends(reader)])


@router.get("/{number}")
def book(number: int) -> dict[str, int]:
    return {"number": number}


inner = APIRouter()


@inner.get("/ping", response_class=PlainTextResponse)
def ping():
    return "pong"


router.include_router(inner, prefix="/health")
app.include_router(router, prefix="/v1")

authors = APIRouter(prefix="/authors", tags=["authors"])


@authors.get("/")
def all_authors() -> list[str]:
    return ["Lem"]


app.include_router(authors)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
