from notebookapi import NotebookAPI

app = NotebookAPI()

WORDS = ["a", "b"]


@app.get("/words")
def words() -> list[str]:
    return WORDS


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
