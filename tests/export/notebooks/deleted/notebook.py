# %%
from notebookapi import NotebookAPI
app = NotebookAPI()
NAMES = ["a"]

# %%
@app.get("/names")
def names() -> list[str]:
    return NAMES

# %%
del NAMES
