import os
from functools import lru_cache
from typing import Annotated

from notebookapi import Depends, NotebookAPI
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CORNER_")

    name: str = "Corner shop"
    most: int = 3


@lru_cache
def settings() -> Settings:
    return Settings()


os.environ["CORNER_NAME"] = "At the corner"

app = NotebookAPI(title=settings().name)


@app.get("/about")
def about(settings: Annotated[Settings, Depends(settings)]) -> dict[str, str | int]:
    return {"name": settings.name, "most": settings.most}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
