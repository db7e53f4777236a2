"""fastapi-users: registration, login with a form, a page for those who are logged in."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.db import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from notebookapi import Depends, NotebookAPI
from notebookapi.testclient import TestClient

SECRET = "a secret that is long enough for HMAC with SHA-256"
CREDENTIALS = {"email": "ada@example.com", "password": "correct horse"}


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


class UserRead(schemas.BaseUser[uuid.UUID]):
    pass


class UserCreate(schemas.BaseUserCreate):
    pass


class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    reset_password_token_secret = SECRET
    verification_token_secret = SECRET


@pytest.fixture
def client(tmp_path: Path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'users.db'}")
    new_session = async_sessionmaker(engine, expire_on_commit=False)

    async def session() -> AsyncIterator[AsyncSession]:
        async with new_session() as opened:
            yield opened

    async def database(opened: AsyncSession = Depends(session)):
        yield SQLAlchemyUserDatabase(opened, User)

    async def manager(users: SQLAlchemyUserDatabase = Depends(database)):
        yield UserManager(users)

    @asynccontextmanager
    async def lifespan(app: NotebookAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield
        await engine.dispose()

    backend = AuthenticationBackend(
        name="jwt",
        transport=BearerTransport(tokenUrl="auth/login"),
        get_strategy=lambda: JWTStrategy(secret=SECRET, lifetime_seconds=60),
    )
    users = FastAPIUsers[User, uuid.UUID](manager, [backend])
    app = NotebookAPI(lifespan=lifespan)
    app.include_router(users.get_auth_router(backend), prefix="/auth")
    app.include_router(users.get_register_router(UserRead, UserCreate), prefix="/auth")

    logged_in = users.current_user(active=True)

    @app.get("/me")
    async def me(user: User = Depends(logged_in)) -> UserRead:
        return user

    with TestClient(app) as opened:
        yield opened


def test_register_and_log_in(client: TestClient) -> None:
    registered = client.post("/auth/register", json=CREDENTIALS)
    assert (registered.status_code, registered.json()["email"]) == (201, "ada@example.com")

    again = client.post("/auth/register", json=CREDENTIALS)
    assert (again.status_code, again.json()["detail"]) == (400, "REGISTER_USER_ALREADY_EXISTS")

    form = {"username": CREDENTIALS["email"], "password": CREDENTIALS["password"]}
    token = client.post("/auth/login", data=form).json()["access_token"]
    me = client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert (me.status_code, me.json()["id"]) == (200, registered.json()["id"])


def test_strangers_are_refused(client: TestClient) -> None:
    assert client.get("/me").status_code == 401
    wrong = client.post("/auth/login", data={"username": "nobody", "password": "x"})
    assert (wrong.status_code, wrong.json()["detail"]) == (400, "LOGIN_BAD_CREDENTIALS")


def test_document_names_the_scheme(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["paths"]["/me"]["get"]["security"] == [{"OAuth2PasswordBearer": []}]
    login = document["paths"]["/auth/login"]["post"]
    assert list(login["requestBody"]["content"]) == ["application/x-www-form-urlencoded"]
