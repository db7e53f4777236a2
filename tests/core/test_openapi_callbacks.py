"""Callbacks and webhooks: what the API asks of others, described like what it serves."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from notebookapi import APIRouter, Depends, NotebookAPI
from notebookapi.exceptions import InvalidPath
from notebookapi.openapi.utils import get_openapi
from notebookapi.security import OAuth2PasswordBearer
from notebookapi.testclient import TestClient
from tests.core.documents import REF, checked, components, document, media, operation

URL = "{$callback_url}/invoices/{$request.body.id}"


class Event(BaseModel):
    paid: bool


class Received(BaseModel):
    ok: bool


def told(body: Event) -> Received: ...  # type: ignore[empty-body]  # never called


def asked() -> None: ...


def served() -> None: ...


def callback(path: str = URL, name: str | None = None, **options: Any) -> APIRouter:
    router = APIRouter()
    router.post(path, name=name, **options)(told)
    return router


TOLD: dict[str, Any] = {
    "summary": "Told",
    "operationId": "told__callback_url__invoices___request_body_id__post",
    "requestBody": {"required": True, "content": media("Event")},
    "responses": {
        "200": {"description": "Successful Response", "content": media("Received")},
        "422": {"description": "Validation Error", "content": media("HTTPValidationError")},
    },
}


def test_a_callback_is_described_inside_the_operation() -> None:
    app = NotebookAPI()
    app.post("/", callbacks=callback().routes)(served)
    assert operation(app, "/", "post")["callbacks"] == {"told": {URL: {"post": TOLD}}}
    # The operation itself reads nothing; all that is here belongs to the callback.
    assert sorted(components(app)) == [
        "Event", "HTTPValidationError", "Received", "ValidationError",
    ]  # fmt: skip


def test_callbacks_are_named_after_their_endpoints() -> None:
    router = callback(name="first")
    router.get(URL, name="first", responses={404: {}})(asked)
    router.get("{$url}", name="second")(asked)
    router.get("{$url}/hidden", include_in_schema=False)(asked)
    app = NotebookAPI()
    app.post("/", callbacks=router.routes)(served)
    callbacks = operation(app, "/", "post")["callbacks"]
    assert {
        name: {url: sorted(item) for url, item in items.items()}
        for name, items in callbacks.items()
    } == {"first": {URL: ["get", "post"]}, "second": {"{$url}": ["get"]}}


def test_callbacks_are_joined_from_the_outside_in() -> None:
    app = NotebookAPI(callbacks=callback("{$a}", "application").routes)
    router = APIRouter(callbacks=callback("{$c}", "router").routes)
    router.post("/", callbacks=callback("{$d}", "operation").routes)(served)
    router.post("/plain")(served)
    app.include_router(router, callbacks=callback("{$b}", "inclusion").routes)
    app.get("/own")(served)
    names = {
        path: list(next(iter(item.values()))["callbacks"])
        for path, item in document(app)["paths"].items()
    }
    assert names == {
        "/": ["application", "inclusion", "router", "operation"],
        "/plain": ["application", "inclusion", "router"],
        "/own": ["application"],
    }


def test_a_callback_may_stand_in_an_included_router_and_have_callbacks() -> None:
    inner = callback("/invoices", "inner", callbacks=callback("{$back}", "back").routes)
    outer = APIRouter()
    outer.include_router(inner, prefix="/hooks")
    app = NotebookAPI()
    app.post("/", callbacks=outer.routes)(served)
    first = operation(app, "/", "post")["callbacks"]["inner"]["/hooks/invoices"]["post"]
    assert list(first["callbacks"]) == ["back"]


def test_a_scheme_that_only_a_callback_needs_is_a_component() -> None:
    bearer = OAuth2PasswordBearer("token")

    def secured(token: Annotated[str, Depends(bearer)]) -> None: ...

    router = APIRouter()
    router.post(URL)(secured)
    app = NotebookAPI()
    app.get("/", callbacks=router.routes)(served)
    made = document(app)
    assert list(made["components"]["securitySchemes"]) == ["OAuth2PasswordBearer"]
    assert "security" not in made["paths"]["/"]["get"]


def test_a_callback_is_not_served() -> None:
    app = NotebookAPI()
    app.post("/", callbacks=callback("/callback").routes)(served)
    assert TestClient(app).post("/callback", json={"paid": True}).status_code == 404


def test_a_webhook_is_described_and_not_served() -> None:
    app = NotebookAPI()
    app.webhooks.post("new-invoice")(told)
    made = document(app)
    assert made["paths"] == {}
    assert made["webhooks"] == {
        "new-invoice": {"post": {**TOLD, "operationId": "toldnew_invoice_post"}}
    }
    assert list(made) == ["openapi", "info", "paths", "webhooks", "components"]
    assert TestClient(app).post("/new-invoice", json={"paid": True}).status_code == 404


def test_webhooks_may_be_given_and_change() -> None:
    given, inner = APIRouter(), APIRouter()
    given.include_router(inner)
    app = NotebookAPI(webhooks=given)
    assert app.webhooks is given
    assert "webhooks" not in document(app)
    given.get("one")(asked)
    assert list(document(app)["webhooks"]) == ["one"]
    given.get("hidden", include_in_schema=False)(asked)
    assert list(document(app)["webhooks"]) == ["one"]


def test_webhooks_of_routes_that_a_program_has_itself() -> None:
    app = NotebookAPI()
    app.get("/")(served)
    app.webhooks.post("new-invoice")(told)
    made = get_openapi(
        title=app.title, version=app.version, routes=app.routes, webhooks=app.webhooks.routes
    )
    assert checked(made) == document(app)


@pytest.mark.parametrize("prefix", ["", "/prefix"])
def test_a_router_with_names_for_paths_cannot_be_served(prefix: str) -> None:
    router = callback("name")
    with pytest.raises(InvalidPath, match=r"told .* the path 'name' must start .*: '/name'"):
        NotebookAPI().include_router(router, prefix=prefix)
    with pytest.raises(InvalidPath, match="must start with a slash"):
        APIRouter(prefix="/prefix").get("name")(asked)


def test_a_model_of_a_webhook_shares_its_component() -> None:
    app = NotebookAPI()
    app.webhooks.post("new-invoice")(told)
    app.get("/", response_model=Event)(served)
    schema = operation(app)["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": f"{REF}Event"}
