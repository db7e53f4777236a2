"""Scopes on their way down the dependencies, and how often a dependency is called with which."""

from typing import Annotated, Any

import pytest

from notebookapi import APIRouter, Depends, NotebookAPI, Security, params
from notebookapi.exceptions import InvalidDependency
from notebookapi.security import SecurityScopes
from notebookapi.testclient import TestClient


def asked(scopes: SecurityScopes) -> list[str]:
    return scopes.scopes


def by_way_of(found: Annotated[list[str], Security(asked, scopes=["inner"])]) -> list[str]:
    return found


def plainly(found: Annotated[list[str], Depends(by_way_of)]) -> list[str]:
    return found


CASES: list[tuple[Any, list[str]]] = [
    (Depends(asked), []),
    (Security(asked), []),
    (Security(asked, scopes=["a", "b"]), ["a", "b"]),
    (Security(asked, ["b", "a"]), ["b", "a"]),
    (Depends(by_way_of), ["inner"]),
    (Security(by_way_of, scopes=["outer"]), ["outer", "inner"]),
    (Security(by_way_of, scopes=["inner", "outer"]), ["inner", "outer"]),
    (Security(plainly, scopes=["outer"]), ["outer", "inner"]),
]


@pytest.mark.parametrize(("depends", "expected"), CASES)
def test_scopes_add_up_from_the_outside_in(depends: Any, expected: list[str]) -> None:
    app = NotebookAPI()

    def read(found: list[str] = depends) -> list[str]:
        return found

    app.add_api_route("/", read)
    assert TestClient(app).get("/").json() == expected


def test_scopes_come_from_a_string_annotation_and_as_one_string() -> None:
    app = NotebookAPI()

    def text(scopes: "SecurityScopes") -> str:
        return scopes.scope_str

    def read(found: Annotated[str, Security(text, scopes=["a", "b"])]) -> str:
        return found

    app.add_api_route("/", read)
    assert TestClient(app).get("/").json() == "a b"


def test_endpoint_itself_is_asked_for_no_scopes() -> None:
    app = NotebookAPI()
    app.add_api_route("/", asked, dependencies=[Security(asked, scopes=["a"])])
    assert TestClient(app).get("/").json() == []


def test_changing_them_changes_one_request_only() -> None:
    app = NotebookAPI()

    def greedy(scopes: SecurityScopes) -> list[str]:
        scopes.scopes.append("more")
        return scopes.scopes

    def read(found: Annotated[list[str], Security(greedy, scopes=["a"])]) -> list[str]:
        return found

    app.add_api_route("/", read)
    client = TestClient(app)
    assert [client.get("/").json() for _ in range(2)] == [["a", "more"]] * 2


def test_router_and_inclusion_ask_for_themselves() -> None:
    seen: list[list[str]] = []

    def remember(scopes: SecurityScopes) -> None:
        seen.append(scopes.scopes)

    router = APIRouter(dependencies=[Security(remember, scopes=["router"])])
    router.add_api_route("/", lambda: None, dependencies=[Security(remember, scopes=["own"])])
    app = NotebookAPI(dependencies=[Security(remember, scopes=["app"])])
    app.include_router(router, dependencies=[Security(remember, scopes=["inclusion"])])
    TestClient(app).get("/")
    assert seen == [["app"], ["inclusion"], ["router"], ["own"]]


def calls_of(*declared: Any) -> list[str]:
    """Return which dependencies were called for a request to an endpoint with these."""
    called: list[str] = []

    def session() -> None:
        called.append("session")

    def user(scopes: SecurityScopes, _: Annotated[None, Depends(session)]) -> None:
        called.append(f"user {scopes.scope_str}".strip())

    def active(_: Annotated[None, Depends(user)]) -> None:
        called.append("active")

    known: dict[str, Any] = {"session": session, "user": user, "active": active}
    dependencies = [
        Security(known[name], scopes, use_cache=cache) for name, scopes, cache in declared
    ]
    app = NotebookAPI()
    app.add_api_route("/", lambda: None, dependencies=dependencies)
    TestClient(app).get("/")
    return called


SHARED = [
    ([("user", ["a"], True), ("user", ["a"], True)], ["session", "user a"]),
    # The same scopes in another order or twice are the same.
    ([("user", ["a", "b"], True), ("user", ["b", "a", "b"], True)], ["session", "user a b"]),
    ([("user", ["a"], True), ("user", ["b"], True)], ["session", "user a", "user b"]),
    ([("user", [], True), ("user", ["b"], True)], ["session", "user", "user b"]),
    # Who asks for scopes further down is called once for each.
    (
        [("active", ["a"], True), ("active", ["b"], True), ("active", ["a"], True)],
        ["session", "user a", "active", "user b", "active"],
    ),
    # Who does not see scopes is called once for all.
    ([("session", ["a"], True), ("session", ["b"], True)], ["session"]),
    ([("user", ["a"], True), ("user", ["a"], False)], ["session", "user a", "user a"]),
]


@pytest.mark.parametrize(("declared", "expected"), SHARED)
def test_result_is_shared_among_those_who_ask_for_the_same_scopes(
    declared: list[Any], expected: list[str]
) -> None:
    assert calls_of(*declared) == expected


def test_override_gets_the_scopes_too() -> None:
    app = NotebookAPI()

    def read(found: Annotated[list[str], Security(asked, scopes=["a"])]) -> list[str]:
        return found

    def instead(scopes: SecurityScopes) -> list[str]:
        return [f"override of {scopes.scope_str}"]

    app.add_api_route("/", read)
    app.dependency_overrides[asked] = instead
    assert TestClient(app).get("/").json() == ["override of a"]


def test_record_is_a_depends_that_can_be_compared() -> None:
    declared = params.Security(asked, scopes=["a", "b"])
    assert isinstance(declared, params.Depends)
    assert declared == params.Security(asked, scopes=("a", "b"))
    assert hash(declared) == hash(params.Security(asked, scopes=("a", "b")))
    assert declared != params.Security(asked, scopes=["a"])
    assert declared != params.Depends(asked)
    assert params.Security(asked).use_cache is True


def test_scopes_as_one_string_are_a_mistake() -> None:
    with pytest.raises(InvalidDependency, match=r'scopes="a b".*\["a", "b"\]'):
        Security(asked, scopes="a b")


def test_scopes_by_hand() -> None:
    assert (SecurityScopes().scopes, SecurityScopes().scope_str) == ([], "")
    assert SecurityScopes(["a", "b"]).scope_str == "a b"
