# %%
from notebookapi import NotebookAPI
app = NotebookAPI()

# %%
folder = %pwd
files = !echo one

# %%
@app.get("/folder")
def where() -> str:
    return folder + files[0]
