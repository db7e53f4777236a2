# pyright: reportUnnecessaryTypeIgnoreComment=true
"""Everything around path operations. The checkers read this file; nothing runs it."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict, assert_type

from starlette.middleware.cors import CORSMiddleware

from notebookapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    File,
    Form,
    NotebookAPI,
    Request,
    Response,
    Security,
    UploadFile,
    WebSocket,
    edit,
    status,
)
from notebookapi.compat import FastAPI
from notebookapi.encoders import jsonable_encoder
from notebookapi.openapi.utils import get_openapi
from notebookapi.responses import JSONResponse
from notebookapi.security import OAuth2PasswordBearer
from notebookapi.testclient import TestClient


class State(TypedDict):
    limit: int


@asynccontextmanager
async def lifespan(app: NotebookAPI) -> AsyncGenerator[State]:
    yield {"limit": 3}


app = NotebookAPI(lifespan=lifespan, responses={404: {"description": "no"}}, docs_url=None)
app.state.anything = 1
app.add_middleware(CORSMiddleware, allow_origins=["*"])


@app.middleware("http")
async def timed(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    return await call_next(request)


@app.exception_handler(KeyError)
async def missing(request: Request, error: KeyError) -> JSONResponse:
    return JSONResponse({"missing": str(error)}, status_code=status.HTTP_404_NOT_FOUND)


class Pages:
    def __init__(self, skip: int = 0, limit: int = 10) -> None:
        self.skip = skip
        self.limit = limit


async def session() -> AsyncIterator[str]:
    yield "session"


Session = Annotated[str, Depends(session)]


@app.get("/")
def read(pages: Annotated[Pages, Depends()], opened: Session, later: BackgroundTasks) -> str:
    later.add_task(print, opened)
    return f"{pages.skip} {pages.limit}"


token = OAuth2PasswordBearer(tokenUrl="token", scopes={"read": "Read all"})


@app.post("/upload")
async def upload(
    file: UploadFile,
    thumbnail: Annotated[bytes, File()],
    note: Annotated[str, Form(max_length=80)],
    by: Annotated[str, Security(token, scopes=["read"])],
) -> int:
    content: bytes = await file.read()
    return len(content) + len(thumbnail)


@app.websocket("/talk")
async def talk(socket: WebSocket, room: str = "") -> None:
    await socket.accept()


inner, outer = APIRouter(), APIRouter(prefix="/outer", dependencies=[Depends(session)])
outer.include_router(inner, prefix="/inner", tags=["inner"], responses={404: {}})
app.include_router(outer)
app.mount("/old", NotebookAPI())
app.dependency_overrides[session] = lambda: "another"

with edit():
    app.get("/staged")(read)

client = TestClient(app)
assert_type(client.get("/").status_code, int)
assert_type(app.openapi()["info"]["title"], object)  # type: ignore[assert-type]
document = get_openapi(title="t", version="1", routes=app.routes)
jsonable_encoder(document, exclude_none=True)
ported: NotebookAPI = FastAPI(title="Ported")

# Mistakes.

edit("app")  # type: ignore[arg-type]
app.add_middleware()  # type: ignore[call-arg]
get_openapi(title="t", routes=app.routes)  # type: ignore[call-arg]
app.include_router(outer, prefix=1)  # type: ignore[arg-type]
Depends("session")  # type: ignore[arg-type]
Security(token, scope="read")  # type: ignore[call-arg]
app.websocket("/talk", status_code=200)  # type: ignore[call-arg]
app.websocket("/talk")(1)  # type: ignore[type-var]

# Functions keep their types behind the other decorators, too.

repr(timed())  # type: ignore[call-arg]
repr(missing())  # type: ignore[call-arg]
repr(upload())  # type: ignore[call-arg]
repr(talk())  # type: ignore[call-arg]
