"""Frontends: files of a folder, served where no other route answers."""

import os
from pathlib import Path
from typing import Any

import pytest

from notebookapi import APIRouter, Depends, HTTPException, NotebookAPI, Request, Response, edit
from notebookapi.exceptions import InvalidOption, InvalidPath, MissingFrontend
from notebookapi.testclient import TestClient

PAGE = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
FILES = {
    "index.html": "index",
    "app.js": "script",
    "docs/index.html": "docs",
    "empty/x.txt": "x",
    "404.html": "missing",
}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    return build(tmp_path / "dist")


def build(folder: Path, *without: str) -> Path:
    """Write a frontend's files into a folder; return it."""
    for name, text in FILES.items():
        if name not in without:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return folder


def client_of(folder: Path, at: str = "/", **options: Any) -> TestClient:
    app = NotebookAPI(openapi_url=None)
    app.frontend(at, directory=folder, **options)
    return TestClient(app, follow_redirects=False)


# --- files

ANSWERS = [
    ("GET", "/", 200, "index"),
    ("GET", "/app.js", 200, "script"),
    ("HEAD", "/app.js", 200, ""),
    ("GET", "/docs/", 200, "docs"),
    ("GET", "/docs/index.html", 200, "docs"),
    ("GET", "/docs", 307, ""),
    ("GET", "/docs/../app.js", 200, "script"),
    ("GET", "/none", 404, "missing"),
    ("GET", "/empty/", 404, "missing"),
    ("HEAD", "/none", 404, ""),
    ("GET", "/%00", 404, "missing"),
    ("GET", "/" + "x" * 300, 404, "missing"),
    ("POST", "/", 405, '{"detail":"Method Not Allowed"}'),
    ("DELETE", "/app.js", 405, '{"detail":"Method Not Allowed"}'),
    ("POST", "/docs/", 405, '{"detail":"Method Not Allowed"}'),
    ("POST", "/none", 404, '{"detail":"Not Found"}'),
    ("OPTIONS", "/empty/", 404, '{"detail":"Not Found"}'),
]


@pytest.mark.parametrize(("method", "path", "status", "text"), ANSWERS, ids=str)
def test_files(dist: Path, method: str, path: str, status: int, text: str) -> None:
    answer = client_of(dist).request(method, path)
    assert (answer.status_code, answer.text) == (status, text)
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD"
    if status == 307:
        assert answer.headers["location"] == "http://testserver/docs/"


def test_a_file_that_the_client_has_already(dist: Path) -> None:
    client = client_of(dist)
    first = client.get("/app.js")
    assert first.headers["content-type"].startswith("text/javascript")
    again = client.get("/app.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")


@pytest.mark.parametrize(
    "path", ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/link", "/..\\secret"]
)
def test_what_lies_outside_is_not_served(dist: Path, path: str) -> None:
    (dist.parent / "secret").write_text("secret")
    os.symlink(dist.parent / "secret", dist / "link")
    assert client_of(dist).get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/app", 307, ""),
        ("/app/", 200, "index"),
        ("/app/app.js", 200, "script"),
        ("/application", 404, '{"detail":"Not Found"}'),
        ("/", 404, '{"detail":"Not Found"}'),
    ],
    ids=str,
)
@pytest.mark.parametrize("at", ["/app", "/app/"])
def test_below_a_path(dist: Path, at: str, path: str, status: int, text: str) -> None:
    answer = client_of(dist, at).get(path)
    assert (answer.status_code, answer.text) == (status, text)


# --- what stands for a file that is not there

JSON = '{"detail":"Not Found"}'
HTML = "text/html"
FALLBACKS = [
    ("auto", (), PAGE, 404, "missing"),
    ("auto", ("404.html",), PAGE, 200, "index"),
    ("auto", ("404.html", "index.html"), PAGE, 404, JSON),
    ("404.html", (), {"accept": "image/png"}, 404, "missing"),
    ("index.html", (), PAGE, 200, "index"),
    ("index.html", (), {"accept": HTML}, 200, "index"),
    ("index.html", (), {"accept": "application/xhtml+xml"}, 200, "index"),
    ("index.html", (), {"accept": "text/html; charset=utf-8; q=0.5"}, 200, "index"),
    ("index.html", (), {"accept": "TEXT/HTML;q=x"}, 200, "index"),
    ("index.html", (), {"accept": "text/html;q=0, */*"}, 404, JSON),
    ("index.html", (), {"accept": "text/html; Q=0.000"}, 404, JSON),
    ("index.html", (), {"accept": "*/*"}, 404, JSON),
    ("index.html", (), {"accept": "application/json"}, 404, JSON),
    ("index.html", (), {"accept": ""}, 404, JSON),
    (None, (), PAGE, 404, JSON),
]  # fmt: skip


@pytest.mark.parametrize(("fallback", "without", "headers", "status", "text"), FALLBACKS, ids=str)
def test_fallback(
    tmp_path: Path,
    fallback: Any,
    without: tuple[str, ...],
    headers: dict[str, str],
    status: int,
    text: str,
) -> None:
    client = client_of(build(tmp_path, *without), fallback=fallback)
    answer = client.get("/users/jane.doe", headers=headers)
    assert (answer.status_code, answer.text) == (status, text)


# --- among other routes


def test_ordinary_routes_come_first(dist: Path) -> None:
    app = NotebookAPI(openapi_url=None)
    app.frontend("/", directory=dist, fallback="index.html")

    @app.get("/app.js")
    def script() -> str:
        return "route"

    @app.get("/slash/")
    def slash() -> str:
        return "slash"

    @app.get("/gone")
    def gone() -> None:
        raise HTTPException(404, "gone")

    client = TestClient(app, headers=PAGE, follow_redirects=False)
    assert client.get("/app.js").json() == "route"
    assert client.post("/app.js").status_code == 405
    assert client.get("/slash").headers["location"] == "http://testserver/slash/"
    assert client.get("/gone").json() == {"detail": "gone"}
    assert client.get("/other").text == "index"
    assert app.openapi()["paths"].keys() == {"/app.js", "/slash/", "/gone"}


def test_the_longest_path_wins(tmp_path: Path) -> None:
    site, admin = build(tmp_path / "site", "404.html"), build(tmp_path / "admin", "404.html")
    (admin / "index.html").write_text("admin")
    (site / "admin").mkdir()
    (site / "admin" / "x").write_text("of the site")
    router = APIRouter()
    router.frontend("/", directory=admin)
    app = NotebookAPI()
    app.frontend("/", directory=site)
    app.include_router(router, prefix="/admin")
    client = TestClient(app, headers=PAGE)
    assert client.get("/x").text == "index"
    assert client.get("/admin/x").text == "admin"
    assert client.post("/admin/x").status_code == 404


def test_a_prefix_with_a_parameter(dist: Path) -> None:
    seen: list[str] = []

    def remember(tenant: int, request: Request) -> None:
        seen.append(f"{tenant} {request.method}")

    router = APIRouter(dependencies=[Depends(remember)])
    router.frontend("/ui", directory=dist)
    app = NotebookAPI()
    app.include_router(router, prefix="/{tenant}")
    client = TestClient(app)
    assert client.get("/7/ui/app.js").text == "script"
    assert client.get("/x/ui/app.js").status_code == 422
    assert seen == ["7 GET"]


def test_a_mounted_application_has_its_own(dist: Path) -> None:
    inner, app = NotebookAPI(openapi_url=None), NotebookAPI()
    inner.frontend("/", directory=dist)
    app.mount("/inner", inner)
    client = TestClient(app, root_path="/proxy")
    assert client.get("/proxy/inner/app.js").text == "script"
    assert client.get("/proxy/inner/docs").url == "http://testserver/proxy/inner/docs/"
    assert client.get("/proxy/app.js").status_code == 404


def test_a_change_is_seen(dist: Path, tmp_path: Path) -> None:
    app, router = NotebookAPI(openapi_url=None), APIRouter()
    app.include_router(router, prefix="/r")
    client = TestClient(app)
    assert client.get("/r/app.js").status_code == 404
    router.frontend("/", directory=dist)
    assert client.get("/r/app.js").text == "script"
    [placed] = router.declared.placed
    assert placed.registration.label == "FRONTEND /"
    with edit() as draft:
        draft.remove(router, placed.registration)
        router.frontend("/", directory=build(tmp_path / "new", "app.js"))
    assert client.get("/r/app.js").text == "missing"


# --- dependencies


def test_dependencies_of_all_around_apply(dist: Path) -> None:
    ran: list[str] = []

    def mark(name: str) -> Any:
        def run() -> None:
            ran.append(name)

        return [Depends(run)]

    def decorate(response: Response, key: str | None = None) -> None:
        response.headers["x-key"] = str(key)
        response.set_cookie("c", "1")
        if key == "no":
            raise HTTPException(401)

    inner = APIRouter(dependencies=[*mark("inner"), Depends(decorate)])
    inner.frontend("/", directory=dist)
    outer = APIRouter(dependencies=mark("outer"))
    outer.include_router(inner, dependencies=mark("inclusion"))
    app = NotebookAPI(dependencies=mark("application"))
    app.include_router(outer, prefix="/o")
    client = TestClient(app)
    answer = client.get("/o/app.js?key=yes")
    assert ran == ["application", "outer", "inclusion", "inner"]
    assert (answer.text, answer.headers["x-key"], answer.cookies["c"]) == ("script", "yes", "1")
    assert client.get("/o/none?key=no").status_code == 401
    app.dependency_overrides[decorate] = lambda: None
    assert client.get("/o/app.js?key=no").text == "script"


# --- mistakes


def test_a_folder_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = tmp_path / "none"
    app, router = NotebookAPI(), APIRouter()
    for variable in ("NOTEBOOKAPI_ENV", "FASTAPI_ENV"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(MissingFrontend, match=f"{missing}.*build the frontend first"):
        app.frontend("/", directory=missing)
    for variable in ("NOTEBOOKAPI_ENV", "FASTAPI_ENV"):
        monkeypatch.setenv(variable, "development")
        for owner in (app, router):
            with pytest.warns(UserWarning, match="does not exist") as warned:
                owner.frontend(f"/{variable}", directory=missing)
            assert warned[0].filename == __file__
        with pytest.raises(RuntimeError, match="does not exist"):
            app.frontend("/", directory=missing, check_dir=True)
        monkeypatch.delenv(variable)
    monkeypatch.setenv("FASTAPI_ENV", "development")
    monkeypatch.setenv("NOTEBOOKAPI_ENV", "production")
    with pytest.raises(MissingFrontend):
        app.frontend("/", directory=missing)
    app.frontend("/", directory=missing, check_dir=False)
    with pytest.raises(MissingFrontend, match="does not exist"):
        TestClient(app).get("/x")
    build(missing)
    assert TestClient(app).get("/app.js").text == "script"


def test_a_fallback_that_does_not_exist(tmp_path: Path) -> None:
    folder = build(tmp_path / "dist", "404.html", "index.html")
    with pytest.raises(MissingFrontend, match="'404.html' does not exist in directory"):
        client_of(folder, fallback="404.html")
    client = client_of(folder, fallback="index.html", check_dir=False)
    with pytest.raises(MissingFrontend, match="'index.html' does not exist"):
        client.get("/x", headers=PAGE)


def test_other_mistakes(dist: Path) -> None:
    for path in ("", "app"):
        with pytest.raises(InvalidPath, match="must start with a slash"):
            client_of(dist, path)
    with pytest.raises(InvalidOption, match="choose 'auto', 'index.html', '404.html', None"):
        client_of(dist, fallback="none.html")
