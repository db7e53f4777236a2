"""Options that would not do what they look like: each is told where it is given."""

from collections.abc import Callable
from typing import Any

import pytest

from notebookapi import APIRouter, Depends, HTTPException, NotebookAPI
from notebookapi.controllers import Controller, get
from notebookapi.exceptions import DeclarationError, InvalidOption, InvalidPath
from notebookapi.responses import JSONResponse


def nothing() -> None: ...


def declare(**options: Any) -> Callable[[], Any]:
    return lambda: NotebookAPI().get("/", **options)(nothing)


# --- on operations, routers, inclusions and applications alike

OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"tags": "items"}, """`tags='items'`: it takes a list, such as ["items"]"""),
    ({"dependencies": [nothing]}, "it takes [Depends(function)]"),
    ({"dependencies": Depends(nothing)}, "it takes a list, such as [Depends(function)]"),
    ({"callbacks": [nothing]}, "it takes a router's `routes`"),
    ({"raises": HTTPException}, "it takes a list, such as [NotFound]"),
    ({"responses": [404]}, 'such as {404: {"description": "…"}}'),
]
LEVELS: dict[str, Callable[..., Any]] = {
    "operation": lambda **given: NotebookAPI().get("/", **given)(nothing),
    "router": lambda **given: APIRouter(**given),
    "inclusion": lambda **given: NotebookAPI().include_router(APIRouter(), **given),
    "application": lambda **given: NotebookAPI(**given),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("options", "message"), OPTIONS, ids=str)
def test_option(level: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        LEVELS[level](**options)
    if level != "application" or "tags" not in options:  # an application has none
        assert message in str(caught.value)


@pytest.mark.parametrize("level", LEVELS)
def test_a_response_class_that_is_called(level: str) -> None:
    name = "response_class" if level == "operation" else "default_response_class"
    with pytest.raises(InvalidOption, match=f"`{name}=.*without calling it"):
        LEVELS[level](**{name: JSONResponse({})})


# --- elsewhere


def without_parentheses() -> None:
    @NotebookAPI().get  # type: ignore[arg-type]  # what is tested
    def endpoint() -> None: ...


def marked_without_parentheses() -> None:
    class Items(Controller):
        @get  # type: ignore[arg-type]  # what is tested
        def read(self) -> None: ...  # type: ignore[misc]  # as above


MISTAKES: list[tuple[Callable[[], Any], type[DeclarationError], str]] = [
    (without_parentheses, InvalidPath, '`get` was given endpoint as its path; write `@….get('),
    (marked_without_parentheses, InvalidPath, "`get` was given read as its path"),
    (lambda: NotebookAPI().api_route("/", methods="GET")(nothing), InvalidOption, "['GET']"),
    (lambda: NotebookAPI().add_route("/", nothing, methods="GET"), InvalidOption, "['GET']"),  # type: ignore[arg-type]  # what is tested
    (lambda: NotebookAPI().get("/x")(3), InvalidOption, "/x: the endpoint 3 cannot be called"),  # type: ignore[type-var]  # what is tested
    (declare(status_code="ok"), InvalidOption, "`status_code='ok'`: give a number of three digits"),
    (declare(status_code=99), InvalidOption, "`status_code=99`"),
    (lambda: APIRouter(route_class=int), InvalidOption, "inherits from APIRoute"),  # type: ignore[arg-type]  # what is tested
    (lambda: NotebookAPI().mount("x", NotebookAPI()), InvalidPath, "`mount`: the path 'x' must"),
    (lambda: NotebookAPI().mount("/x", 3), InvalidOption, "3, which is no ASGI application"),  # type: ignore[arg-type]  # what is tested
    (lambda: NotebookAPI().add_route("x", nothing), InvalidPath, "`add_route`: the path 'x' must"),
    (lambda: NotebookAPI(docs_url="x"), InvalidPath, "`docs_url`: the path 'x' must start with"),
    (lambda: NotebookAPI(openapi_url="x"), InvalidPath, "`openapi_url`: the path 'x' must"),
    (lambda: NotebookAPI().add_middleware(object()), InvalidOption, "give it the class"),
    (lambda: NotebookAPI().exception_handler("x")(nothing), InvalidOption, "the key 'x'"),
    (lambda: APIRouter().add_exception_handler(404, 3), InvalidOption, "3 cannot be called"),  # type: ignore[arg-type]  # what is tested
    (lambda: NotebookAPI(exception_handlers={404: 3}), InvalidOption, "3 cannot be called"),  # type: ignore[dict-item]  # what is tested
]  # fmt: skip


@pytest.mark.parametrize(("make", "error", "message"), MISTAKES)
def test_mistake(make: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert message in str(caught.value)
    assert isinstance(caught.value, AssertionError)


def test_what_is_right_is_taken() -> None:
    router = APIRouter(tags=("a", "b"), dependencies=(Depends(nothing),), responses={})
    router.get("/", tags=["c"], status_code=299, responses=None, response_class=JSONResponse)(
        nothing
    )
    app = NotebookAPI()
    app.include_router(router, tags=None, dependencies=None)
    app.mount("", NotebookAPI())
    assert app.openapi()["paths"]["/"]["get"]["tags"] == ["a", "b", "c"]
