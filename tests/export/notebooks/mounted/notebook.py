# %%
from pathlib import Path
from notebookapi import NotebookAPI
from notebookapi.staticfiles import StaticFiles

# %%
FILES = Path("public")
print(sorted(FILES.iterdir()))

# %%
admin = NotebookAPI(title="Admin")

@admin.get("/users")
def users() -> list[str]:
    return ["ann"]

# %%
main = NotebookAPI(title="Main")

@main.get("/")
def root() -> dict[str, str]:
    return {"see": "/admin"}

# %%
main.mount("/admin", admin)
main.mount("/files", StaticFiles(directory=FILES))

# %%
# %api serve main

# %%
api.examples.add("GET", "/admin/users")
api.examples.add("GET", "/files/hello.txt")
api.examples.add("GET", "/")
