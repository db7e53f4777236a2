# %%
from notebookapi import NotebookAPI
app = NotebookAPI()

# %%
# This cell fails half-way.
NAMES = ["a"]
1 / 0
LATER = 1

# %%
@app.get("/names")
def names() -> list[str]:
    return NAMES * LATER
