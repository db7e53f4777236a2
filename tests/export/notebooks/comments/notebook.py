# %%
# The first comment belongs to the import.
import re  # patterns
import os, sys, json
from notebookapi import (
    NotebookAPI,  # the application
    Query,
    Header,
)

# %%
app = NotebookAPI()  # noqa: E702

# A pattern.
#
# With more to say.
PATTERN = re.compile(
    r"""
    \d+   # a number
    """,
    re.X,
); LIMIT = 3  # behind a semicolon

# A comment that stands alone.

# %%
@app.get("/numbers")  # in place
def numbers(text: str = Query("1 2 3")) -> list[str]:
    '''All numbers.

    One by one.
    '''
    # inside
    return PATTERN.findall(text)[:LIMIT]
    # at the end

# %%
api.examples.add("GET", "/numbers")
