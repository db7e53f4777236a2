# The first comment belongs to the import.
import re  # patterns

from notebookapi import NotebookAPI, Query

app = NotebookAPI()  # noqa: E702

# A pattern.
#
# With more to say.
PATTERN = re.compile(
    r"""
    \d+   # a number
    """,
    re.X,
)
LIMIT = 3  # behind a semicolon


@app.get("/numbers")  # in place
def numbers(text: str = Query("1 2 3")) -> list[str]:
    """All numbers.

    One by one.
    """
    # inside
    return PATTERN.findall(text)[:LIMIT]
    # at the end


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
