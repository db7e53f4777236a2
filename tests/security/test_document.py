"""What the OpenAPI document says of security (OpenAPI 3.1, sections 4.8.10, 4.8.27 and 4.8.30)."""

from typing import Annotated, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from notebookapi import APIRouter, Depends, NotebookAPI, Security, security
from notebookapi.exceptions import InvalidOption
from notebookapi.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPBasic,
    HTTPBearer,
    HTTPDigest,
    OAuth2,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OpenIdConnect,
    SecurityScopes,
)
from notebookapi.security.base import SecurityBase
from notebookapi.security.models import OAuthFlowClientCredentials, OAuthFlows

SCHEMES: list[tuple[SecurityBase, str, dict[str, Any]]] = [
    (APIKeyQuery(name="k"), "APIKeyQuery", {"type": "apiKey", "in": "query", "name": "k"}),
    (APIKeyHeader(name="X-K"), "APIKeyHeader", {"type": "apiKey", "in": "header", "name": "X-K"}),
    (
        APIKeyCookie(name="k", scheme_name="Session", description="Set by *login*."),
        "Session",
        {"type": "apiKey", "in": "cookie", "name": "k", "description": "Set by *login*."},
    ),
    (HTTPBasic(realm="shop"), "HTTPBasic", {"type": "http", "scheme": "basic"}),
    (HTTPDigest(), "HTTPDigest", {"type": "http", "scheme": "digest"}),
    (HTTPBearer(), "HTTPBearer", {"type": "http", "scheme": "bearer"}),
    (
        HTTPBearer(bearerFormat="JWT", description="d"),
        "HTTPBearer",
        {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "d"},
    ),
    (
        OAuth2PasswordBearer("token"),
        "OAuth2PasswordBearer",
        {"type": "oauth2", "flows": {"password": {"tokenUrl": "token", "scopes": {}}}},
    ),
    (
        OAuth2PasswordBearer("token", scopes={"a": "A"}, refreshUrl="again"),
        "OAuth2PasswordBearer",
        {
            "type": "oauth2",
            "flows": {
                "password": {"tokenUrl": "token", "refreshUrl": "again", "scopes": {"a": "A"}}
            },
        },
    ),
    (
        OAuth2AuthorizationCodeBearer("authorize", "token"),
        "OAuth2AuthorizationCodeBearer",
        {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "authorize",
                    "tokenUrl": "token",
                    "scopes": {},
                }
            },
        },
    ),
    (OAuth2(), "OAuth2", {"type": "oauth2", "flows": {}}),
    (
        OAuth2(flows={"implicit": {"authorizationUrl": "authorize", "scopes": {"a": "A"}}}),
        "OAuth2",
        {
            "type": "oauth2",
            "flows": {"implicit": {"authorizationUrl": "authorize", "scopes": {"a": "A"}}},
        },
    ),
    (
        OAuth2(flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="t"))),
        "OAuth2",
        {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "t", "scopes": {}}}},
    ),
    (
        OpenIdConnect(openIdConnectUrl="https://id.example/"),
        "OpenIdConnect",
        {"type": "openIdConnect", "openIdConnectUrl": "https://id.example/"},
    ),
]


@pytest.mark.parametrize(("scheme", "name", "expected"), SCHEMES)
def test_scheme(scheme: Any, name: str, expected: dict[str, Any]) -> None:
    app = NotebookAPI()
    app.add_api_route("/", lambda: None, dependencies=[Depends(scheme)])
    document = app.openapi()
    assert document["components"] == {"securitySchemes": {name: expected}}
    assert document["paths"]["/"]["get"]["security"] == [{name: []}]
    OpenAPIV31SpecValidator(document).validate()


OAUTH = OAuth2PasswordBearer("token", scopes={"a": "A", "b": "B", "c": "C"})
KEY = APIKeyHeader(name="X-Key")
OTHER_KEY = APIKeyHeader(name="X-Other")


def user(scopes: SecurityScopes, token: Annotated[str, Depends(OAUTH)]) -> None: ...
def active(_: Annotated[None, Security(user, scopes=["b"])]) -> None: ...
def blind(token: Annotated[str, Depends(OAUTH)]) -> None: ...


OPERATIONS: list[tuple[list[Any], list[dict[str, list[str]]] | None]] = [
    ([], None),
    ([Depends(lambda: None)], None),
    ([Depends(OAUTH)], [{"OAuth2PasswordBearer": []}]),
    ([Security(OAUTH, scopes=["a"])], [{"OAuth2PasswordBearer": ["a"]}]),
    ([Security(active, scopes=["a", "c"])], [{"OAuth2PasswordBearer": ["a", "c", "b"]}]),
    ([Security(active, scopes=["b", "a"])], [{"OAuth2PasswordBearer": ["b", "a"]}]),
    # All that somebody asks for, each once, in order.
    (
        [Security(active, scopes=["a"]), Security(user, scopes=["c", "a"]), Depends(user)],
        [{"OAuth2PasswordBearer": ["a", "b", "c"]}],
    ),
    # Also below a dependency that does not see the scopes itself.
    (
        [Security(blind, scopes=["a"]), Security(blind, scopes=["b"])],
        [{"OAuth2PasswordBearer": ["a", "b"]}],
    ),
    ([Security(OAUTH, scopes=["b"], use_cache=False)], [{"OAuth2PasswordBearer": ["b"]}]),
    # Alternatives stand in the order of the dependencies; equal names are one scheme.
    (
        [Depends(KEY), Depends(blind), Depends(OTHER_KEY)],
        [{"APIKeyHeader": []}, {"OAuth2PasswordBearer": []}],
    ),
]


@pytest.mark.parametrize(("dependencies", "expected"), OPERATIONS)
def test_operation(dependencies: list[Any], expected: Any) -> None:
    app = NotebookAPI()
    app.add_api_route("/", lambda: None, dependencies=dependencies)
    document = app.openapi()
    assert document["paths"]["/"]["get"].get("security") == expected
    assert ("components" in document) == bool(expected)


def test_inclusion_comes_first() -> None:
    router = APIRouter(dependencies=[Security(OAUTH, scopes=["b"])])
    router.add_api_route("/", lambda: None, dependencies=[Security(OAUTH, scopes=["c"])])
    app = NotebookAPI()
    app.include_router(router, dependencies=[Security(OAUTH, scopes=["a"]), Depends(KEY)])
    assert app.openapi()["paths"]["/"]["get"]["security"] == [
        {"OAuth2PasswordBearer": ["a", "b", "c"]},
        {"APIKeyHeader": []},
    ]


def test_every_name_is_there_and_nothing_else() -> None:
    found: dict[str, Any] = {}
    exec("from notebookapi.security import *", found)
    assert found.keys() - {"__builtins__"} == set(security.__all__) <= set(dir(security))
    assert all(getattr(security, name) is found[name] for name in security.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'OAuth3'"):
        security.OAuth3  # type: ignore[attr-defined]  # noqa: B018  # that it does not exist is the point


def test_last_scheme_of_a_name_is_described() -> None:
    app = NotebookAPI()
    app.add_api_route("/1", lambda: None, dependencies=[Depends(KEY)])
    app.add_api_route("/2", lambda: None, dependencies=[Depends(OTHER_KEY)])
    assert app.openapi()["components"]["securitySchemes"]["APIKeyHeader"]["name"] == "X-Other"


def test_hidden_operation_leaves_no_scheme_behind() -> None:
    app = NotebookAPI()
    app.add_api_route("/", lambda: None, dependencies=[Depends(KEY)], include_in_schema=False)
    assert "components" not in app.openapi()


def test_override_does_not_change_the_document() -> None:
    app = NotebookAPI()
    app.add_api_route("/", lambda: None, dependencies=[Depends(KEY)])
    app.dependency_overrides[KEY] = lambda: "k"
    assert app.openapi()["paths"]["/"]["get"]["security"] == [{"APIKeyHeader": []}]


def test_openapi_extra_adds_to_it() -> None:
    app = NotebookAPI()
    extra: dict[str, Any] = {"security": [{"Other": []}]}
    app.add_api_route("/", lambda: None, dependencies=[Depends(KEY)], openapi_extra=extra)
    assert app.openapi()["paths"]["/"]["get"]["security"] == [{"APIKeyHeader": []}, {"Other": []}]


class Own(SecurityBase):
    """A scheme of somebody's own, with a plain dictionary."""

    scheme_name = "mTLS"
    model = {"type": "mutualTLS", "description": "d"}

    def __call__(self) -> str:
        return "subject"


def test_own_scheme() -> None:
    app = NotebookAPI()
    app.add_api_route("/", lambda: None, dependencies=[Depends(Own())])
    document = app.openapi()
    assert document["components"] == {"securitySchemes": {"mTLS": Own.model}}
    assert document["paths"]["/"]["get"]["security"] == [{"mTLS": []}]


class Named(OAuth2PasswordBearer):
    """A scheme of a subclass has the subclass's name."""


def test_subclass_has_a_name_of_its_own() -> None:
    assert Named("token").scheme_name == "Named"
    assert Named("token", scheme_name="N").scheme_name == "N"


@pytest.mark.parametrize(
    ("flows", "complaint"),
    [
        ({"pasword": {"tokenUrl": "t"}}, "no flow 'pasword'.*'password'"),
        ({"password": {}}, "'password' has the keys .*tokenUrl.*missing"),
        ({"password": {"tokenURL": "t"}}, "unexpected keyword argument 'tokenURL'"),
    ],
)
def test_flows_that_do_not_exist_are_refused(flows: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidOption, match=complaint):
        OAuth2(flows=flows)


def test_model_is_dumped_as_pydantic_models_are() -> None:
    model = APIKeyHeader(name="X-Key").model
    assert model.model_dump() == {
        "type_": "apiKey",
        "description": None,
        "in_": "header",
        "name": "X-Key",
    }
    assert model.model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "type": "apiKey",
        "in": "header",
        "name": "X-Key",
    }
