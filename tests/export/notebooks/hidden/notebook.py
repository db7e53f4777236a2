# %%
from notebookapi import NotebookAPI
app = NotebookAPI()

# %%
exec("RATE = 0.19")
globals()["FEE"] = 2

# %%
@app.get("/price")
def price(value: float) -> float:
    return value * (1 + RATE) + FEE
