import statistics

from notebookapi import NotebookAPI

TEMPERATURES = {"mon": [11.0, 14.5], "tue": [9.0, 12.0]}

app = NotebookAPI(title="Weather")


@app.get("/mean/{day}")
def mean(day: str) -> float:
    return statistics.mean(TEMPERATURES[day])


widest = max(
    TEMPERATURES, key=lambda day: max(TEMPERATURES[day]) - min(TEMPERATURES[day])
)


@app.get("/widest")
def get_widest() -> str:
    return widest


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
