from math import *

from notebookapi import *

from shapes import *

app = NotebookAPI()


@app.get("/area/{radius}")
def area(radius: float) -> float:
    return round(pi * radius**2, 3)


@app.get("/square/{side}")
def get_square(side: float = Path(gt=0)) -> float:
    return square(side)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
