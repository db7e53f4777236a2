import random

from notebookapi import NotebookAPI
from pydantic import BaseModel

from learning import LinearModel

random.seed(3)
data = [(x, 2 * x + 1 + random.uniform(-0.1, 0.1)) for x in range(20)]
train, test = data[:15], data[15:]

model = LinearModel(rate=0.001)
for epoch in range(200):
    model.step(train)


class Prediction(BaseModel):
    value: float
    version: str


VERSION = "1"
app = NotebookAPI(title="Prediction")


@app.get("/predict")
def predict(x: float) -> Prediction:
    return Prediction(value=round(model.predict(x), 6), version=VERSION)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
