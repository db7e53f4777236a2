"""The modules that plugins look into: dependencies, openapi, utils."""

import inspect
import subprocess
import sys
from typing import Annotated, Any

import pytest

from notebookapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    Header,
    NotebookAPI,
    Request,
    Response,
)
from notebookapi.dependencies.models import Dependant
from notebookapi.dependencies.utils import (
    _get_body_field,
    _get_flat_body_params,
    get_dependant,
    get_flat_dependant,
    get_parameterless_sub_dependant,
    get_typed_return_annotation,
    get_typed_signature,
    lenient_issubclass,
)
from notebookapi.exceptions import InvalidDependency
from notebookapi.openapi.utils import get_openapi
from notebookapi.utils import (
    generate_unique_id,
    get_path_param_names,
    is_body_allowed_for_status_code,
)


def page(number: int = 1) -> int:
    return number


def user(token: Annotated[str, Header(alias="X-Token")], at: Annotated[int, Depends(page)]) -> str:
    return token


def endpoint(
    item_id: int,
    request: Request,
    response: Response,
    tasks: BackgroundTasks,
    who: Annotated[str, Depends(user)],
    at: Annotated[int, Depends(page, use_cache=False)],
    size: Annotated[int, Body()],
    q: str = "",
    flavour: Annotated[str | None, Cookie()] = None,
    *,
    ignored: Annotated[dict[str, int], Body()] = {},  # noqa: B006  # the framework copies it
) -> "list[int]":
    return []


def names(fields: list[Any]) -> list[str]:
    return [field.name for field in fields]


def test_dependant_tells_where_parameters_come_from() -> None:
    found = get_dependant(path="/items/{item_id}", call=endpoint, name="here")
    assert found.call is endpoint and found.name == "here"
    assert names(found.path_params) == ["item_id"]
    assert names(found.query_params) == ["q"]
    assert names(found.cookie_params) == ["flavour"]
    assert names(found.body_params) == ["size", "ignored"]
    assert found.header_params == []
    assert (found.request_param_name, found.response_param_name) == ("request", "response")
    assert found.background_tasks_param_name == "tasks"
    assert [each.call for each in found.dependencies] == [user, page]
    assert [each.name for each in found.dependencies] == ["who", "at"]
    assert [each.use_cache for each in found.dependencies] == [True, False]
    [token] = found.dependencies[0].header_params
    assert (token.name, token.alias, token.required) == ("token", "X-Token", True)
    assert [each.call for each in found.dependencies[0].dependencies] == [page]


@pytest.mark.parametrize(("skip_repeats", "expected"), [
    (False, ["q", "number", "number"]),
    (True, ["q", "number"]),
])  # fmt: skip
def test_flat_dependant(skip_repeats: bool, expected: list[str]) -> None:
    found = get_dependant(path="/items/{item_id}", call=endpoint)
    flat = get_flat_dependant(found, skip_repeats=skip_repeats)
    assert names(flat.query_params) == expected
    assert names(flat.header_params) == ["token"]
    assert flat.dependencies == []
    assert len(found.dependencies) == 2  # the one it was made from is as it was


def test_dependency_without_a_parameter() -> None:
    found = get_parameterless_sub_dependant(depends=Depends(user), path="/")
    assert (found.call, found.name) == (user, None)
    with pytest.raises(InvalidDependency, match=r"write `Depends\(function\)`"):
        get_parameterless_sub_dependant(depends=Depends(), path="/")


def test_body_as_one_field() -> None:
    body = _get_flat_body_params(get_dependant(path="/{item_id}", call=endpoint))
    assert names(body) == ["size", "ignored"]
    whole = _get_body_field(body_params=body, name="make", embed_body_fields=True)
    assert whole is not None and whole.required
    assert whole.validate({"size": "3"}, ("body",))[0].size == 3
    alone = _get_body_field(body_params=body[:1], name="make", embed_body_fields=False)
    assert alone is body[0]
    assert _get_body_field(body_params=[], name="make", embed_body_fields=True) is None


def test_dependants_are_changed_in_place() -> None:
    one, other = Dependant(), Dependant()
    one.dependencies.append(other)
    assert other.dependencies == []


def test_signature_has_annotations_resolved() -> None:
    def function(first: "int", *rest: "str", second: "list[int]" = []) -> "None":  # noqa: B006  # read only
        raise NotImplementedError

    signature = get_typed_signature(function)
    assert signature.parameters["first"].annotation is int
    assert signature.parameters["second"].annotation == list[int]
    assert signature.parameters["rest"].kind is inspect.Parameter.VAR_POSITIONAL
    assert get_typed_return_annotation(function) is None
    assert get_typed_return_annotation(endpoint) == list[int]
    assert get_typed_return_annotation(lambda: 1) is None


SUBCLASSES: list[tuple[Any, Any, bool]] = [
    (bool, int, True),
    (bool, (str, int), True),
    (str, int, False),
    (list[int], list, False),
    ("bool", int, False),
    (bool, None, False),
]


@pytest.mark.parametrize(("cls", "of", "expected"), SUBCLASSES, ids=str)
def test_lenient_issubclass(cls: Any, of: Any, expected: bool) -> None:
    assert lenient_issubclass(cls, of) is expected


def application() -> NotebookAPI:
    app, router = NotebookAPI(title="Shop", version="3", description="Sells."), APIRouter()
    app.post("/items/{item_id}")(endpoint)
    router.get("/page", tags=["inner"])(page)
    app.include_router(router, prefix="/router", tags=["outer"])
    return app


def test_document_of_routes_is_that_of_the_application() -> None:
    app = application()
    made = get_openapi(title="Shop", version="3", description="Sells.", routes=app.routes)
    assert made == app.openapi()
    assert made["paths"]["/router/page"]["get"]["tags"] == ["outer", "inner"]


def test_document_takes_what_is_told_of_the_api() -> None:
    made = get_openapi(
        title="t",
        version="1",
        openapi_version="3.1.1",
        summary="s",
        routes=[],
        tags=[{"name": "a"}],
        servers=[{"url": "/b"}],
        terms_of_service="https://example.com/terms",
        contact={"name": "c"},
        license_info={"name": "MIT"},
        external_docs={"url": "https://example.com/docs"},
    )
    assert made == {
        "openapi": "3.1.1",
        "info": {
            "title": "t",
            "summary": "s",
            "termsOfService": "https://example.com/terms",
            "contact": {"name": "c"},
            "license": {"name": "MIT"},
            "version": "1",
        },
        "servers": [{"url": "/b"}],
        "paths": {},
        "tags": [{"name": "a"}],
        "externalDocs": {"url": "https://example.com/docs"},
    }


def test_models_of_documents_read_ours() -> None:
    from notebookapi.openapi import models

    read = models.OpenAPI.model_validate(application().openapi())
    operation = read.paths["/items/{item_id}"].post
    assert (read.info.title, operation.operationId) == ("Shop", "endpoint_items__item_id__post")
    assert [each.in_.value for each in operation.parameters][0] == "path"
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = models.Nothing


def test_models_of_documents_are_loaded_when_asked_for() -> None:
    code = (
        "import sys\n"
        "import notebookapi.openapi.models as models\n"
        "assert models.APIKeyIn.header.value == 'header'\n"
        "assert 'notebookapi.openapi.documents' not in sys.modules\n"
        "models.Server\n"
        "assert 'notebookapi.openapi.documents' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50)


def test_unique_id_is_the_default_one() -> None:
    app = application()
    [route] = [each for each in app.routes if getattr(each, "endpoint", None) is endpoint]
    assert generate_unique_id(route) == "endpoint_items__item_id__post"
    assert app.openapi()["paths"]["/items/{item_id}"]["post"]["operationId"] == (
        "endpoint_items__item_id__post"
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [(None, True), ("default", True), ("4XX", True), (200, True), ("200", True),
     (100, False), (204, False), ("205", False), (304, False)],
    ids=str,
)  # fmt: skip
def test_body_allowed(status: int | str | None, expected: bool) -> None:
    assert is_body_allowed_for_status_code(status) is expected


def test_path_param_names() -> None:
    assert get_path_param_names("/{a}/b/{c}") == {"a", "c"}
