# %%
from functools import lru_cache
from typing import Annotated
from pydantic_settings import BaseSettings, SettingsConfigDict
from notebookapi import Depends, NotebookAPI

# %%
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CORNER_")

    name: str = "Corner shop"
    most: int = 3

@lru_cache
def settings() -> Settings:
    return Settings()

# %%
# %env CORNER_NAME=At the corner

# %%
app = NotebookAPI(title=settings().name)

@app.get("/about")
def about(settings: Annotated[Settings, Depends(settings)]) -> dict[str, str | int]:
    return {"name": settings.name, "most": settings.most}

# %%
settings().model_dump()

# %%
api.examples.add("GET", "/about")
