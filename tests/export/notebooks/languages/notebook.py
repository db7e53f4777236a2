# %% [markdown]
# # Many languages

# %%
# %%bash
# echo "a, b" > words.txt

# %%
# %%html
# <b>bold</b>

# %%
# %%writefile helper_of_cell.py
# WORDS = ["a", "b"]

# %%
# %%javascript
# alert("x")

# %%
from notebookapi import NotebookAPI
app = NotebookAPI()

WORDS = ["a", "b"]

# %% [raw]
# not run

# %%
@app.get("/words")
def words() -> list[str]:
    return WORDS

# %% [md]
# More text.

# %%
api.examples.add("GET", "/words")
