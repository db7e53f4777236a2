# %%
# %load_ext notebookapi
# %config InteractiveShell.ast_node_interactivity = "last_expr"
# %env SHOP_NAME=Corner
# %env SHOP_EMPTY=
import os
from notebookapi import NotebookAPI
app = NotebookAPI()

# %%
# %%time
PRICES = {"tea": 3, "milk": 1}

# %%
# %%capture said
print("quiet")
EXTRA = {"bread": 2}

# %%
# %time PRICES.update(EXTRA)
# %timeit -n1 -r1 len(PRICES)
# !echo hello
# %pwd

# %%
files = !echo one two
where = %pwd
len(files)

# %%
@app.get("/prices")
def prices() -> dict[str, int]:
    return PRICES

@app.get("/name")
def name() -> str:
    return os.environ["SHOP_NAME"] + os.environ["SHOP_EMPTY"]

# %%
# %api routes
api.examples.add("GET", "/prices")
api.examples.add("GET", "/name")

# %%
# %%prun -q
sum(PRICES.values())
