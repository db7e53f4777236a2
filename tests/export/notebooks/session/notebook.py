# %%
from notebookapi import NotebookAPI
app = NotebookAPI()

@app.get("/a")
def a() -> int:
    return 1

# %%
ANSWER = api.get("/a").json()

@app.get("/b")
def b() -> int:
    return ANSWER
