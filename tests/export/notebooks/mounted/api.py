from pathlib import Path

from notebookapi import NotebookAPI
from notebookapi.staticfiles import StaticFiles

FILES = Path("public")

admin = NotebookAPI(title="Admin")


@admin.get("/users")
def users() -> list[str]:
    return ["ann"]


main = NotebookAPI(title="Main")


@main.get("/")
def root() -> dict[str, str]:
    return {"see": "/admin"}


main.mount("/admin", admin)
main.mount("/files", StaticFiles(directory=FILES))


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(main, host="127.0.0.1", port=8000)
