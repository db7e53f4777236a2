"""The document as a whole: its head, its servers, what makes it and who may change that."""

import json
from typing import Any

import pytest
from pydantic import AnyUrl, BaseModel

from notebookapi import APIRouter, NotebookAPI, edit
from notebookapi.openapi.models import OpenAPI
from notebookapi.openapi.utils import get_openapi
from notebookapi.testclient import TestClient
from tests.core.documents import checked, document


class Item(BaseModel):
    size: int = 1


def endpoint(item: Item) -> Item: ...  # type: ignore[empty-body]  # never called


HEAD: dict[str, Any] = {
    "title": "T",
    "summary": "S",
    "description": "D",
    "version": "2",
    "terms_of_service": "https://x.org/t",
    "contact": {"name": "N", "url": "https://x.org", "email": "n@x.org", "x-c": 1},
    "license_info": {"name": "L", "url": AnyUrl("https://x.org/l"), "x-l": {"a": None}},
    "servers": [{"url": "https://x.org", "description": "live", "x-s": [1]}],
}


def test_the_head_keeps_extensions_and_is_json() -> None:
    app = NotebookAPI(
        **HEAD,
        openapi_tags=[{"name": "a", "externalDocs": {"url": "https://x.org/a"}, "x-t": True}],
        openapi_external_docs={"url": "https://x.org/d", "description": "more", "x-e": "y"},
    )
    made = document(app)
    assert json.loads(json.dumps(made)) == made
    assert made["info"]["contact"]["x-c"] == 1
    assert made["info"]["license"] == {
        "name": "L", "url": "https://x.org/l", "x-l": {"a": None},
    }  # fmt: skip
    assert made["servers"][0]["x-s"] == [1]
    assert made["tags"][0]["x-t"] is True
    assert made["externalDocs"]["x-e"] == "y"


def test_an_empty_application_has_a_document() -> None:
    assert document(NotebookAPI()) == {
        "openapi": "3.1.0",
        "info": {"title": "NotebookAPI", "version": "0.1.0"},
        "paths": {},
    }


@pytest.mark.parametrize("separate", [True, False])
def test_a_program_makes_the_same_document_itself(separate: bool) -> None:
    app, router = NotebookAPI(**HEAD, separate_input_output_schemas=separate), APIRouter()
    router.post("/items")(endpoint)
    app.include_router(router, prefix="/p")
    app.webhooks.post("made")(endpoint)
    made = get_openapi(
        **{key: HEAD[key] for key in HEAD if key != "openapi_tags"},
        openapi_version="3.1.0",
        routes=app.routes,
        webhooks=app.webhooks.routes,
        separate_input_output_schemas=separate,
    )
    assert checked(made) == document(app)


def test_the_models_read_a_document_and_write_it_back() -> None:
    app = NotebookAPI(**HEAD)
    app.post("/items")(endpoint)
    app.webhooks.post("made")(endpoint)
    made = document(app)
    read = OpenAPI.model_validate(made)
    assert read.info.title == "T"
    back = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert back["paths"] == made["paths"]
    assert back["components"] == made["components"]


def test_what_the_document_says_of_the_api_may_be_assigned() -> None:
    app = NotebookAPI()
    first = document(app)
    app.openapi_version = "3.1.1"
    app.title = "Other"
    app.openapi_tags = [{"name": "a"}]
    app.servers.append({"url": "/v1"})
    made = document(app)
    assert (made["openapi"], made["info"]["title"]) == ("3.1.1", "Other")
    assert (made["tags"], made["servers"]) == ([{"name": "a"}], [{"url": "/v1"}])
    app.servers.append({"url": "/v2"})
    assert [server["url"] for server in document(app)["servers"]] == ["/v1", "/v2"]
    assert "servers" not in first


def test_the_schema_that_is_kept() -> None:
    app = NotebookAPI()
    assert app.openapi_schema is None
    made = app.openapi()
    assert app.openapi_schema is made
    made["info"]["x-logo"] = {"url": "/logo.svg"}  # as programs do
    assert TestClient(app).get("/openapi.json").json()["info"]["x-logo"] == {"url": "/logo.svg"}
    app.get("/new")(lambda: None)
    assert app.openapi_schema is None
    assert list(document(app)["paths"]) == ["/new"]
    app.openapi_schema = {"own": True}
    assert app.openapi() == {"own": True}
    app.openapi_schema = None
    assert list(app.openapi()["paths"]) == ["/new"]


def test_openapi_of_a_program_that_adds_to_the_document() -> None:
    app = NotebookAPI(title="T", version="1")
    app.post("/items")(endpoint)
    calls: list[int] = []

    def custom() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        calls.append(1)
        made = get_openapi(title="Custom", version="2", routes=app.routes)
        made["info"]["x-logo"] = {"url": "/logo.svg"}
        app.openapi_schema = made
        return made

    app.openapi = custom  # type: ignore[method-assign]  # what is tested
    client = TestClient(app)
    for _ in range(2):
        made = client.get("/openapi.json").json()
        assert (made["info"]["title"], list(made["paths"])) == ("Custom", ["/items"])
        assert made["info"]["x-logo"] == {"url": "/logo.svg"}
    assert calls == [1]


def test_openapi_of_a_subclass() -> None:
    class Own(NotebookAPI):
        def openapi(self) -> dict[str, Any]:
            return {**super().openapi(), "x-own": True}

    app = Own()
    app.post("/items")(endpoint)
    made = TestClient(app).get("/openapi.json").json()
    assert (made["x-own"], list(made["paths"])) == (True, ["/items"])


ROOT_PATHS: list[tuple[dict[str, Any], str, list[str] | None]] = [
    ({}, "", None),
    ({}, "/api/v1", ["/api/v1"]),
    ({}, "/api/v1/", ["/api/v1"]),
    ({"servers": [{"url": "https://x.org"}]}, "/api", ["/api", "https://x.org"]),
    ({"servers": [{"url": "https://x.org"}]}, "", ["https://x.org"]),
    ({"servers": [{"url": "https://x.org"}, {"url": "/api"}]}, "/api", ["https://x.org", "/api"]),
    ({"root_path_in_servers": False}, "/api", None),
    ({"root_path_in_servers": False, "servers": [{"url": "/a"}]}, "/api", ["/a"]),
]


@pytest.mark.parametrize(("options", "root_path", "urls"), ROOT_PATHS, ids=str)
def test_the_root_path_of_a_request_is_a_server(
    options: dict[str, Any], root_path: str, urls: list[str] | None
) -> None:
    app = NotebookAPI(**options)
    app.post("/items")(endpoint)
    behind, direct = TestClient(app, root_path=root_path), TestClient(app)
    for _ in range(2):  # what one request is told does not show in the next
        made = checked(behind.get("/openapi.json").json())
        assert [server["url"] for server in made.get("servers", [])] == (urls or [])
    plain = direct.get("/openapi.json").json().get("servers", [])
    assert plain == options.get("servers", [])
    assert app.openapi().get("servers", []) == options.get("servers", [])


def test_a_mounted_application_has_its_own_document_and_server() -> None:
    app, inner = NotebookAPI(title="outer"), NotebookAPI(title="inner")
    app.get("/out")(lambda: None)
    inner.get("/in")(lambda: None)
    app.mount("/sub", inner)
    client = TestClient(app)
    outer_made, inner_made = (
        checked(client.get(path).json()) for path in ("/openapi.json", "/sub/openapi.json")
    )
    assert (outer_made["info"]["title"], list(outer_made["paths"])) == ("outer", ["/out"])
    assert "servers" not in outer_made
    assert (inner_made["info"]["title"], list(inner_made["paths"])) == ("inner", ["/in"])
    assert inner_made["servers"] == [{"url": "/sub"}]
    assert "url: '/sub/openapi.json'" in client.get("/sub/docs").text


def test_setup_may_be_overridden() -> None:
    class Own(NotebookAPI):
        def setup(self) -> None:
            super().setup()
            self.add_route("/about", about, include_in_schema=False)

    async def about(request: Any) -> Any:
        from notebookapi.responses import PlainTextResponse

        return PlainTextResponse("about")

    client = TestClient(Own())
    assert client.get("/about").text == "about"
    assert client.get("/docs").status_code == 200


def test_setup_declares_what_has_no_route_yet() -> None:
    app = NotebookAPI(docs_url=None)
    client = TestClient(app)
    assert client.get("/later").status_code == 404
    before = len(app.routes)
    app.docs_url = "/later"
    app.setup()
    assert client.get("/later").status_code == 200
    added = [getattr(route, "path", "") for route in app.routes[before:]]
    assert "/openapi.json" not in added
    app.setup()
    assert len(app.routes) == before + len(added)


def test_a_staged_webhook_is_seen_inside_its_edit_only() -> None:
    app = NotebookAPI()
    with pytest.raises(KeyError), edit():
        app.webhooks.post("staged")(endpoint)
        assert list(app.openapi()["webhooks"]) == ["staged"]
        raise KeyError
    assert "webhooks" not in app.openapi()
