# %%
from math import *
from notebookapi import *
from shapes import *

# %%
app = NotebookAPI()

@app.get("/area/{radius}")
def area(radius: float) -> float:
    return round(pi * radius**2, 3)

@app.get("/square/{side}")
def get_square(side: float = Path(gt=0)) -> float:
    return square(side)

# %%
sqrt(2)

# %%
api.examples.add("GET", "/area/2")
api.examples.add("GET", "/square/3")
